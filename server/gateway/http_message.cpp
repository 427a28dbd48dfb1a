#include "gateway/http_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/hex.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string_view HttpRequest::plain_host() const {
  const std::string_view host = header("host");
  const bool plain = host.size() <= 255 &&
                     host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") ==
                         std::string_view::npos;
  return plain ? host : std::string_view();
}

Result<void> HttpRequest::check_query() const {
  std::set<std::string> names;
  std::string_view left = query;
  while (!left.empty()) {
    const std::string_view pair = left.substr(0, left.find('&'));
    left.remove_prefix(std::min(left.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    if (!name || !percent_decode(pair.substr(equals), true)) {
      return fail(ErrorCode::malformed, "The query is not percent-encoded UTF-8.");
    }
    if (!names.insert(std::move(*name)).second) {
      return fail(ErrorCode::invalid_argument, "A parameter of the query comes twice.");
    }
  }
  return {};
}

std::optional<std::string> HttpRequest::query_parameter(std::string_view name) const {
  std::string_view left = query;
  while (!left.empty()) {
    const std::string_view pair = left.substr(0, left.find('&'));
    left.remove_prefix(std::min(left.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decode(pair.substr(0, equals), true) != name) continue;
    return percent_decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), true);
  }
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit_value(text[i + 1]);
    const int low = hex_digit_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (!is_valid_utf8(out)) return std::nullopt;
  return out;
}

HttpResponse error_response(const Error& error) {
  HttpResponse response;
  response.status = error_info(error.code).http_status;
  response.body = fmt::format(R"({{"error":{{"name":{},"text":{},"retry_after_ms":{}}}}})", json_string(error.name()),
                              json_string(error.text()), error.retry_after_ms);
  if (error.retry_after_ms != 0) {
    response.headers.emplace_back("Retry-After", fmt::format("{}", (error.retry_after_ms + 999) / 1000));
  }
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace parley
