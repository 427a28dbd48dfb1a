// The opening handshake of RFC 6455 §4.2.
#pragma once

#include <expected>

#include "gateway/http_message.hpp"
#include "gateway/origin_policy.hpp"

namespace parley {

/// The 101 answer, or the refusal: 426 for a request that is no WebSocket handshake of version 13, 400 for a broken
/// one, 403 for a foreign origin. `wants_web_socket` as the parser says it.
std::expected<HttpResponse, HttpResponse> answer_upgrade(const HttpRequest& request, bool wants_web_socket,
                                                         const OriginPolicy& origins);

}  // namespace parley
