// Parsing by protobuf's generated code, which tells what was wrong only through a process-wide log; for wire's own
// files.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace parley::wire {

/// False, and `message` half filled, for anything that is not exactly one message of this type. Never logs: input must
/// not be able to fill the server's log.
bool parse_protobuf(std::string_view bytes, google::protobuf::MessageLite& message);

/// After parse_protobuf said false on this thread: the string field (package.Message.field) that was not valid UTF-8,
/// or empty.
const std::string& field_not_utf8();

}  // namespace parley::wire
