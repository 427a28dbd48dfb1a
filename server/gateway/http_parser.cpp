#include "gateway/http_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

#include "base/assert.hpp"

namespace parley {
namespace {

namespace http = boost::beast::http;

/// Two of them would be read differently by whoever stands between a client and us.
constexpr auto kOnce = {http::field::authorization, http::field::content_type,      http::field::expect,
                        http::field::origin,        http::field::sec_websocket_key, http::field::sec_websocket_version};

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool equal_ascii(std::string_view a, std::string_view b) {
  return to_lower_ascii(a) == to_lower_ascii(b);
}

}  // namespace

struct HttpParser::Head {
  http::request_parser<http::empty_body> parser;
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
    : header_bytes_(header_bytes), body_bytes_(body_bytes) {}

void HttpParser::restart() {
  searched_ = 0;
  state_ = State::head;
  request_ = HttpRequest();
  chunks_.reset();
  body_left_ = 0;
  expects_continue_ = false;
  wants_web_socket_ = false;
}

bool HttpParser::started() const {
  return state_ != State::head || !buffer_.empty();
}

HttpParser::State HttpParser::fail(Error error) {
  error_ = std::move(error);
  keep_alive_ = false;
  return state_ = State::failed;
}

HttpParser::State HttpParser::feed(std::string_view bytes) {
  buffer_.append(bytes);
  return advance();
}

HttpParser::State HttpParser::next() {
  PARLEY_ASSERT(state_ == State::complete);
  restart();
  return advance();
}

std::string HttpParser::take_rest() {
  PARLEY_ASSERT(state_ == State::complete);
  return std::exchange(buffer_, {});
}

HttpParser::State HttpParser::advance() {
  if (state_ == State::head) state_ = read_head();
  if (state_ == State::body) state_ = read_body();
  return state_;
}

// Beast sees a head only when it is whole: what it says about one in pieces depends on the pieces, and its reading of
// chunked bodies in pieces can abort the process (1.81, an assertion on the last chunk).
HttpParser::State HttpParser::read_head() {
  // RFC 9112 §2.2: empty lines before a request line are skipped, as some clients send one after a body.
  if (searched_ == 0) buffer_.erase(0, std::min(buffer_.find_first_not_of("\r\n"), buffer_.size()));
  if (buffer_.empty()) return State::head;
  if (const char first = buffer_.front(); first < 'A' || first > 'Z') return fail(ErrorCode::malformed);
  const std::size_t end = buffer_.find("\r\n\r\n", searched_ < 3 ? 0 : searched_ - 3);
  if (std::min(end, buffer_.size()) > header_bytes_) return fail(ErrorCode::headers_too_large);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return State::head;
  }
  Head head;
  head.parser.header_limit(static_cast<std::uint32_t>(end + 5));
  head.parser.body_limit(boost::none);  // ours is applied to what the head tells, under its own name
  boost::system::error_code failed;
  const std::size_t used = head.parser.put(boost::asio::buffer(buffer_.data(), end + 4), failed);
  if (failed || used != end + 4 || !head.parser.is_header_done()) return fail(ErrorCode::malformed);
  const State state = accept_head(head);
  buffer_.erase(0, end + 4);
  return state;
}

HttpParser::State HttpParser::read_body() {
  std::string_view input = buffer_;
  bool complete = false;
  if (chunks_) {
    switch (chunks_->feed(input, request_.body)) {
      case ChunkedBody::State::more:
        break;
      case ChunkedBody::State::done:
        complete = true;
        break;
      case ChunkedBody::State::malformed:
        return fail(Error(ErrorCode::malformed, "The chunked body is broken."));
      case ChunkedBody::State::too_large:
        return fail(ErrorCode::too_large);
    }
  } else {
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, input.size()));
    request_.body.append(input.substr(0, take));
    input.remove_prefix(take);
    body_left_ -= take;
    complete = body_left_ == 0;
  }
  buffer_.erase(0, buffer_.size() - input.size());
  return complete ? State::complete : State::body;
}

HttpParser::State HttpParser::accept_head(const Head& head) {
  const auto& message = head.parser.get();
  is_http_1_1_ = message.version() == 11;
  keep_alive_ = message.keep_alive();
  request_.method = view(message.method_string());
  is_head_ = request_.method == "HEAD";
  if (is_head_) request_.method = "GET";
  for (const auto& field : message) {
    request_.headers.emplace_back(to_lower_ascii(view(field.name_string())), view(field.value()));
  }
  const auto malformed = [this](const char* text) { return fail(Error(ErrorCode::malformed, text)); };
  for (const http::field field : kOnce) {
    if (message.count(field) > 1) return malformed("A header that is allowed once comes twice.");
  }
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
    expects_continue_ = true;
  }
  wants_web_socket_ =
      has_token(request_.header("connection"), "upgrade") && has_token(request_.header("upgrade"), "websocket");
  if (encodings == 1) {
    chunks_.emplace(body_bytes_, header_bytes_);
    return State::body;
  }
  body_left_ = head.parser.content_length().value_or(0);
  if (body_left_ > body_bytes_) return fail(ErrorCode::too_large);
  expects_continue_ = expects_continue_ && body_left_ > 0;
  return State::body;
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
