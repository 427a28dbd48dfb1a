#include "parley/chat/editor.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "parley/chat/glyphs.hpp"

namespace parley::cli::chat {
namespace {

struct Row {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// Rows as they are shown: every character is kept, so that the cursor can stand at each.
std::vector<Row> rows_of(std::string_view text, int width) {
  std::vector<Row> rows = {{0, 0}};
  int used = 0;
  std::size_t at = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const Glyph glyph = pop_glyph(rest);
    if (glyph.text == "\n") {
      at += glyph.bytes;
      rows.push_back({at, at});
      used = 0;
      continue;
    }
    if (used + glyph.width >= width && used > 0) {  // a column stays free for the cursor
      rows.push_back({at, at});
      used = 0;
    }
    used += glyph.width;
    at += glyph.bytes;
    rows.back().to = at;
  }
  return rows;
}

std::size_t row_of(const std::vector<Row>& rows, std::size_t cursor) {
  std::size_t row = 0;
  while (row + 1 < rows.size() && rows[row + 1].from <= cursor) ++row;
  return row;
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

}  // namespace

void Editor::set(std::string text) {
  text_ = std::move(text);
  cursor_ = text_.size();
}

void Editor::insert(std::string_view text) {
  if (!is_valid_utf8(text)) return;
  std::string clean;
  while (!text.empty()) {
    const char32_t c = pop_code_point(text);
    if (c == U'\n' && !several_lines_) clean += ' ';
    if (c == U'\t' || (c == U'\n' && several_lines_) || (c >= 0x20 && (c < 0x7F || c >= 0xA0))) append_utf8(clean, c);
  }
  text_.insert(cursor_, clean);
  cursor_ += clean.size();
}

void Editor::erase(std::size_t from, std::size_t to) {
  text_.erase(from, to - from);
  cursor_ = from;
}

std::size_t Editor::after(std::size_t at) const {
  std::string_view rest = std::string_view(text_).substr(at);
  return rest.empty() ? at : at + pop_glyph(rest).bytes;
}
std::size_t Editor::before(std::size_t at) const {
  std::size_t place = line_start(at);
  if (place == at) return at == 0 ? 0 : at - 1;
  while (after(place) < at) place = after(place);
  return place;
}
std::size_t Editor::word_before(std::size_t at) const {
  while (at > 0 && is_blank(text_[at - 1])) --at;
  while (at > 0 && !is_blank(text_[at - 1])) --at;
  return at;
}
std::size_t Editor::word_after(std::size_t at) const {
  while (at < text_.size() && is_blank(text_[at])) ++at;
  while (at < text_.size() && !is_blank(text_[at])) ++at;
  return at;
}
std::size_t Editor::line_start(std::size_t at) const {
  const auto feed = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
  return feed == std::string::npos ? 0 : feed + 1;
}
std::size_t Editor::line_end(std::size_t at) const {
  return std::min(text_.find('\n', at), text_.size());
}

bool Editor::move_line(bool up) {
  const std::size_t start = line_start(cursor_);
  const std::size_t end = line_end(cursor_);
  if (up ? start == 0 : end == text_.size()) return false;
  const int column = width_of(std::string_view(text_).substr(start, cursor_ - start));
  std::size_t place = up ? line_start(start - 1) : end + 1;
  const std::size_t limit = line_end(place);
  for (int used = 0; place < limit && used < column; place = after(place)) {
    used += width_of(std::string_view(text_).substr(place, after(place) - place));
  }
  cursor_ = place;
  return true;
}

bool Editor::take_letter(const Input& input) {
  if (!input.ctrl && !input.alt) {
    insert(input.text);
    return true;
  }
  const char letter = input.text.empty() ? '\0' : input.text.front();
  if (input.alt) {
    if (letter == 'b') return cursor_ = word_before(cursor_), true;
    if (letter == 'f') return cursor_ = word_after(cursor_), true;
    if (letter == 'd') return erase(cursor_, word_after(cursor_)), true;
    return false;
  }
  switch (letter) {
    case 'a':
      return cursor_ = line_start(cursor_), true;
    case 'e':
      return cursor_ = line_end(cursor_), true;
    case 'u':
      return erase(line_start(cursor_), cursor_), true;
    case 'w':
      return erase(word_before(cursor_), cursor_), true;
    default:
      return false;
  }
}

bool Editor::take(const Input& input) {
  switch (input.key) {
    case Key::text:
      return take_letter(input);
    case Key::paste:
      return insert(input.text), true;
    case Key::newline:
      if (!several_lines_) return false;
      return insert("\n"), true;
    case Key::backspace:
      if (cursor_ == 0) return false;
      return erase(input.alt ? word_before(cursor_) : before(cursor_), cursor_), true;
    case Key::remove:
      if (cursor_ == text_.size()) return false;
      return erase(cursor_, after(cursor_)), true;
    case Key::left:
      return cursor_ = input.ctrl || input.alt ? word_before(cursor_) : before(cursor_), true;
    case Key::right:
      return cursor_ = input.ctrl || input.alt ? word_after(cursor_) : after(cursor_), true;
    case Key::home:
      return cursor_ = line_start(cursor_), true;
    case Key::end:
      return cursor_ = line_end(cursor_), true;
    case Key::up:
    case Key::down:
      return !input.alt && move_line(input.key == Key::up);
    default:
      return false;
  }
}

Editor::View Editor::view(int width, int height) const {
  const auto rows = rows_of(text_, width);
  const std::size_t row = row_of(rows, cursor_);
  const auto shown = static_cast<std::size_t>(std::max(height, 1));
  const std::size_t first = row + 1 > shown ? row + 1 - shown : 0;
  View view;
  for (std::size_t i = first; i < rows.size() && i < first + shown; ++i) {
    view.lines.push_back(text_.substr(rows[i].from, rows[i].to - rows[i].from));
  }
  view.cursor_y = static_cast<int>(row - first);
  view.cursor_x = width_of(std::string_view(text_).substr(rows[row].from, cursor_ - rows[row].from));
  return view;
}

int Editor::height(int width, int most) const {
  return std::min(static_cast<int>(rows_of(text_, width).size()), most);
}

}  // namespace parley::cli::chat
