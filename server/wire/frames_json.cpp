#include "wire/frames_json.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/base64.hpp"
#include "base/id.hpp"
#include "wire/json_check.hpp"

namespace parley::wire {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// ---- ids as UUID text -------------------------------------------------------------------------------------------

constexpr auto kIdNames =
    std::to_array<std::string_view>({"account", "accounts", "by", "device", "devices", "incarnation", "invitation",
                                     "members", "mentions", "new_owner", "peer", "session", "to"});

bool holds_ids(const FieldDescriptor& field) {
  if (field.type() != FieldDescriptor::TYPE_BYTES) return false;
  const std::string_view name = field.name();
  return name.ends_with("_id") || name.ends_with("_ids") || std::ranges::find(kIdNames, name) != kIdNames.end();
}

// UUID text is base64url by accident: its 36 characters have become 27 bytes. The way back is unambiguous.
void untangle_uuid_text(std::string& bytes) {
  if (bytes.size() != 27) return;
  const auto id = parse_uuid_text(base64url_encode(bytes));
  if (id) bytes.assign(reinterpret_cast<const char*>(id->data()), id->size());
}

void untangle_field(Message& message, const Reflection& reflection, const FieldDescriptor& field) {
  if (!field.is_repeated()) {
    std::string bytes = reflection.GetString(message, &field);
    untangle_uuid_text(bytes);
    reflection.SetString(&message, &field, std::move(bytes));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    std::string bytes = reflection.GetRepeatedString(message, &field, i);
    untangle_uuid_text(bytes);
    reflection.SetRepeatedString(&message, &field, i, std::move(bytes));
  }
}

void untangle_ids(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (holds_ids(*field)) {
      untangle_field(message, reflection, *field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (!field->is_repeated()) {
      untangle_ids(*reflection.MutableMessage(&message, field));
    } else {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        untangle_ids(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    }
  }
}

// ---- what was wrong ---------------------------------------------------------------------------------------------

bool is_path_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '[' || c == ']';
}

// Protobuf's messages quote the input, which may hold a secret: only the field's path, or the first line of a message
// that quotes nothing, is passed on.
std::string explain(std::string_view message) {
  if (message.starts_with('(')) {
    const std::string_view path = message.substr(1, message.find(')') - 1);
    if (!path.empty() && path.size() <= 100 && std::ranges::all_of(path, is_path_character)) {
      return std::string(path) + ": the value does not fit the field";
    }
  }
  const std::string_view line = message.substr(0, message.find('\n'));
  if (line.empty() || line.size() > 100 || line.find_first_of("'\"`") != std::string_view::npos)
    return "not valid JSON";
  return "not valid JSON: " + std::string(line);
}

}  // namespace

Result<bool> parse_json(std::string_view text, Message& message) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return fail(ErrorCode::too_large);
  const google::protobuf::StringPiece piece(text.data(), text.size());
  if (!google::protobuf::internal::IsStructurallyValidUTF8(piece)) {
    return fail(ErrorCode::malformed, "JSON that is not valid UTF-8");
  }
  JsonCheck check = check_json(text, *message.GetDescriptor());
  if (!check.error.empty()) return fail(ErrorCode::malformed, std::move(check.error));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  // The library checks itself and throws; what it stumbles over is the sender's text.
  try {
    const auto status = google::protobuf::util::JsonStringToMessage(piece, &message, options);
    if (!status.ok()) {
      message.Clear();
      const google::protobuf::StringPiece why = status.message();
      return fail(ErrorCode::malformed, explain({why.data(), why.size()}));
    }
  } catch (const google::protobuf::FatalException&) {
    message.Clear();
    return fail(ErrorCode::malformed, "not valid JSON");
  }
  untangle_ids(message);
  return check.unknown_field;
}

}  // namespace parley::wire
