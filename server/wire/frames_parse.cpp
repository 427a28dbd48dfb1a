#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include <limits>

#include "base/assert.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/frames_json.hpp"

namespace parley::wire {
namespace {

using google::protobuf::LogLevel;

// Protobuf tells which string is not UTF-8 only by logging it, and would let hostile bytes fill the server's log. Its
// log is taken over before main: complaints about input end here, the last one's field kept for the answer; complaints
// about what we serialize, and fatal ones, pass.
thread_local std::string complained_field;
google::protobuf::LogHandler* other_handler = nullptr;

void take_log(LogLevel level, const char* file, int line, const std::string& message) {
  if (level == google::protobuf::LOGLEVEL_FATAL || message.find("when serializing") != std::string::npos) {
    if (other_handler != nullptr) other_handler(level, file, line, message);
    return;
  }
  if (message.find("invalid UTF-8") == std::string::npos) return;
  const std::size_t open = message.find('\'');
  const std::size_t close = message.find('\'', open + 1);
  complained_field = close == std::string::npos ? "a string" : message.substr(open + 1, close - open - 1);
}

[[maybe_unused]] const bool log_taken = [] {
  other_handler = google::protobuf::SetLogHandler(&take_log);
  return true;
}();

Result<void> parse_binary(std::string_view bytes, google::protobuf::Message& message) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return fail(ErrorCode::too_large);
  complained_field.clear();
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  message.Clear();
  if (!complained_field.empty()) return fail(ErrorCode::malformed, complained_field + " is not valid UTF-8");
  return fail(ErrorCode::malformed, "not a " + message.GetTypeName() + " in protobuf");
}

template <class Frame>
Result<void> parse_frame(Encoding encoding, std::string_view bytes, Frame& frame) {
  if (auto parsed = parse_message(encoding, bytes, frame); !parsed) return parsed;
  if (frame.body_case() != Frame::BODY_NOT_SET) return {};
  const auto& unknown = frame.GetReflection()->GetUnknownFields(frame);
  if (!unknown.empty()) return fail(ErrorCode::unknown_request);
  return fail(ErrorCode::malformed, "a frame with no body that is known here");
}

}  // namespace

Result<void> parse_message(Encoding encoding, std::string_view bytes, google::protobuf::Message& message) {
  if (encoding == Encoding::binary) return parse_binary(bytes, message);
  message.Clear();
  return parse_json(bytes, message);
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
  if (!frame.ParseFromArray(server_frame.data(), static_cast<int>(server_frame.size()))) return {};
  return serialize(Encoding::json, frame);
}

}  // namespace parley::wire
