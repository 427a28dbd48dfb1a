// One request of an administrator. It has a thread of its own, so an operation is written from top to bottom and may
// block.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "gateway/http_message.hpp"

namespace parley {

class AdminCall {
 public:
  /// `connection` is a connected stream socket that stays the caller's; `stopping` becomes true when the server ends.
  AdminCall(int connection, uid_t uid, HttpRequest request, std::vector<std::string> values,
            const std::atomic<bool>& stopping)
      : connection_(connection),
        uid_(uid),
        request_(std::move(request)),
        values_(std::move(values)),
        stopping_(stopping) {}
  AdminCall(const AdminCall&) = delete;
  AdminCall& operator=(const AdminCall&) = delete;

  /// The user who asks, as the kernel says.
  [[nodiscard]] uid_t uid() const { return uid_; }
  [[nodiscard]] const HttpRequest& request() const { return request_; }
  /// Of a part of the path in braces.
  [[nodiscard]] const std::string& value(std::size_t i) const { return values_.at(i); }
  /// The body as an object; an empty one is an empty object. Errors: malformed.
  [[nodiscard]] Result<boost::json::object> body() const;

  /// Sends one line of a long answer now; the first one begins it. Its last line is {"result": …} or {"error": …}, so
  /// no other has such a key. Waits while the client does not read. False when nobody is there any more: the operation
  /// should end.
  bool line(const boost::json::object& line);
  [[nodiscard]] bool has_lines() const { return begun_; }
  /// The client went away or the server ends. Asks the kernel: not for inner loops. Any thread.
  [[nodiscard]] bool cancelled() const;

  /// Stands in the audit log with the result; never a secret, never content.
  template <class Value>
  void remember(std::string_view key, Value&& value) {
    details_[key] = boost::json::value_from(std::forward<Value>(value));
  }
  [[nodiscard]] const boost::json::object& details() const { return details_; }

  /// The end of the answer: the whole of it, or the last line of a long one. Once; for the server.
  void finish(const Result<boost::json::value>& result);

 private:
  bool write(std::string_view bytes);
  bool write_chunk(std::string_view bytes);

  int connection_;
  uid_t uid_;
  HttpRequest request_;
  std::vector<std::string> values_;
  const std::atomic<bool>& stopping_;
  boost::json::object details_;
  bool begun_ = false;
  bool broken_ = false;
};

/// Waits for what completes on another thread: `start` is given the completion, a function of one Result<T>. Errors:
/// those of the result; draining when the client went away or the server ends first, the completion then comes to
/// nothing.
template <class T, class Start>
Result<T> await(const AdminCall& call, Start start) {
  constexpr std::chrono::milliseconds kLook{100};
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  start([promise](Result<T> result) { promise->set_value(std::move(result)); });
  while (future.wait_for(kLook) != std::future_status::ready) {
    if (call.cancelled()) return fail(ErrorCode::draining, "Nobody waits for the answer any more.");
  }
  return future.get();
}

}  // namespace parley
