#include "gateway/http_response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace parley {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_clean(const HttpResponse& response) {
  return is_clean(response.content_type) && is_clean(response.cache_control) &&
         std::all_of(response.headers.begin(), response.headers.end(),
                     [](const auto& header) { return is_clean(header.first) && is_clean(header.second); });
}

// RFC 9110 §8.6: no length where there can be no body.
bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string serialise_head(const HttpResponse& response, const ResponseFraming& framing) {
  std::string out;
  out.reserve(256);
  auto to = std::back_inserter(out);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
  if (may_have_body(response.status)) {
    const std::size_t size = response.shared_body ? response.shared_body->size() : response.body.size();
    if (!response.content_type.empty() && size != 0) {
      fmt::format_to(to, "Content-Type: {}\r\n", response.content_type);
    }
    fmt::format_to(to, "Content-Length: {}\r\n", size);
  }
  if (response.status != 101) {
    if (!response.cache_control.empty()) fmt::format_to(to, "Cache-Control: {}\r\n", response.cache_control);
    out += "X-Content-Type-Options: nosniff\r\n";
    out += framing.keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  }
  for (const auto& [name, value] : response.headers) fmt::format_to(to, "{}: {}\r\n", name, value);
  out += "\r\n";
  return out;
}

}  // namespace

std::string serialise_response(HttpResponse& response, const ResponseFraming& framing) {
  if (!is_clean(response)) response = error_response(ErrorCode::internal);
  std::string out = serialise_head(response, framing);
  if (framing.head_only || !may_have_body(response.status)) {
    response.shared_body.reset();
  } else if (!response.shared_body) {
    out += response.body;
  }
  response.body.clear();
  return out;
}

}  // namespace parley
