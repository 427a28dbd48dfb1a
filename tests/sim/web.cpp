#include "sim/web.hpp"

#include <google/protobuf/message.h>

#include <memory>
#include <utility>

#include "wire/frames.hpp"

namespace parley::sim {
namespace {

constexpr Duration kPatience{15'000};
constexpr std::uint64_t kLosesOneIn = 12;
constexpr std::uint64_t kJsonOneIn = 3;

/// Answered by whoever is first: the server or the clock.
struct Call {
  Web::Answer answer;
  std::function<void()> late;
  void end(std::optional<HttpResponse> response) {
    if (answer) std::exchange(answer, nullptr)(std::move(response));
  }
};

}  // namespace

Duration Web::delay() {
  return Duration(static_cast<std::int64_t>(1 + world_.dice().below(80)));
}

void Web::ask(const std::string& method, const std::string& path, const std::string& token,
              const google::protobuf::Message* body, Answer answer, std::function<void()> late) {
  auto call = std::make_shared<Call>(Call{std::move(answer), std::move(late)});
  world_.at(kPatience, [call] { call->end(std::nullopt); });
  HttpRequest request;
  request.method = method;
  request.target = request.path = path;
  request.peer.address = "10.0.0." + std::to_string(world_.dice().below(200));
  if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
  if (body != nullptr) {
    // What is asked in either form is answered in the one that can be read here.
    const bool json = ++bodies_ % kJsonOneIn == 0;
    request.headers.emplace_back("content-type", json ? "application/json" : "application/x-protobuf");
    request.headers.emplace_back("accept", "application/x-protobuf");
    request.body = wire::serialize(json ? wire::Encoding::json : wire::Encoding::binary, *body);
  }
  if (Corpus* corpus = cluster_.corpus()) corpus->request(request);
  const bool loses_request = loses_ && world_.dice().once_in(2 * kLosesOneIn);
  const bool loses_answer = loses_ && world_.dice().once_in(kLosesOneIn);
  if (loses_request || loses_answer) ++lost_;
  if (loses_request) return;
  world_.at(delay(), [this, call, loses_answer, request = std::move(request)]() mutable {
    const auto place = cluster_.some_front();
    if (!place) return;
    place->executor->post([this, call, loses_answer, place = *place, request = std::move(request)]() mutable {
      if (!call->answer && call->late) call->late();
      place.front->handle(place.io, std::move(request), [this, call, loses_answer](HttpResponse response) {
        if (loses_answer) return;
        world_.at(delay(), [call, response = std::move(response)]() mutable { call->end(std::move(response)); });
      });
    });
  });
}

std::string error_name(const HttpResponse& response) {
  constexpr std::string_view kName = "\"name\":\"";
  const std::size_t at = response.body.find(kName);
  if (response.status < 400 || at == std::string::npos) return {};
  const std::size_t begin = at + kName.size();
  return response.body.substr(begin, response.body.find('"', begin) - begin);
}

}  // namespace parley::sim
