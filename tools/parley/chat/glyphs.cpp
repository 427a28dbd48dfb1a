#include "parley/chat/glyphs.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.hpp"

namespace parley::cli::chat {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";
/// Marks beyond these are left out: they would be painted over the lines above and below.
constexpr int kMostMarks = 4;
constexpr int kMostCodePoints = 16;
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kEmojiStyle = 0xFE0F;

/// The first code point and its bytes, or U+FFFD for one byte that is no UTF-8.
struct Decoded {
  char32_t code = 0xFFFD;
  std::size_t bytes = 1;
  bool valid = false;
};

Decoded decode(std::string_view text) {
  utf8proc_int32_t code = -1;
  const auto size = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4));
  const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), size, &code);
  if (used <= 0) return {};
  return {static_cast<char32_t>(code), static_cast<std::size_t>(used), true};
}

utf8proc_category_t category_of(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_mark(char32_t c) {
  const auto category = category_of(c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME || category == UTF8PROC_CATEGORY_MC;
}

bool is_variation(char32_t c) {
  return c == 0xFE0E || c == kEmojiStyle;
}

/// A terminal would obey it, or it would turn the order of what stands around it.
bool is_obeyed(char32_t c) {
  const auto category = category_of(c);
  const bool tag = c >= 0xE0020 && c <= 0xE007F;  // part of some flags
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
         category == UTF8PROC_CATEGORY_CS || category == UTF8PROC_CATEGORY_CO || category == UTF8PROC_CATEGORY_CN ||
         (category == UTF8PROC_CATEGORY_CF && c != kJoiner && c != 0x200C && c != 0x00AD && !tag);
}

bool is_right_to_left(char32_t c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFC) ||
         (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF);
}

bool is_loose_alone(char32_t c) {
  return c >= 0x1F000 || (c >= 0x2190 && c <= 0x2BFF && !(c >= 0x2500 && c <= 0x259F));
}

Glyph replacement(std::size_t bytes) {
  return {std::string(kReplacement), 1, false, false, bytes};
}

/// Adds what belongs to the cluster that begins with `first`.
void gather(std::string_view text, const Decoded& first, Glyph& glyph) {
  utf8proc_int32_t state = 0;
  char32_t previous = first.code;
  int marks = 0;
  int count = 1;
  while (glyph.bytes < text.size()) {
    const Decoded next = decode(text.substr(glyph.bytes));
    if (!next.valid || is_obeyed(next.code)) return;
    if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                         static_cast<utf8proc_int32_t>(next.code), &state)) {
      return;
    }
    if (is_mark(next.code) && !is_variation(next.code)) ++marks;
    if (marks <= kMostMarks && ++count <= kMostCodePoints) {
      glyph.text.append(text.substr(glyph.bytes, next.bytes));
      if (next.code == kEmojiStyle || next.code >= 0x1F1E6) glyph.width = 2;
    }
    glyph.loose = true;
    glyph.bytes += next.bytes;
    previous = next.code;
  }
}

}  // namespace

Glyph pop_glyph(std::string_view& text) {
  const Decoded first = decode(text);
  Glyph glyph;
  glyph.bytes = first.bytes;
  if (first.valid && (first.code == U'\n' || first.code == U'\t')) {
    glyph.text = first.code == U'\n' ? "\n" : " ";
  } else if (!first.valid || is_obeyed(first.code)) {
    glyph = replacement(first.bytes);
  } else {
    const std::string_view shown = text.substr(0, first.bytes);
    glyph.right_to_left = is_right_to_left(first.code);
    glyph.loose = is_loose_alone(first.code);
    const int columns = utf8proc_charwidth(static_cast<utf8proc_int32_t>(first.code));
    if (columns <= 0) {  // a mark without a letter, a joiner alone, a soft hyphen
      glyph.text = is_mark(first.code) ? "\u25CC" + std::string(shown) : std::string(kReplacement);
      glyph.loose = true;
    } else {
      glyph.text = shown;
      glyph.width = std::min(columns, 2);
    }
    const bool plain = first.code < 0x7F && (text.size() == 1 || static_cast<unsigned char>(text[1]) < 0x80);
    if (!plain) gather(text, first, glyph);
  }
  text.remove_prefix(glyph.bytes);
  return glyph;
}

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> list;
  while (!text.empty()) list.push_back(pop_glyph(text));
  return list;
}

int width_of(std::string_view text) {
  int width = 0;
  while (!text.empty()) width += pop_glyph(text).width;
  return width;
}

std::string fitted(std::string_view text, int columns) {
  std::string out;
  int used = 0;
  std::size_t without_last = 0;  // length of `out` that leaves a column for "…"
  while (!text.empty()) {
    const Glyph glyph = pop_glyph(text);
    if (used + glyph.width > columns) {
      out.resize(without_last);
      return columns > 0 ? out + "…" : std::string();
    }
    used += glyph.width;
    out += glyph.text == "\n" ? " " : glyph.text;
    if (used < columns) without_last = out.size();
  }
  return out;
}

std::string fitted_end(std::string_view text, int columns) {
  const auto glyphs = glyphs_of(text);
  int used = 0;
  auto first = glyphs.end();
  while (first != glyphs.begin() && used + (first - 1)->width <= columns) used += (--first)->width;
  std::string out;
  for (; first != glyphs.end(); ++first) out += first->text == "\n" ? " " : first->text;
  return out;
}

std::vector<std::string_view> wrapped(std::string_view text, int columns, std::size_t most_lines, bool* more) {
  std::vector<std::string_view> lines;
  columns = std::max(columns, 2);
  if (more != nullptr) *more = false;
  std::string_view rest = text;
  bool open = true;  // a line is to follow, be it empty
  while (open) {
    if (most_lines != 0 && lines.size() == most_lines) {
      if (more != nullptr) *more = true;
      return lines;
    }
    const char* start = rest.data();
    std::string_view ahead = rest;
    int used = 0;
    std::size_t at_space = 0;  // bytes before the last space, and
    std::size_t behind_space = 0;
    open = false;
    std::size_t length = 0;
    while (!ahead.empty()) {
      std::string_view here = ahead;
      const Glyph glyph = pop_glyph(ahead);
      length = static_cast<std::size_t>(here.data() - start);
      if (glyph.text == "\n") {
        rest = ahead;
        open = true;
        break;
      }
      const bool space = glyph.text == " ";
      if (used + glyph.width > columns) {
        if (space) {  // hangs over the edge
          rest = ahead;
        } else if (behind_space > 0) {
          length = at_space;
          rest.remove_prefix(behind_space);
        } else {
          rest = here;
        }
        open = true;
        break;
      }
      used += glyph.width;
      length += glyph.bytes;
      if (space) {
        at_space = length - glyph.bytes;
        behind_space = length;
      }
    }
    lines.emplace_back(start, length);
    if (!open) break;
  }
  return lines;
}

}  // namespace parley::cli::chat
