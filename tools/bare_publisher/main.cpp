// The least a server can do, to compare with: WebSocket connections, and every message goes to all others of its room.
// No accounts, nothing stored, no checks. The first message of a connection names its room. `parley-bench publish`
// drives it. Prints its port.
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/event_loop.hpp"
#include "bench/socket.hpp"
#include "wire/websocket.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t kMessageLimit = 1 << 20;

class Member;
using Rooms = std::unordered_map<std::string, std::vector<Member*>>;

class Member final : public Watcher, private WebSocketSink {
 public:
  Member(EventLoop& loop, Rooms& rooms, int fd)
      : loop_(loop), rooms_(rooms), parser_(WebSocketParser::Role::server, kMessageLimit), fd_(fd) {
    loop_.watch(fd_, *this, true, false);
  }

  void on_ready(bool readable, bool writable) override {
    if (writable) flush();
    if (!readable || fd_ < 0) return;
    static std::vector<char> buffer(256 * 1024);
    const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0 && upgraded_) {
      if (parser_.feed({buffer.data(), static_cast<std::size_t>(count)}, *this)) leave();
    } else if (count > 0) {
      upgrade({buffer.data(), static_cast<std::size_t>(count)});
    } else if (count == 0) {
      leave();
    }
  }

 private:
  void upgrade(std::string_view bytes) {
    constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
    request_ += bytes;
    const std::size_t key = request_.find(kKey);
    if (!request_.ends_with("\r\n\r\n") || key == std::string::npos) return;
    const std::size_t from = key + kKey.size();
    append(
        fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: {}\r\n\r\n",
                    web_socket_accept(request_.substr(from, request_.find('\r', from) - from))));
    upgraded_ = true;
  }

  void on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) override {
    if (room_ == nullptr) {
      room_ = &rooms_[std::string(payload)];
      room_->push_back(this);
      return append(std::string(make_web_socket_header(opcode, 0).view()));  // "you are in"
    }
    const WebSocketHeader header = make_web_socket_header(opcode, payload.size());
    for (Member* other : *room_) {
      if (other != this) other->append(header.view(), payload);
    }
  }
  void on_web_socket_ping(std::string_view /*payload*/) override {}
  void on_web_socket_pong(std::string_view /*payload*/) override {}
  void on_web_socket_close(std::uint16_t /*code*/, std::string_view /*reason*/) override { leave(); }

  void append(std::string_view header, std::string_view payload = {}) {
    if (fd_ < 0) return;
    if (out_.empty() && !waiting_) loop_.flush_later([this] { flush(); });
    out_.append(header).append(payload);
  }

  void flush() {
    if (fd_ < 0) return;
    const ssize_t count = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) out_.erase(0, static_cast<std::size_t>(count));
    if (waiting_ == !out_.empty()) return;
    waiting_ = !out_.empty();
    loop_.change(fd_, true, waiting_);
  }

  void leave() {
    if (fd_ < 0) return;
    if (room_ != nullptr) std::erase(*room_, this);
    loop_.unwatch(fd_);
    ::close(fd_);
    fd_ = -1;
  }

  EventLoop& loop_;
  Rooms& rooms_;
  WebSocketParser parser_;
  std::string request_;
  std::string out_;
  std::vector<Member*>* room_ = nullptr;
  int fd_;
  bool upgraded_ = false;
  bool waiting_ = false;
};

class Door final : public Watcher {
 public:
  Door(EventLoop& loop, int fd) : loop_(loop), fd_(fd) { loop_.watch(fd_, *this, true, false); }
  void on_ready(bool /*readable*/, bool /*writable*/) override {
    for (int fd = 0; (fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      members_.push_back(std::make_unique<Member>(loop_, rooms_, fd));
    }
  }

 private:
  EventLoop& loop_;
  Rooms rooms_;
  std::vector<std::unique_ptr<Member>> members_;
  int fd_;
};

int serve() {
  raise_descriptor_limit();
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 1024) != 0) return 1;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  fmt::print("parley-bare-publisher listening on http://127.0.0.1:{}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  EventLoop loop;
  const Door door(loop, fd);
  loop.run_until([] { return false; });
  return 0;
}

}  // namespace
}  // namespace parley::bench

int main() {
  return parley::bench::serve();
}
