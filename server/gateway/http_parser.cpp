#include "gateway/http_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "base/assert.hpp"

namespace parley {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool equal_ascii(std::string_view a, std::string_view b) {
  return to_lower_ascii(a) == to_lower_ascii(b);
}

}  // namespace

struct HttpParser::Impl {
  std::optional<http::request_parser<http::string_body>> parser;
  std::string buffer;
};

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool has_token(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    std::string_view item = value.substr(0, value.find(','));
    value.remove_prefix(std::min(value.size(), item.size() + 1));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (equal_ascii(item, token)) return true;
  }
  return false;
}

HttpParser::HttpParser(std::size_t header_bytes, std::size_t body_bytes)
    : impl_(std::make_unique<Impl>()), header_bytes_(header_bytes), body_bytes_(body_bytes) {
  restart();
}

HttpParser::~HttpParser() = default;

void HttpParser::restart() {
  impl_->parser.emplace();
  impl_->parser->header_limit(static_cast<std::uint32_t>(header_bytes_));
  impl_->parser->body_limit(body_bytes_);
  state_ = State::head;
  request_ = HttpRequest();
  expects_continue_ = false;
  wants_web_socket_ = false;
}

bool HttpParser::started() const {
  return state_ != State::head || !impl_->buffer.empty();
}

HttpParser::State HttpParser::fail(Error error) {
  error_ = std::move(error);
  keep_alive_ = false;
  return state_ = State::failed;
}

HttpParser::State HttpParser::feed(std::string_view bytes) {
  impl_->buffer.append(bytes);
  return advance();
}

HttpParser::State HttpParser::next() {
  PARLEY_ASSERT(state_ == State::complete);
  restart();
  return advance();
}

std::string HttpParser::take_rest() {
  PARLEY_ASSERT(state_ == State::complete);
  return std::exchange(impl_->buffer, {});
}

HttpParser::State HttpParser::advance() {
  auto& parser = *impl_->parser;
  std::string& buffer = impl_->buffer;
  if (state_ == State::head) {
    // RFC 9112 §2.2: empty lines before a request line are skipped, as some clients send one after a body.
    const std::size_t text = std::min(buffer.find_first_not_of("\r\n"), buffer.size());
    if (text > header_bytes_) return fail(ErrorCode::headers_too_large);
    if (text > 0 && (text < buffer.size() || buffer.back() == '\n')) buffer.erase(0, text);
  }
  while (state_ == State::head || state_ == State::body) {
    boost::system::error_code failed;
    const bool was_head = state_ == State::head;
    const std::size_t used = buffer.empty() ? 0 : parser.put(boost::asio::buffer(buffer), failed);
    buffer.erase(0, used);
    if (failed == http::error::need_more) failed = {};
    if (failed == http::error::header_limit) return fail(ErrorCode::headers_too_large);
    if (failed == http::error::body_limit) return fail(ErrorCode::too_large);
    if (failed) return fail(ErrorCode::malformed);
    if (was_head && parser.is_header_done()) {
      if (!accept_head()) return state_;
      parser.eager(true);
      state_ = State::body;
    }
    if (parser.is_done()) {
      request_.body = std::move(parser.get().body());
      return state_ = State::complete;
    }
    if (was_head && state_ == State::head && buffer.size() > header_bytes_) return fail(ErrorCode::headers_too_large);
    if (used == 0 && !(was_head && state_ == State::body)) break;
  }
  return state_;
}

bool HttpParser::accept_head() {
  const auto& message = impl_->parser->get();
  is_http_1_1_ = message.version() == 11;
  keep_alive_ = message.keep_alive();
  request_.method = view(message.method_string());
  is_head_ = request_.method == "HEAD";
  if (is_head_) request_.method = "GET";
  for (const auto& field : message) {
    request_.headers.emplace_back(to_lower_ascii(view(field.name_string())), view(field.value()));
  }
  const auto malformed = [this](const char* text) {
    fail(Error(ErrorCode::malformed, text));
    return false;
  };
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (is_http_1_1_ && hosts == 0)) return malformed("Exactly one Host header is needed.");
  const auto encodings = message.count(http::field::transfer_encoding);
  if (encodings > 1 || (encodings == 1 && !equal_ascii(request_.header("transfer-encoding"), "chunked"))) {
    return malformed("The only transfer coding understood is chunked.");
  }
  if (encodings == 1 && !is_http_1_1_) return malformed("Chunked bodies need HTTP/1.1.");
  if (!take_target(view(message.target()))) return malformed("The request target could not be understood.");
  const std::string_view expect = request_.header("expect");
  if (!expect.empty() && is_http_1_1_) {
    if (!equal_ascii(expect, "100-continue")) return malformed("The only expectation understood is 100-continue.");
    expects_continue_ = !impl_->parser->is_done();
  }
  wants_web_socket_ =
      has_token(request_.header("connection"), "upgrade") && has_token(request_.header("upgrade"), "websocket");
  return true;
}

bool HttpParser::take_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ascii(target.substr(0, scheme.size()), scheme)) {
      target.remove_prefix(std::min(target.size(), target.find_first_of("/?", scheme.size())));
      if (target.empty() || target.front() != '/') {
        request_.target = "/" + std::string(target);
        target = request_.target;
      }
      break;
    }
  }
  const bool everything = target == "*" && request_.method == "OPTIONS";
  if (!everything && !target.starts_with('/')) return false;
  if (target.find('#') != std::string_view::npos) return false;
  const std::size_t mark = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, mark);
  request_.query = mark < target.size() ? target.substr(mark + 1) : std::string_view();
  request_.target = std::string(target);
  return true;
}

HttpRequest HttpParser::take_request() {
  PARLEY_ASSERT(state_ == State::complete);
  return std::exchange(request_, {});
}

}  // namespace parley
