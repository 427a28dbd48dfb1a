#include "gateway/origin_policy.hpp"

#include <algorithm>

#include "gateway/http_parser.hpp"

namespace parley {

OriginPolicy::OriginPolicy(std::vector<std::string> allowed) {
  for (const std::string& origin : allowed) {
    if (origin == "*") everyone_ = true;
    allowed_.push_back(to_lower_ascii(origin));
    while (allowed_.back().ends_with('/')) allowed_.back().pop_back();
  }
}

bool OriginPolicy::is_listed(std::string_view origin) const {
  return std::find(allowed_.begin(), allowed_.end(), to_lower_ascii(origin)) != allowed_.end();
}

bool OriginPolicy::allows(std::string_view origin, std::string_view host) const {
  if (origin.empty() || everyone_ || is_listed(origin)) return true;
  // The scheme is not compared: TLS may end at a proxy in front of this server.
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos || host.empty()) return false;
  return to_lower_ascii(origin.substr(scheme + 3)) == to_lower_ascii(host);
}

bool OriginPolicy::is_preflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && !request.header("origin").empty() &&
         !request.header("access-control-request-method").empty();
}

HttpResponse OriginPolicy::answer_preflight(const HttpRequest& request) const {
  const std::string_view origin = request.header("origin");
  if (!allows(origin, request.header("host"))) return error_response(ErrorCode::origin_not_allowed);
  HttpResponse response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  response.headers.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type, Range");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  add_headers(response, origin);
  return response;
}

void OriginPolicy::add_headers(HttpResponse& response, std::string_view origin) const {
  if (allowed_.empty()) return;
  response.headers.emplace_back("Vary", "Origin");
  if (origin.empty()) return;
  if (is_listed(origin)) {
    response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
    response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
  } else if (everyone_) {
    response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  } else {
    return;
  }
  response.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After, Content-Range");
}

}  // namespace parley
