#include "parley/chat/canvas.hpp"

#include <algorithm>

#include "parley/chat/glyphs.hpp"

namespace parley::cli::chat {

Canvas::Canvas(int width, int height)
    : width_(std::max(width, 1)),
      height_(std::max(height, 1)),
      cells_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {}

Cell* Canvas::cell(int x, int y) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return nullptr;
  return &cells_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
}

const Cell& Canvas::at(int x, int y) const {
  return cells_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
}

int Canvas::put(int x, int y, std::string_view text, Role role, int end) {
  if (end <= 0 || end > width_) end = width_;
  if (y < 0 || y >= height_ || x < 0) return x;
  while (!text.empty() && x < end) {
    Glyph glyph = pop_glyph(text);
    if (x + glyph.width > end) break;
    if (glyph.text == "\n") glyph.text = " ";
    Cell& first = *cell(x, y);
    if (first.text.empty() && x > 0) cell(x - 1, y)->text = " ";  // half of a wide one remains
    const bool on_chosen = first.on_chosen;
    first = {std::move(glyph.text), role, on_chosen, glyph.loose, glyph.right_to_left};
    if (glyph.width == 2) *cell(x + 1, y) = {"", role, on_chosen, false, false};
    x += glyph.width;
    if (Cell* next = cell(x, y); next != nullptr && next->text.empty()) next->text = " ";
  }
  return x;
}

void Canvas::put_right(int end, int y, std::string_view text, Role role) {
  put(std::max(0, end - width_of(text)), y, text, role, end);
}

void Canvas::fill(int x, int y, int width, std::string_view glyph, Role role) {
  for (int i = 0; i < width; ++i) put(x + i, y, glyph, role);
}

void Canvas::choose(int x, int y, int width) {
  for (int i = 0; i < width; ++i) {
    if (Cell* one = cell(x + i, y)) one->on_chosen = true;
  }
}

void Canvas::clear(int x, int y, int width, int height) {
  for (int j = y; j < y + height; ++j) {
    for (int i = x; i < x + width; ++i) {
      if (Cell* one = cell(i, j)) *one = {};
    }
  }
}

void Canvas::fade() {
  for (Cell& one : cells_) {
    one.role = Role::faint;
    one.on_chosen = false;
  }
}

std::string Canvas::row(int y) const {
  std::string out;
  for (int x = 0; x < width_; ++x) out += at(x, y).text;
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace parley::cli::chat
