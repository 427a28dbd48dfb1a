#include "gateway/web_socket_upgrade.hpp"

#include "gateway/http_parser.hpp"
#include "wire/websocket.hpp"

namespace parley {
namespace {

constexpr std::string_view kProtocol = "parley.v1";

HttpResponse upgrade_required() {
  HttpResponse response = error_response(Error(ErrorCode::malformed, "Connect here with WebSocket, version 13."));
  response.status = 426;
  response.headers.emplace_back("Upgrade", "websocket");
  response.headers.emplace_back("Sec-WebSocket-Version", "13");
  return response;
}

bool offers_protocol(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name == "sec-websocket-protocol" && has_token(value, kProtocol)) return true;
  }
  return false;
}

}  // namespace

std::expected<HttpResponse, HttpResponse> answer_upgrade(const HttpRequest& request, bool wants_web_socket,
                                                         const OriginPolicy& origins) {
  if (request.method != "GET") return std::unexpected(error_response(ErrorCode::method_not_allowed));
  if (!wants_web_socket || request.header("sec-websocket-version") != "13") return std::unexpected(upgrade_required());
  if (!origins.allows(request.header("origin"), request.header("host"))) {
    return std::unexpected(error_response(ErrorCode::origin_not_allowed));
  }
  const std::string_view key = request.header("sec-websocket-key");
  if (!is_valid_web_socket_key(key) || !request.body.empty()) {
    return std::unexpected(error_response(Error(ErrorCode::malformed, "The WebSocket handshake is broken.")));
  }
  HttpResponse response;
  response.status = 101;
  response.headers.emplace_back("Upgrade", "websocket");
  response.headers.emplace_back("Connection", "Upgrade");
  response.headers.emplace_back("Sec-WebSocket-Accept", web_socket_accept(key));
  if (offers_protocol(request)) response.headers.emplace_back("Sec-WebSocket-Protocol", std::string(kProtocol));
  return response;
}

}  // namespace parley
