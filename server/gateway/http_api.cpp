#include "gateway/http_api.hpp"

#include <utility>

namespace parley {
namespace {
constexpr std::array<const char*, 4> kStatuses{"2xx", "3xx", "4xx", "5xx"};
}  // namespace

HttpApi::HttpApi(HttpApiParts& parts) : parts_(parts) {
  add_service_routes(*this);
  add_sign_in_routes(*this);
  add_people_routes(*this);
  add_channel_routes(*this);
  add_sync_routes(*this);
  add_export_routes(*this);
}

void HttpApi::add(std::string method, std::string_view pattern, Answer answer, bool needs_token) {
  Counter& requests = parts_.metrics.counter("parley_api_requests_total", "Requests to the HTTP API, by route.",
                                             {{"method", method}, {"route", std::string(pattern)}});
  Route route{std::move(answer), needs_token, &requests, {}};
  for (std::size_t i = 0; i < route.responses.size(); ++i) {
    route.responses.at(i) =
        &parts_.metrics.counter("parley_api_responses_total", "Answers of the HTTP API, by route and kind of status.",
                                {{"method", method}, {"route", std::string(pattern)}, {"status", kStatuses.at(i)}});
  }
  table_.add(std::move(method), pattern);
  routes_.push_back(std::move(route));
}

void HttpApi::open(std::string method, std::string_view pattern, Answer answer) {
  add(std::move(method), pattern, std::move(answer), false);
}

void HttpApi::signed_in(std::string method, std::string_view pattern, Answer answer) {
  add(std::move(method), pattern, std::move(answer), true);
}

void HttpApi::handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) {
  std::string allowed;
  auto match = table_.find(request.method, request.path, allowed);
  if (!match) {
    HttpResponse response = error_response(match.error());
    if (!allowed.empty()) response.headers.emplace_back("Allow", allowed);
    return respond(std::move(response));
  }
  const Route& route = routes_[match->route];
  route.requests->add();
  auto counted = [&route, respond = std::move(respond)](HttpResponse response) mutable {
    const int kind = response.status / 100;
    if (kind >= 2 && kind <= 5) route.responses.at(static_cast<std::size_t>(kind) - 2)->add();
    respond(std::move(response));
  };
  auto call = std::make_shared<HttpCall>(parts_, std::move(request), std::move(match->values), std::move(counted));
  if (route.needs_token && !call->good(call->authenticate())) return;
  if (!call->good(call->request().check_query())) return;
  route.answer(std::move(call));
}

}  // namespace parley
