// Bytes of an HTTP/1.1 answer.
#pragma once

#include <string>

#include "gateway/http_message.hpp"

namespace parley {

struct ResponseFraming {
  bool keep_alive = true;
  bool head_only = false;  // answers HEAD: the length is told, the body stays
};

/// Takes the body: `response.body` is empty afterwards. A `shared_body` that is to follow is left in `response`, and is
/// gone from it otherwise. Names no server and no date, forbids content sniffing. A header
/// that could not be one (line breaks, NUL) turns the answer into a 500 in place of being sent.
std::string serialise_response(HttpResponse& response, const ResponseFraming& framing);

}  // namespace parley
