// A request and its answer as routes see them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "node/connection.hpp"

namespace parley {

struct HttpRequest {
  std::string method;  // as sent; HEAD comes as GET and its answer leaves without the body
  std::string target;  // origin form, as sent: path, then '?' and query where there is one
  std::string path;    // not decoded
  std::string query;   // not decoded, without '?'
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, order as sent
  std::string body;
  PeerInfo peer;
  bool origin_allowed = true;  // false: a web page of a foreign origin asks, and CORS will not let it read the answer

  /// First value of a header; `name` in lower case. Empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// The Host header, where it can be neither mark-up nor more than one word; else empty.
  [[nodiscard]] std::string_view plain_host() const;
  /// Whether the query can be read: every name and value is text, and no name comes twice.
  [[nodiscard]] Result<void> check_query() const;
  /// Decoded value of the first query parameter of that name; nullopt where there is none or it is not valid text.
  [[nodiscard]] std::optional<std::string> query_parameter(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";  // empty: no such header
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // where set it is the body: nobody has a copy of it
  std::vector<std::pair<std::string, std::string>> headers;
  std::string cache_control = "no-store";
};

/// {"error":{"name":…,"text":…,"retry_after_ms":…}} with the table's status, Retry-After where it is known.
HttpResponse error_response(const Error& error);
/// %XX and, in queries, '+'; nullopt for a broken escape or a result that is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// Answers requests. `handle` is called on the connection's io thread (request.peer.executor) and must not block.
/// `respond` is to be called once, on that same thread, within handle() or later; when the connection is gone by then
/// nothing happens. A `respond` that is destroyed uncalled on its thread answers 500.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual void handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) = 0;
};

}  // namespace parley
