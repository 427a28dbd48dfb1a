#include "bench/connection.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <random>
#include <vector>

#include "base/assert.hpp"
#include "base/base64.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t kMessageLimit = 64U << 20;
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kUpgradeBytes = 16 * 1024;
/// A buffer that one burst made larger than this is given back.
constexpr std::size_t kKeptBytes = 64 * 1024;

/// One connection is read at a time: all of a thread share the buffer.
std::span<char> read_buffer() {
  static thread_local std::vector<char> buffer(kReadBytes);
  return buffer;
}

}  // namespace

std::uint64_t fast_random() {
  static thread_local std::uint64_t state = (std::uint64_t{std::random_device{}()} << 32) | std::random_device{}() | 1U;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * 0x2545F4914F6CDD1DULL;
}

Connection::Connection(EventLoop& loop, const Address& address, ConnectionUser& user)
    : loop_(loop), address_(address), user_(user), parser_(WebSocketParser::Role::client, kMessageLimit) {}

Connection::~Connection() {
  drop();
}

void Connection::open() {
  PARLEY_ASSERT(phase_ == Phase::closed);
  phase_ = Phase::opening;
  loop_.defer([this, life = ++life_] {
    if (life == life_ && phase_ == Phase::opening) start();
  });
}

void Connection::start() {
  parser_ = WebSocketParser(WebSocketParser::Role::client, kMessageLimit);
  peer_code_ = 0;
  answer_.clear();
  out_.clear();
  fd_ = start_connecting(address_, Source::many);
  if (fd_ < 0) return end(0, std::strerror(errno));
  phase_ = Phase::connecting;
  wants_write_ = true;
  loop_.watch(fd_, *this, false, true);
}

void Connection::connected() {
  if (const int error = connect_error(fd_); error != 0) return end(0, std::strerror(error));
  phase_ = Phase::upgrading;
  const std::array<std::uint64_t, 2> nonce{fast_random(), fast_random()};
  out_ += fmt::format(
      "GET /v1/ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n",
      address_.host_header, base64_encode({reinterpret_cast<const char*>(nonce.data()), sizeof nonce}));
  flush();
}

void Connection::on_ready(bool readable, bool writable) {
  if (phase_ == Phase::connecting) {
    if (writable || readable) connected();
    return;
  }
  if (writable) flush();
  if (readable && fd_ >= 0) read();
}

void Connection::read() {
  const auto buffer = read_buffer();
  const std::uint64_t life = life_;
  for (;;) {
    const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count <= 0) {
      return end(peer_code_, count == 0 ? std::string("the server closed the connection") : std::strerror(errno));
    }
    take(buffer.first(static_cast<std::size_t>(count)));
    if (life != life_ || fd_ < 0 || static_cast<std::size_t>(count) < buffer.size()) return;
  }
}

void Connection::take(std::span<char> bytes) {
  if (phase_ == Phase::upgrading) return upgraded(bytes);
  if (phase_ != Phase::open) return;
  const std::uint64_t life = life_;
  const auto fault = parser_.feed(bytes, *this);
  if (fault && life == life_ && phase_ == Phase::open) {
    end(0, fmt::format("the server broke the WebSocket protocol: {}", fault->text));
  }
}

void Connection::upgraded(std::span<char> bytes) {
  answer_.append(bytes.data(), bytes.size());
  const std::size_t size = answer_.find("\r\n\r\n");
  if (size == std::string::npos) {
    if (answer_.size() > kUpgradeBytes) end(0, "the answer to the upgrade is too long");
    return;
  }
  if (!answer_.starts_with("HTTP/1.1 101 ")) {
    return end(0, fmt::format("the server refused the upgrade: {}", answer_.substr(0, answer_.find('\r'))));
  }
  std::string rest = answer_.substr(size + 4);
  answer_ = {};
  phase_ = Phase::open;
  const std::uint64_t life = life_;
  user_.on_open();
  if (life == life_ && phase_ == Phase::open && !rest.empty()) take(rest);
}

void Connection::put_frame(WebSocketOpcode opcode, std::string_view payload) {
  append_masked_web_socket_frame(out_, opcode, payload,
                                 std::bit_cast<std::array<std::uint8_t, 4>>(static_cast<std::uint32_t>(fast_random())));
  write_soon();
}

void Connection::send(std::string_view payload) {
  if (phase_ == Phase::open) put_frame(WebSocketOpcode::binary, payload);
}

void Connection::write_soon() {
  if (dirty_ || wants_write_) return;
  dirty_ = true;
  loop_.flush_later([this] {
    dirty_ = false;
    if (fd_ >= 0 && phase_ != Phase::connecting) flush();
  });
}

void Connection::flush() {
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const ssize_t count = ::send(fd_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count < 0) return end(peer_code_, std::strerror(errno));
    sent += static_cast<std::size_t>(count);
  }
  out_.erase(0, sent);
  if (out_.empty() && out_.capacity() > kKeptBytes) out_ = {};
  const bool wants = !out_.empty();
  if (wants != wants_write_ || phase_ == Phase::upgrading) loop_.change(fd_, true, wants);
  wants_write_ = wants;
}

void Connection::close(std::uint16_t code) {
  if (phase_ == Phase::open) {
    put_frame(WebSocketOpcode::close, make_web_socket_close_payload(code, {}));
    // What does not fit into the socket's buffer now is not worth waiting for.
    (void)::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  }
  drop();
}

void Connection::drop() {
  ++life_;
  phase_ = Phase::closed;
  out_.clear();
  if (fd_ < 0) return;
  loop_.unwatch(fd_);
  ::close(fd_);
  fd_ = -1;
  wants_write_ = false;
}

void Connection::end(std::uint16_t code, const std::string& why) {
  drop();
  // Not from within open() or send(): the user may be in the middle of something.
  loop_.defer([this, life = life_, code, why] {
    if (life == life_) user_.on_end(code, why);
  });
}

void Connection::on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) {
  if (phase_ == Phase::open && opcode == WebSocketOpcode::binary) user_.on_message(payload);
}
void Connection::on_web_socket_ping(std::string_view payload) {
  if (phase_ != Phase::open) return;
  put_frame(WebSocketOpcode::pong, payload);
  user_.on_ping();
}
void Connection::on_web_socket_pong(std::string_view /*payload*/) {}
void Connection::on_web_socket_close(std::uint16_t code, std::string_view /*reason*/) {
  if (phase_ != Phase::open) return;
  peer_code_ = code;
  put_frame(WebSocketOpcode::close, make_web_socket_close_payload(code, {}));
}

}  // namespace parley::bench
