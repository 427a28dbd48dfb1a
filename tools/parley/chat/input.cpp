#include "parley/chat/input.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/utf8.hpp"

namespace parley::cli::chat {
namespace {

constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";
/// A sequence longer than this is no key.
constexpr std::size_t kLongest = 256;
constexpr std::size_t kLargestPaste = 1u << 20;

struct Parameters {
  std::array<int, 4> values{};
  std::size_t count = 0;
};

Parameters numbers_of(std::string_view text) {
  Parameters out;
  while (!text.empty() && out.count < out.values.size()) {
    const auto end = std::min(text.find(';'), text.size());
    std::from_chars(text.data(), text.data() + end, out.values[out.count]);
    ++out.count;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::optional<Key> key_of_letter(char c) {
  switch (c) {
    case 'A':
      return Key::up;
    case 'B':
      return Key::down;
    case 'C':
      return Key::right;
    case 'D':
      return Key::left;
    case 'H':
      return Key::home;
    case 'F':
      return Key::end;
    case 'Z':
      return Key::back_tab;
    case 'P':
      return Key::help;
    case 'M':
      return Key::enter;
    case 'I':
      return Key::focus_in;
    case 'O':
      return Key::focus_out;
    default:
      return std::nullopt;
  }
}

std::optional<Key> key_of_number(int number) {
  switch (number) {
    case 1:
    case 7:
      return Key::home;
    case 3:
      return Key::remove;
    case 4:
    case 8:
      return Key::end;
    case 5:
      return Key::page_up;
    case 6:
      return Key::page_down;
    case 11:
      return Key::help;
    default:
      return std::nullopt;
  }
}

void give(std::vector<Input>& out, Key key, int modifiers) {
  const int bits = modifiers > 0 ? modifiers - 1 : 0;
  out.push_back({.key = key, .alt = (bits & 2) != 0, .ctrl = (bits & 4) != 0, .shift = (bits & 1) != 0});
}

void give_mouse(std::vector<Input>& out, std::string_view body, bool pressed) {
  const Parameters p = numbers_of(body);
  if (p.count < 3) return;
  Input input{.x = p.values[1] - 1, .y = p.values[2] - 1};
  const int button = p.values[0] & ~(4 | 8 | 16);  // without shift, alt, ctrl
  if (button == 64) {
    input.key = Key::wheel_up;
  } else if (button == 65) {
    input.key = Key::wheel_down;
  } else if (button == 0 && pressed) {
    input.key = Key::press;
  } else {
    return;
  }
  out.push_back(std::move(input));
}

void give_control(std::vector<Input>& out, unsigned char c, bool alt) {
  switch (c) {
    case '\r':
      out.push_back({.key = alt ? Key::newline : Key::enter});
      return;
    case '\n':
      out.push_back({.key = Key::newline});
      return;
    case '\t':
      out.push_back({.key = Key::tab, .alt = alt});
      return;
    case 0x7F:
    case 0x08:
      out.push_back({.key = Key::backspace, .alt = alt});
      return;
    case 0x1B:
      out.push_back({.key = Key::escape});
      return;
    default:
      if (c == 0 || c > 26) return;
      out.push_back(
          {.key = Key::text, .text = std::string(1, static_cast<char>('a' + c - 1)), .alt = alt, .ctrl = true});
  }
}

std::size_t length_of_code_point(unsigned char first) {
  if (first < 0x80) return 1;
  return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
}

}  // namespace

std::vector<Input> KeyReader::feed(std::string_view bytes) {
  kept_.append(bytes);
  std::vector<Input> out;
  std::string_view rest = kept_;
  while (!rest.empty()) {
    const std::size_t used = pasting_ ? take_paste(rest, out) : take(rest, out);
    if (used == 0) break;
    rest.remove_prefix(used);
  }
  kept_ = std::string(rest);
  return out;
}

std::vector<Input> KeyReader::settle() {
  std::vector<Input> out;
  if (!waits()) return out;
  std::string bytes = std::exchange(kept_, {});
  if (bytes.front() != '\x1b') return out;  // half of a character
  out.push_back({.key = Key::escape});
  bytes.erase(0, 1);
  if (bytes.empty() || bytes.front() == '[' || bytes.front() == ']' || bytes.front() == 'O') return out;
  for (Input& input : feed(bytes)) out.push_back(std::move(input));
  return out;
}

std::size_t KeyReader::take(std::string_view rest, std::vector<Input>& out) {
  const auto first = static_cast<unsigned char>(rest.front());
  if (first == 0x1B) return take_escape(rest, out);
  if (first < 0x20 || first == 0x7F) {
    give_control(out, first, false);
    return 1;
  }
  const std::size_t length = length_of_code_point(first);
  if (rest.size() < length) return 0;
  const std::string_view character = rest.substr(0, length);
  if (!is_valid_utf8(character)) return 1;
  if (!out.empty() && out.back().key == Key::text && !out.back().alt && !out.back().ctrl) {
    out.back().text += character;
  } else {
    out.push_back({.key = Key::text, .text = std::string(character)});
  }
  return length;
}

std::size_t KeyReader::take_escape(std::string_view rest, std::vector<Input>& out) {
  if (rest.size() < 2) return 0;
  const auto second = static_cast<unsigned char>(rest[1]);
  if (second == '[') return take_csi(rest, out);
  if (second == ']') {
    const auto bell = rest.find('\a');
    const auto terminator = rest.find("\x1b\\", 2);
    const auto end = std::min(bell, terminator);
    if (end == std::string_view::npos) return rest.size() > kLongest ? 2 : 0;
    const std::string_view body = rest.substr(2, end - 2);
    if (body.starts_with("11;")) out.push_back({.key = Key::background, .text = std::string(body.substr(3))});
    return end + (end == bell ? 1 : 2);
  }
  if (second == 'O') {
    if (rest.size() < 3) return 0;
    if (const auto key = key_of_letter(rest[2])) give(out, *key, 0);
    return 3;
  }
  if (second == 0x1B) {  // the first was a key of its own
    out.push_back({.key = Key::escape});
    return 1;
  }
  if (second < 0x20 || second == 0x7F) {
    give_control(out, second, true);
    return 2;
  }
  const std::size_t length = length_of_code_point(second);
  if (rest.size() < 1 + length) return 0;
  const std::string_view character = rest.substr(1, length);
  if (is_valid_utf8(character)) out.push_back({.key = Key::text, .text = std::string(character), .alt = true});
  return 1 + length;
}

std::size_t KeyReader::take_csi(std::string_view rest, std::vector<Input>& out) {
  if (rest.starts_with(kPasteBegins)) {
    pasting_ = true;
    pasted_.clear();
    return kPasteBegins.size();
  }
  std::size_t end = 2;
  while (end < rest.size() && (rest[end] < 0x40 || rest[end] > 0x7E)) ++end;
  if (end == rest.size()) return rest.size() > kLongest ? 2 : 0;
  const std::string_view body = rest.substr(2, end - 2);
  const char last = rest[end];
  if (body.empty() && last == '[') {  // function keys of the Linux console
    if (rest.size() < 4) return 0;
    if (rest[3] == 'A') out.push_back({.key = Key::help});
    return 4;
  }
  if (body.starts_with('<')) {
    give_mouse(out, body.substr(1), last == 'M');
  } else if (last == '~') {
    const Parameters p = numbers_of(body);
    if (const auto key = key_of_number(p.values[0])) give(out, *key, p.values[1]);
  } else if (last == 'u') {  // a terminal that names every key by its character
    const Parameters p = numbers_of(body);
    if (p.values[0] == 13) out.push_back({.key = p.values[1] > 1 ? Key::newline : Key::enter});
    if (p.values[0] == 27) out.push_back({.key = Key::escape});
  } else if (const auto key = key_of_letter(last)) {
    const Parameters p = numbers_of(body);
    give(out, *key, p.count > 1 ? p.values[1] : 0);
  }
  return end + 1;
}

std::size_t KeyReader::take_paste(std::string_view rest, std::vector<Input>& out) {
  const auto end = rest.find(kPasteEnds);
  // The end mark may be cut: what could be its beginning waits.
  std::size_t piece = end;
  if (end == std::string_view::npos) {
    const auto escape = rest.rfind('\x1b');
    const bool cut = escape != std::string_view::npos && kPasteEnds.starts_with(rest.substr(escape));
    piece = cut ? escape : rest.size();
  }
  if (pasted_.size() < kLargestPaste) pasted_.append(rest.substr(0, std::min(piece, kLargestPaste - pasted_.size())));
  if (end == std::string_view::npos) return piece;
  pasting_ = false;
  std::string text;
  for (std::size_t i = 0; i < pasted_.size(); ++i) {
    if (pasted_[i] != '\r') {
      text += pasted_[i];
    } else if (i + 1 == pasted_.size() || pasted_[i + 1] != '\n') {
      text += '\n';
    }
  }
  out.push_back({.key = Key::paste, .text = std::move(text)});
  return end + kPasteEnds.size();
}

}  // namespace parley::cli::chat
