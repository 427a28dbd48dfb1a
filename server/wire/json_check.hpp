// What protobuf's reader of JSON lets pass and the contract does not; for wire's own files. Pure.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace parley::wire {

inline constexpr int kMaxJsonDepth = 32;

struct JsonCheck {
  std::string error;           // for people; names the field and never quotes the input. Empty: `text` may be parsed
  bool unknown_field = false;  // the object has a field that the message does not have
};

/// Checks that `text` is one JSON object by RFC 8259, nested at most kMaxJsonDepth deep; and, as far as `message` knows
/// its fields: that none comes twice, that lists stand where the message has one and hold no null, and that choices are
/// known by name. `text` is valid UTF-8. `message` holds no map and none of protobuf's own types.
JsonCheck check_json(std::string_view text, const google::protobuf::Descriptor& message);

}  // namespace parley::wire
