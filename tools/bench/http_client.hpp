// Requests over a few kept-alive HTTP connections that share one queue.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bench/event_loop.hpp"
#include "bench/socket.hpp"

namespace parley::bench {

struct HttpAnswer {
  int status = 0;  // 0: there was none, and `body` says why
  std::string body;
};

class HttpClient {
 public:
  using Answered = std::function<void(HttpAnswer)>;

  /// The references must outlive the client.
  HttpClient(EventLoop& loop, const Address& address, std::size_t connections);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// A POST of a protobuf message; the answer is asked for in protobuf too. `access_token` may be empty.
  void post(std::string_view path, std::string_view body, std::string_view access_token, Answered answered);

 private:
  class Link;
  struct Request {
    std::string bytes;
    Answered answered;
    bool again = false;  // was written once on a connection that the server had closed
  };
  void pump();

  EventLoop& loop_;
  const Address& address_;
  std::deque<Request> queue_;
  std::vector<std::unique_ptr<Link>> links_;
};

}  // namespace parley::bench
