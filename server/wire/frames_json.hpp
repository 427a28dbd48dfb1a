// proto3 JSON into messages; for wire's own files. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "wire/frames.hpp"

namespace parley::wire {

/// As parse_message. `message` must be cleared. Ids may also be UUID text; unknown fields are ignored: true where the
/// outermost object has one.
Result<bool> parse_json(std::string_view text, google::protobuf::Message& message);

}  // namespace parley::wire
