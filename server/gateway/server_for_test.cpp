// The harness itself; its tests are those that use it.
#include "gateway/server_for_test.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace parley::test {

void Journal::note(const std::string& event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
  changed_.notify_all();
}

void Journal::wait_for(const std::string& event, std::size_t times) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(
      lock, std::chrono::seconds(10),
      [&] { return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event)) >= times; }))
      << "never saw " << event;
}

std::size_t Journal::count(const std::string& event) {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event));
}

void EchoHandler::on_message(FrameKind kind, std::string_view payload) {
  if (payload == "hello") {
    connection_.established();
    connection_.set_message_limit(100'000);
  } else if (payload == "close") {
    connection_.close(4001, "bye");
    connection_.send(kind, "never seen");
    return;
  } else if (payload == "drown") {
    const auto block = std::make_shared<const std::string>(1 << 20, 'x');
    for (int i = 0; i < 4; ++i) connection_.send(kind, block);
    if (connection_.queued_bytes() > 4U << 20U) journal_.note("queued");
    return;
  }
  connection_.send(kind, payload);
}

void EchoHttp::handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) {
  HttpResponse response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.path + "?" + request.query + " " + request.body;
  if (request.path == "/never") return;
  if (request.path == "/throw") throw std::runtime_error("a mistake");
  if (request.path == "/big") response.body = std::string(8 << 20, 'b');
  if (request.path == "/shared") {
    response.shared_body = std::make_shared<const std::string>(4 << 20, 's');
    if (request.query == "304") response.status = 304;
  }
  if (request.path == "/split") response.headers.emplace_back("X-Bad", "a\r\nSet-Cookie: b");
  if (request.path == "/peer") {
    response.body = request.peer.address + (request.peer.secure ? " secure" : " plain") +
                    (request.origin_allowed ? " own" : " foreign");
  }
  if (request.path == "/later") {
    request.peer.executor->post(
        [response = std::move(response), respond = std::move(respond)]() mutable { respond(std::move(response)); });
    return;
  }
  respond(std::move(response));
}

TestServer::TestServer(GatewayOptions options, std::size_t threads, std::vector<int> inherited) : pool(threads) {
  if (options.listen.empty()) options.listen.push_back({"127.0.0.1", 0, false});
  options.tick = Duration(2);
  gateway = std::make_unique<Gateway>(
      pool, clock, metrics, std::move(options),
      [this](Connection& connection, const PeerInfo& peer) {
        journal.note("opened " + peer.address + " " + peer.origin);
        return std::make_unique<EchoHandler>(connection, journal);
      },
      http);
  const auto listening = gateway->listen(std::move(inherited));
  if (!listening) throw std::runtime_error(listening.error().text());
}

TestServer::~TestServer() {
  pool.stop();
  gateway.reset();
}

TestClient::TestClient(std::uint16_t port, int receive_buffer) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (receive_buffer != 0) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  const timeval patience{10, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    throw std::system_error(errno, std::generic_category(), "connect");
  }
}

TestClient::TestClient(TestClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}

TestClient::~TestClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the peer has closed: what it said is still to be read
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool TestClient::fill() {
  char piece[65536];
  const ssize_t got = ::recv(descriptor_, piece, sizeof(piece), 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("the server says nothing");
  if (got <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(got));
  return true;
}

std::string TestClient::read_until(std::string_view end) {
  std::size_t at = 0;
  while ((at = buffer_.find(end)) == std::string::npos) {
    if (!fill()) throw std::runtime_error("closed; had: " + buffer_);
  }
  std::string text = buffer_.substr(0, at + end.size());
  buffer_.erase(0, at + end.size());
  return text;
}

std::string TestClient::read_bytes(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill()) throw std::runtime_error("closed; had: " + buffer_);
  }
  std::string text = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return text;
}

std::string TestClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string pass_time_until_end(TestServer& server, TestClient& client, std::int64_t step_ms) {
  pollfd readable{.fd = client.descriptor(), .events = POLLIN, .revents = 0};
  for (int tries = 0; tries < 1'000; ++tries) {
    server.clock.advance(step_ms);
    if (::poll(&readable, 1, 10) > 0) break;
  }
  return client.read_to_end();
}

std::string TestClient::read_response() {
  const std::string head = read_until("\r\n\r\n");
  const std::size_t at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  return head + read_bytes(std::stoul(head.substr(at + 16)));
}

void TestClient::end() const {
  ::shutdown(descriptor_, SHUT_WR);
}

TestClient TestClient::web_socket(std::uint16_t port, bool hello, const std::string& headers) {
  TestClient client(port);
  client.send("GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + headers +
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const std::string answer = client.read_until("\r\n\r\n");
  EXPECT_NE(answer.find("101 Switching Protocols"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << answer;
  if (hello) {
    client.send_frame(WebSocketOpcode::text, "hello");
    EXPECT_EQ(client.read_frame(), "text:hello");
  }
  return client;
}

void TestClient::send_frame(WebSocketOpcode opcode, std::string_view payload, bool final) {
  std::string bytes;
  append_masked_web_socket_frame(bytes, opcode, payload, {1, 2, 3, 4}, final);
  send(bytes);
}

// Server frames as the tests cause them: unmasked, not fragmented.
std::string TestClient::read_frame() {
  while (buffer_.size() < 2) {
    if (!fill()) return "end";
  }
  const auto opcode = static_cast<WebSocketOpcode>(buffer_[0] & 0x0F);
  std::size_t size = static_cast<std::uint8_t>(buffer_[1]);
  const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  read_bytes(2);
  if (more != 0) {
    size = 0;
    for (const char c : read_bytes(more)) size = size << 8U | static_cast<std::uint8_t>(c);
  }
  const std::string payload = read_bytes(size);
  switch (opcode) {
    case WebSocketOpcode::text:
      return "text:" + payload;
    case WebSocketOpcode::binary:
      return "binary:" + payload;
    case WebSocketOpcode::ping:
      return "ping:" + payload;
    case WebSocketOpcode::pong:
      return "pong:" + payload;
    case WebSocketOpcode::close:
      return payload.size() < 2 ? "close:"
                                : "close:" + std::to_string(static_cast<std::uint8_t>(payload[0]) * 256 +
                                                            static_cast<std::uint8_t>(payload[1]));
    default:
      return "unexpected";
  }
}

}  // namespace parley::test
