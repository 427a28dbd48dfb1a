#include "parley/link.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/base64.hpp"
#include "base/version.hpp"
#include "parley/net.hpp"
#include "parley/system.hpp"
#include "wire/websocket.hpp"

namespace parley::cli {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kLargestMessage = 16u << 20;
constexpr std::string_view kPath = "/v1/ws";

std::array<std::uint8_t, 4> random_mask() {
  std::array<std::uint8_t, 4> mask{};
  fill_random(mask);
  return mask;
}

std::string upgrade_request(const Address& address, const std::string& key) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: {}\r\nUser-Agent: parley/{}\r\n\r\n",
      kPath, address.authority(), key, version());
}

}  // namespace

class Link::Connection : public std::enable_shared_from_this<Link::Connection>, WebSocketSink {
 public:
  Connection(asio::io_context& io, const Address& address, Events& events)
      : io_(io),
        address_(address),
        events_(&events),
        stream_(io, address),
        parser_(WebSocketParser::Role::client, kLargestMessage) {}

  void start() { asio::co_spawn(io_, run(shared_from_this()), asio::detached); }

  void send(WebSocketOpcode opcode, std::string_view payload) {
    if (!open_) return;
    append_masked_web_socket_frame(waiting_, opcode, payload, random_mask());
    if (!writing_) {
      writing_ = true;
      asio::co_spawn(io_, write_all(shared_from_this()), asio::detached);
    }
  }

  /// Nothing is told from now on. What was sent, and the close frame, still leave.
  void abandon(std::uint16_t code) {
    events_ = nullptr;
    if (open_) {
      send(WebSocketOpcode::close, make_web_socket_close_payload(code, ""));
      open_ = false;
    } else {
      stream_.close();
    }
  }

 private:
  static asio::awaitable<void> run(std::shared_ptr<Connection> self) {
    std::string problem = co_await self->greet();
    if (problem.empty()) {
      self->open_ = true;
      if (self->events_ != nullptr) self->events_->opened();
      co_await self->read();
      if (self->close_code_ != 0 && !self->writing_) co_await self->answer_close();
    }
    self->open_ = false;
    self->stream_.close();
    if (self->events_ != nullptr) self->events_->closed(self->close_code_, problem);
  }

  asio::awaitable<std::string> greet() {
    std::string problem = co_await stream_.open();
    if (!problem.empty()) co_return problem;
    const std::string key = base64_encode(random_bytes(16));
    const std::string request = upgrade_request(address_, key);
    if (!co_await stream_.write(request.data(), request.size())) co_return "The connection broke.";
    http::response_parser<http::empty_body> answer;
    answer.skip(true);
    std::string bytes;
    std::string buffer(kReadBytes, '\0');
    boost::system::error_code error;
    while (!answer.is_header_done()) {
      const std::size_t count = co_await stream_.read(buffer.data(), buffer.size());
      if (count == 0) co_return "The connection broke.";
      bytes.append(buffer.data(), count);
      const std::size_t used = answer.put(asio::buffer(bytes), error);
      bytes.erase(0, used);
      if (error && error != http::error::need_more) co_return "The answer is no HTTP.";
    }
    const auto& head = answer.get();
    const auto accept = head["Sec-WebSocket-Accept"];
    if (head.result_int() != 101 || std::string_view(accept.data(), accept.size()) != web_socket_accept(key)) {
      co_return fmt::format("{} is no Parley server (HTTP status {}).", address_.url(), head.result_int());
    }
    early_ = std::move(bytes);
    co_return std::string();
  }

  asio::awaitable<void> read() {
    std::string buffer(kReadBytes, '\0');
    if (!early_.empty() && !feed(std::exchange(early_, {}))) co_return;
    while (!parser_.finished()) {
      const std::size_t count = co_await stream_.read(buffer.data(), buffer.size());
      if (count == 0) co_return;
      if (auto fault = parser_.feed({buffer.data(), count}, *this)) {
        close_code_ = 0;
        co_return;
      }
    }
  }

  asio::awaitable<void> answer_close() {
    std::string bytes;
    append_masked_web_socket_frame(bytes, WebSocketOpcode::close, make_web_socket_close_payload(close_code_, ""),
                                   random_mask());
    co_await stream_.write(bytes.data(), bytes.size());
  }

  bool feed(std::string bytes) { return !parser_.feed({bytes.data(), bytes.size()}, *this).has_value(); }

  static asio::awaitable<void> write_all(std::shared_ptr<Connection> self) {
    // One turn later, so that all that is said at once leaves at once.
    co_await asio::post(self->io_, asio::use_awaitable);
    while (!self->waiting_.empty()) {
      const std::string bytes = std::exchange(self->waiting_, {});
      if (!co_await self->stream_.write(bytes.data(), bytes.size())) break;
    }
    self->writing_ = false;
    if (self->events_ == nullptr) self->stream_.close();
  }

  void on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) override {
    if (events_ != nullptr && opcode == WebSocketOpcode::binary) events_->message(payload);
  }
  void on_web_socket_ping(std::string_view payload) override {
    send(WebSocketOpcode::pong, payload);
    if (events_ != nullptr) events_->heard();
  }
  void on_web_socket_pong(std::string_view) override {
    if (events_ != nullptr) events_->heard();
  }
  void on_web_socket_close(std::uint16_t code, std::string_view) override { close_code_ = code; }

  asio::io_context& io_;
  Address address_;
  Events* events_;
  NetStream stream_;
  WebSocketParser parser_;
  std::string early_;
  std::string waiting_;
  std::uint16_t close_code_ = 0;
  bool open_ = false;
  bool writing_ = false;
};

Link::Link(asio::io_context& io, Address address, Events events)
    : io_(io), address_(std::move(address)), events_(std::move(events)) {}

Link::~Link() {
  if (connection_) connection_->abandon(kCloseGoingAway);
}

void Link::open() {
  if (connection_) connection_->abandon(kCloseGoingAway);
  connection_ = std::make_shared<Connection>(io_, address_, events_);
  connection_->start();
}

void Link::send(std::string_view message) {
  if (connection_) connection_->send(WebSocketOpcode::binary, message);
}

void Link::close(std::uint16_t code) {
  if (!connection_) return;
  connection_->abandon(code);
  connection_.reset();
}

}  // namespace parley::cli
