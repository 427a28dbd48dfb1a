#include <google/protobuf/util/json_util.h>

#include "base/assert.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/frames_json.hpp"
#include "wire/protobuf_parse.hpp"

namespace parley::wire {
namespace {

Result<void> parse_binary(std::string_view bytes, google::protobuf::Message& message) {
  if (parse_protobuf(bytes, message)) return {};
  message.Clear();
  if (!field_not_utf8().empty()) return fail(ErrorCode::malformed, field_not_utf8() + " is not valid UTF-8");
  return fail(ErrorCode::malformed, "not a " + message.GetTypeName() + " in protobuf");
}

template <class Frame>
Result<void> parse_frame(Encoding encoding, std::string_view bytes, Frame& frame) {
  bool unknown = false;
  if (encoding == Encoding::json) {
    frame.Clear();
    const auto parsed = parse_json(bytes, frame);
    if (!parsed) return fail(parsed.error());
    unknown = *parsed;
  } else {
    if (auto parsed = parse_binary(bytes, frame); !parsed) return parsed;
    unknown = !frame.GetReflection()->GetUnknownFields(frame).empty();
  }
  if (frame.body_case() != Frame::BODY_NOT_SET) return {};
  if (unknown) return fail(ErrorCode::unknown_request);
  return fail(ErrorCode::malformed, "a frame with no body that is known here");
}

}  // namespace

Result<void> parse_message(Encoding encoding, std::string_view bytes, google::protobuf::Message& message) {
  if (encoding == Encoding::binary) return parse_binary(bytes, message);
  message.Clear();
  if (auto parsed = parse_json(bytes, message); !parsed) return fail(std::move(parsed.error()));
  return {};
}

Result<void> parse(Encoding encoding, std::string_view bytes, v1::ClientFrame& frame) {
  return parse_frame(encoding, bytes, frame);
}

Result<void> parse(Encoding encoding, std::string_view bytes, v1::ServerFrame& frame) {
  return parse_frame(encoding, bytes, frame);
}

std::string serialize(Encoding encoding, const google::protobuf::Message& message) {
  if (encoding == Encoding::binary) return message.SerializeAsString();
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = false;
  options.preserve_proto_field_names = false;
  std::string out;
  PARLEY_ASSERT(google::protobuf::util::MessageToJsonString(message, &out, options).ok());
  return out;
}

std::string binary_to_json(std::string_view server_frame) {
  v1::ServerFrame frame;
  if (!parse_protobuf(server_frame, frame)) return {};
  return serialize(Encoding::json, frame);
}

}  // namespace parley::wire
