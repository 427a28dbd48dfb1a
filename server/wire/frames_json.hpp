// proto3 JSON into messages; for wire's own files. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "wire/frames.hpp"

namespace parley::wire {

inline constexpr int kMaxJsonDepth = 32;

/// True when objects and arrays nest deeper than `limit` anywhere in `text`, which need not be valid JSON.
bool nests_deeper_than(std::string_view text, int limit);

/// As parse_message. `message` must be cleared. Ids may also be UUID text; unknown fields are ignored.
Result<void> parse_json(std::string_view text, google::protobuf::Message& message);

}  // namespace parley::wire
