#include "wire/protobuf_parse.hpp"

#include <google/protobuf/message_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <limits>

namespace parley::wire {
namespace {

using google::protobuf::LogLevel;

thread_local std::string complained_field;
google::protobuf::LogHandler* other_handler = nullptr;

// Complaints about input end here; those about what we serialize ourselves, and fatal ones, pass.
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

// Before main, because protobuf's handler may not be changed while other threads log.
[[maybe_unused]] const bool log_taken = [] {
  other_handler = google::protobuf::SetLogHandler(&take_log);
  return true;
}();

}  // namespace

bool parse_protobuf(std::string_view bytes, google::protobuf::MessageLite& message) {
  complained_field.clear();
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()) &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

const std::string& field_not_utf8() {
  return complained_field;
}

}  // namespace parley::wire
