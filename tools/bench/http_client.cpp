#include "bench/http_client.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace parley::bench {
namespace {

namespace http = boost::beast::http;
constexpr std::size_t kReadBytes = 16 * 1024;

}  // namespace

class HttpClient::Link final : public Watcher {
 public:
  explicit Link(HttpClient& owner) : owner_(owner) {}
  ~Link() override { drop(); }

  [[nodiscard]] bool idle() const { return !busy_; }

  void serve(Request request) {
    busy_ = true;
    request_ = std::move(request);
    out_ = request_.bytes;
    in_.clear();
    parser_.emplace();
    parser_->body_limit(1U << 20);
    parser_->eager(true);
    if (fd_ >= 0) {
      fresh_ = false;
      return write();
    }
    fresh_ = true;
    fd_ = start_connecting(owner_.address_, Source::any);
    if (fd_ < 0) return finish({0, std::strerror(errno)});
    connecting_ = true;
    owner_.loop_.watch(fd_, *this, false, true);
  }

  void on_ready(bool readable, bool writable) override {
    if (connecting_) {
      if (const int error = connect_error(fd_); error != 0) return broken(std::strerror(error));
      connecting_ = false;
      return write();
    }
    if (writable && !out_.empty()) write();
    if (readable && fd_ >= 0) read();
  }

 private:
  void write() {
    const ssize_t count = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return broken(std::strerror(errno));
    if (count > 0) out_.erase(0, static_cast<std::size_t>(count));
    owner_.loop_.change(fd_, true, !out_.empty());
  }

  void read() {
    std::array<char, kReadBytes> buffer;
    const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return broken(count == 0 ? "the server closed the connection" : std::strerror(errno));
    if (!busy_) return drop();  // nothing was asked
    in_.append(buffer.data(), static_cast<std::size_t>(count));
    boost::system::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(in_), error);
    in_.erase(0, used);
    if (error == http::error::need_more) return;
    if (error) return broken(error.message());
    if (!parser_->is_done()) return;
    HttpAnswer answer{static_cast<int>(parser_->get().result_int()), std::move(parser_->get().body())};
    if (!parser_->keep_alive()) drop();
    finish(std::move(answer));
  }

  void broken(const std::string& why) {
    drop();
    if (!busy_) return;
    if (!fresh_ && !request_.again) {
      // The server may close an idle connection at any time.
      request_.again = true;
      return serve(std::exchange(request_, {}));
    }
    finish({0, why});
  }

  void drop() {
    if (fd_ < 0) return;
    owner_.loop_.unwatch(fd_);
    ::close(fd_);
    fd_ = -1;
    connecting_ = false;
  }

  void finish(HttpAnswer answer) {
    busy_ = false;
    // Not from within post().
    owner_.loop_.defer([&owner = owner_, answered = std::move(request_.answered), answer = std::move(answer)] {
      answered(answer);
      owner.pump();
    });
  }

  HttpClient& owner_;
  Request request_;
  std::string out_;
  std::string in_;
  std::optional<http::response_parser<http::string_body>> parser_;
  int fd_ = -1;
  bool busy_ = false;
  bool fresh_ = false;
  bool connecting_ = false;
};

HttpClient::HttpClient(EventLoop& loop, const Address& address, std::size_t connections)
    : loop_(loop), address_(address) {
  for (std::size_t i = 0; i < connections; ++i) links_.push_back(std::make_unique<Link>(*this));
}

HttpClient::~HttpClient() = default;

void HttpClient::post(std::string_view path, std::string_view body, std::string_view access_token, Answered answered) {
  const std::string sign_in = access_token.empty() ? "" : fmt::format("Authorization: Bearer {}\r\n", access_token);
  queue_.push_back({fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-protobuf\r\n"
                                "Accept: application/x-protobuf\r\n{}Content-Length: {}\r\n\r\n{}",
                                path, address_.host_header, sign_in, body.size(), body),
                    std::move(answered)});
  pump();
}

void HttpClient::pump() {
  for (auto& link : links_) {
    if (queue_.empty()) return;
    if (!link->idle()) continue;
    Request request = std::move(queue_.front());
    queue_.pop_front();
    link->serve(std::move(request));
  }
}

}  // namespace parley::bench
