#include "wire/json_check.hpp"

#include <google/protobuf/descriptor.h>

#include <bitset>
#include <vector>

#include "base/hex.hpp"

namespace parley::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kFieldsTold = 128;  // of one message; beyond them doubles are not seen

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Checker {
 public:
  explicit Checker(std::string_view text) : rest_(text) {}

  JsonCheck run(const Descriptor& message) {
    skip_space();
    if (peek() != '{') {
      fail("not a JSON object");
    } else if (object(&message)) {
      skip_space();
      if (!rest_.empty()) fail("not valid JSON: something stands after the object");
    }
    return {.error = std::move(error_), .unknown_field = unknown_field_};
  }

 private:
  bool fail(std::string why) {
    if (error_.empty()) error_ = std::move(why);
    return false;
  }
  bool bad_syntax() { return fail("not valid JSON"); }
  /// Names the field that is being read.
  bool bad_field(std::string_view why) {
    std::string path;
    for (const FieldDescriptor* field : path_) path += (path.empty() ? "" : ".") + field->name();
    return fail(path.append(": ").append(why));
  }

  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_space() {
    while (!rest_.empty() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r'))
      rest_.remove_prefix(1);
  }

  // ---- values without structure ----------------------------------------------------------------------------------

  bool word(std::string_view expected) {
    if (!rest_.starts_with(expected)) return bad_syntax();
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool digits() {
    if (!is_digit(peek())) return bad_syntax();
    while (is_digit(peek())) rest_.remove_prefix(1);
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (is_digit(peek())) return bad_syntax();  // 01
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  bool escape(std::string* out) {
    constexpr std::string_view kEscaped = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return bad_syntax();
    const char c = peek();
    rest_.remove_prefix(1);
    if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos) {
      if (out != nullptr) out->push_back(kMeant[at]);
      return true;
    }
    if (c != 'u' || rest_.size() < 4) return bad_syntax();
    int code = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const int digit = hex_digit_value(rest_[i]);
      if (digit < 0) return bad_syntax();
      code = code * 16 + digit;
    }
    rest_.remove_prefix(4);
    // Names and choices of the contract are ASCII: anything else only has to differ from them.
    if (out != nullptr) out->push_back(code < 0x80 ? static_cast<char>(code) : '?');
    return true;
  }

  /// `out`: what the string says, as far as it is ASCII.
  bool string(std::string* out) {
    if (!take('"')) return bad_syntax();
    while (!rest_.empty()) {
      const char c = peek();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return bad_syntax();
      if (c == '\\') {
        if (!escape(out)) return false;
      } else if (out != nullptr) {
        out->push_back(c);
      }
    }
    return bad_syntax();
  }

  // ---- values ----------------------------------------------------------------------------------------------------

  /// One value; of `field`, or one element of it. Null: of a field that nobody knows.
  bool value(const FieldDescriptor* field, bool element) {
    const bool list = field != nullptr && field->is_repeated() && !element;
    const bool message = field != nullptr && !list && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    constexpr std::string_view kDoesNotFit = "the value does not fit the field";
    switch (peek()) {
      case '{':
        if (field != nullptr && !message) return bad_field(kDoesNotFit);
        return object(message ? field->message_type() : nullptr);
      case '[':
        if (field != nullptr && !list) return bad_field(kDoesNotFit);
        return array(field);
      case 'n':
        if (element && field != nullptr) return bad_field("null cannot stand in a list");
        return word("null");
      case '"':
        if (list || message) return bad_field(kDoesNotFit);
        return text(field);
      default:
        if (list || message) return bad_field(kDoesNotFit);
        if (peek() == 't') return word("true");
        if (peek() == 'f') return word("false");
        return number();
    }
  }

  bool text(const FieldDescriptor* field) {
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return string(nullptr);
    std::string name;
    if (!string(&name)) return false;
    return field->enum_type()->FindValueByName(name) != nullptr || bad_field("not a known value");
  }

  bool array(const FieldDescriptor* field) {
    take('[');
    if (!deeper()) return false;
    skip_space();
    if (!take(']')) {
      do {
        skip_space();
        if (!value(field, true)) return false;
        skip_space();
      } while (take(','));
      if (!take(']')) return bad_syntax();
    }
    --depth_;
    return true;
  }

  bool object(const Descriptor* message) {
    take('{');
    if (!deeper()) return false;
    std::bitset<kFieldsTold> seen;
    skip_space();
    if (!take('}')) {
      do {
        skip_space();
        if (!member(message, seen)) return false;
        skip_space();
      } while (take(','));
      if (!take('}')) return bad_syntax();
    }
    --depth_;
    return true;
  }

  bool member(const Descriptor* message, std::bitset<kFieldsTold>& seen) {
    std::string name;
    if (!string(message != nullptr ? &name : nullptr)) return false;
    skip_space();
    if (!take(':')) return bad_syntax();
    skip_space();
    const FieldDescriptor* field = message == nullptr ? nullptr : message->FindFieldByCamelcaseName(name);
    if (field == nullptr && message != nullptr) field = message->FindFieldByName(name);
    if (field == nullptr) {
      unknown_field_ = unknown_field_ || depth_ == 1;
      return value(nullptr, false);
    }
    path_.push_back(field);
    const auto index = static_cast<std::size_t>(field->index());
    if (index < kFieldsTold) {
      if (seen.test(index)) return bad_field("the field comes twice");
      seen.set(index);
    }
    if (!value(field, false)) return false;
    path_.pop_back();
    return true;
  }

  bool deeper() {
    return ++depth_ <= kMaxJsonDepth || fail("JSON nested deeper than " + std::to_string(kMaxJsonDepth));
  }

  std::string_view rest_;
  int depth_ = 0;
  bool unknown_field_ = false;
  std::vector<const FieldDescriptor*> path_;  // to what is being read
  std::string error_;
};

}  // namespace

JsonCheck check_json(std::string_view text, const Descriptor& message) {
  return Checker(text).run(message);
}

}  // namespace parley::wire
