// HTTP/1.1 requests: nothing crashes, limits hold, and the requests found do not depend on how the bytes were cut.
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "gateway/http_parser.hpp"
#include "gateway/http_response.hpp"
#include "gateway/origin_policy.hpp"
#include "gateway/web_socket_upgrade.hpp"

namespace {

using namespace parley;

constexpr std::size_t kHeaderBytes = 1024;
constexpr std::size_t kBodyBytes = 2048;

struct Outcome {
  std::vector<std::string> requests;
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

std::string describe(const HttpRequest& request) {
  std::string text = request.method + " " + request.target + "\n";
  for (const auto& [name, value] : request.headers) text += name + ":" + value + "\n";
  return text + request.body;
}

void check(const HttpRequest& request, const HttpParser& parser) {
  PARLEY_ASSERT(request.body.size() <= kBodyBytes);
  PARLEY_ASSERT(request.target == "*" || request.target.starts_with('/'));
  PARLEY_ASSERT(request.target.find_first_of("\r\n #") == std::string::npos);
  for (const auto& [name, value] : request.headers) {
    PARLEY_ASSERT(name.find_first_of("\r\n: ") == std::string::npos &&
                  value.find_first_of("\r\n") == std::string::npos);
  }
  static const OriginPolicy origins({"https://chat.example"});
  (void)request.query_parameter("a");
  (void)percent_decode(request.path);
  auto answer = answer_upgrade(request, parser.wants_web_socket(), origins);
  HttpResponse response = answer ? std::move(*answer) : std::move(answer.error());
  origins.add_headers(response, request.header("origin"));
  PARLEY_ASSERT(serialise_response(response, {}).starts_with("HTTP/1.1 "));
  if (OriginPolicy::is_preflight(request)) (void)origins.answer_preflight(request);
}

void take_all(HttpParser& parser, Outcome& outcome) {
  while (parser.state() == HttpParser::State::complete) {
    const HttpRequest request = parser.take_request();
    check(request, parser);
    outcome.requests.push_back(describe(request));
    parser.next();
  }
}

Outcome feed(const std::string& bytes, std::size_t piece) {
  HttpParser parser(kHeaderBytes, kBodyBytes);
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    parser.feed(std::string_view(bytes).substr(at, piece));
    take_all(parser, outcome);
  }
  // A head that is wrong may be refused when it is seen or when it is whole: so the head is made whole.
  if (parser.state() == HttpParser::State::head && parser.started()) parser.feed("\r\n\r\n");
  take_all(parser, outcome);
  outcome.failed = parser.state() == HttpParser::State::failed;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = feed(bytes, bytes.size() + 1);
  PARLEY_ASSERT(feed(bytes, 1) == whole);
  PARLEY_ASSERT(feed(bytes, 13) == whole);
  return 0;
}
