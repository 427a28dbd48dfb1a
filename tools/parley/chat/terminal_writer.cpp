#include "parley/chat/terminal_writer.hpp"

#include <fmt/format.h>

#include <iterator>

namespace parley::cli::chat {
namespace {

// Terminals that know it show what stands between as one picture; the others take no notice.
constexpr std::string_view kBegin = "\x1b[?2026h\x1b[?25l";
constexpr std::string_view kEnd = "\x1b[?2026l";
constexpr std::string_view kLeftToRight = "\u200E";

void move_to(std::string& out, int x, int y) {
  fmt::format_to(std::back_inserter(out), "\x1b[{};{}H", y + 1, x + 1);
}

}  // namespace

void TerminalWriter::write_row(std::string& out, const Canvas& next, int y, int from, int to) {
  move_to(out, from, y);
  const std::string* sequence = nullptr;
  bool lost = false;  // the cursor may stand anywhere
  for (int x = from; x < to; ++x) {
    const Cell& cell = next.at(x, y);
    if (cell.text.empty()) continue;
    if (lost) move_to(out, x, y);
    if (const std::string& wanted = theme_.sequence(cell.role, cell.on_chosen); sequence != &wanted) {
      sequence = &wanted;
      out += wanted;
    }
    out += cell.text;
    // Terminals that turn right-to-left runs must not draw the neighbours into them.
    const bool run_ends = cell.right_to_left && (x + 1 >= next.width() || !next.at(x + 1, y).right_to_left);
    if (run_ends) out += kLeftToRight;
    lost = cell.loose || run_ends;
  }
}

std::string TerminalWriter::show(const Canvas& next) {
  const bool whole = !known_ || last_.width() != next.width() || last_.height() != next.height();
  std::string out;
  if (whole) out += "\x1b[0m\x1b[2J";
  for (int y = 0; y < next.height(); ++y) {
    int from = 0;
    int to = next.width();
    if (!whole) {
      while (from < to && next.at(from, y) == last_.at(from, y)) ++from;
      while (to > from && next.at(to - 1, y) == last_.at(to - 1, y)) --to;
      if (from == to) continue;
      // Never half of a wide glyph, and never the tail of a row that a wrong width may have shifted.
      bool loose = false;
      for (int x = 0; x < next.width() && !loose; ++x) {
        loose =
            next.at(x, y).loose || last_.at(x, y).loose || next.at(x, y).right_to_left || last_.at(x, y).right_to_left;
      }
      if (loose) {
        from = 0;
        to = next.width();
      }
      while (from > 0 && next.at(from, y).text.empty()) --from;
      while (to < next.width() && next.at(to, y).text.empty()) ++to;
    }
    write_row(out, next, y, from, to);
  }
  const bool cursor_moved = !known_ || last_.cursor_x != next.cursor_x || last_.cursor_y != next.cursor_y;
  known_ = true;
  if (out.empty() && !cursor_moved) return out;
  last_ = next;
  std::string framed(kBegin);
  framed += out;
  framed += "\x1b[0m";
  if (next.cursor_x >= 0) {
    move_to(framed, next.cursor_x, next.cursor_y);
    framed += "\x1b[?25h";
  }
  framed += kEnd;
  return framed;
}

}  // namespace parley::cli::chat
