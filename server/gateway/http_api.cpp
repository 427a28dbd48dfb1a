#include "gateway/http_api.hpp"

#include <utility>

namespace parley {

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
  table_.add(std::move(method), pattern);
  routes_.push_back({std::move(answer), needs_token, &requests});
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
  auto call = std::make_shared<HttpCall>(parts_, std::move(request), std::move(match->values), std::move(respond));
  if (route.needs_token && !call->good(call->authenticate())) return;
  route.answer(std::move(call));
}

}  // namespace parley
