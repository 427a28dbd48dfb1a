#include "parley/http.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>
#include <memory>
#include <sstream>

#include "base/version.hpp"
#include "parley/net.hpp"
#include "parley/system.hpp"
#include "wire/frames.hpp"

namespace parley::cli {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kProtobuf = "application/x-protobuf";
constexpr Duration kPatience{15'000};
constexpr Duration kLookForStop{100};
constexpr std::size_t kLargestAnswer = 64u << 20;

struct Exchange {
  Exchange(asio::io_context& io, const Address& address) : stream(io, address) {
    parser.body_limit(kLargestAnswer);
    parser.eager(true);
  }
  NetStream stream;
  std::string request;
  http::response_parser<http::string_body> parser;
  std::string problem = "The server did not answer in time";
};

asio::awaitable<void> run_exchange(std::shared_ptr<Exchange> exchange) {
  exchange->problem = co_await exchange->stream.open();
  if (!exchange->problem.empty()) co_return;
  exchange->problem = "The connection broke before the answer";
  if (!co_await exchange->stream.write(exchange->request.data(), exchange->request.size())) co_return;
  std::string buffer(16 * 1024, '\0');
  std::string waiting;
  boost::system::error_code error;
  while (!exchange->parser.is_done()) {
    const std::size_t count = co_await exchange->stream.read(buffer.data(), buffer.size());
    if (count == 0) {
      if (!exchange->parser.got_some()) co_return;  // Beast asserts that an end comes after a beginning
      exchange->parser.put_eof(error);
      break;
    }
    waiting.append(buffer.data(), count);
    const std::size_t used = exchange->parser.put(asio::buffer(waiting), error);
    waiting.erase(0, used);
    if (error == http::error::need_more) error.clear();
    if (error) break;
  }
  if (!error && exchange->parser.is_done()) exchange->problem.clear();
  exchange->stream.close();
}

std::string write_request(const Address& address, std::string_view method, const std::string& path,
                          const std::string& token, const google::protobuf::Message* body) {
  http::request<http::string_body> request;
  request.method_string({method.data(), method.size()});
  request.target(path);
  request.version(11);
  request.set(http::field::host, address.authority());
  request.set(http::field::user_agent, fmt::format("parley/{}", version()));
  request.set(http::field::accept, kProtobuf);
  request.set(http::field::connection, "close");
  if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
  if (body != nullptr) {
    request.set(http::field::content_type, kProtobuf);
    request.body() = wire::serialize(wire::Encoding::binary, *body);
  }
  request.prepare_payload();
  std::ostringstream out;
  out << request;
  return out.str();
}

Failure read_failure(unsigned status, const std::string& body) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(body, error);
  if (!error && parsed.is_object()) {
    const auto* said = parsed.as_object().if_contains("error");
    if (said != nullptr && said->is_object()) {
      const auto text_of = [&](const char* key) {
        const auto* value = said->as_object().if_contains(key);
        return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
      };
      if (auto name = text_of("name"); !name.empty()) return failure_of(std::move(name), text_of("text"));
    }
  }
  return {Exit::refused, fmt::format("http_{}", status),
          fmt::format("The server answered with HTTP status {}. Is it a Parley server?", status)};
}

}  // namespace

Outcome<std::string> Http::ask(std::string_view method, const std::string& path, const std::string& token,
                               const google::protobuf::Message* body) const {
  asio::io_context io;
  auto exchange = std::make_shared<Exchange>(io, address_);
  exchange->request = write_request(address_, method, path, token, body);
  asio::co_spawn(io, run_exchange(exchange), asio::detached);
  for (const Time end = now() + kPatience; !io.stopped() && !stop_.stop_requested() && now() < end;) {
    io.run_for(kLookForStop);
  }
  if (!exchange->problem.empty()) {
    return std::unexpected(
        Failure{Exit::offline, "offline",
                exchange->problem +
                    fmt::format(". Check that the server runs at {}, or give another with --server.", address_.url())});
  }
  auto& response = exchange->parser.get();
  const unsigned status = response.result_int();
  if (status < 200 || status > 299) return std::unexpected(read_failure(status, response.body()));
  return std::move(response.body());
}

Outcome<void> Http::call(std::string_view method, const std::string& path, const std::string& token,
                         const google::protobuf::Message* body, google::protobuf::Message* answer) const {
  const auto said = ask(method, path, token, body);
  if (!said) return std::unexpected(said.error());
  if (answer == nullptr) return {};
  if (auto parsed = wire::parse_message(wire::Encoding::binary, *said, *answer); !parsed) {
    return std::unexpected(failure_of(parsed.error()));
  }
  return {};
}

Outcome<std::string> Http::text(const std::string& path, const std::string& token) const {
  return ask("GET", path, token, nullptr);
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace parley::cli
