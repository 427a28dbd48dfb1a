// A picture of the screen: cells with glyphs and styles. Drawing makes one; TerminalWriter shows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::cli::chat {

/// What something is, not how it looks: Theme says that.
enum class Role : std::uint8_t {
  plain,
  faint,     // times, hints, frames
  bar,       // title and status lines
  trouble,   // no connection, refusals
  chosen,    // the open channel, the selected row
  unread,    // name of a channel with something new
  badge,     // count of unread messages
  mention,   // count of mentions; the user's own name in a message
  own,       // name of the user
  author_1,  // names of others
  author_2,
  author_3,
  author_4,
  author_5,
  author_6,
  quote,  // of the message that a reply answers
  link,
  deed,      // what happened that is no message; days
  fresh,     // the line above what is new
  read,      // ticks of what was read
  online,    // the dot of somebody who is there
  selected,  // the marker beside the selected message
  found,     // what was searched for
  prompt,
};
inline constexpr std::size_t kRoles = 24;

struct Cell {
  std::string text = " ";  // empty: covered by the wide glyph before it
  Role role = Role::plain;
  bool on_chosen = false;  // upon the background of the chosen row
  bool loose = false;
  bool right_to_left = false;
  friend bool operator==(const Cell&, const Cell&) = default;
};

class Canvas {
 public:
  Canvas() = default;
  /// Blank. Sizes below 1 become 1.
  Canvas(int width, int height);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] const Cell& at(int x, int y) const;

  /// Writes from (x, y) to the right, up to column `end` (0: the edge); what does not fit is cut off, never wrapped.
  /// Text is made safe. Returns the column behind it.
  int put(int x, int y, std::string_view text, Role role = Role::plain, int end = 0);
  /// The same, ending at column `end` (excluded).
  void put_right(int end, int y, std::string_view text, Role role = Role::plain);
  void fill(int x, int y, int width, std::string_view glyph, Role role);
  /// Sets the background of what stands there.
  void choose(int x, int y, int width);
  void clear(int x, int y, int width, int height);
  /// Everything steps back, for something to be drawn upon it.
  void fade();

  /// Where the cursor stands; -1: hidden.
  int cursor_x = -1;
  int cursor_y = -1;

  /// A row as text, without spaces at its end. For tests.
  [[nodiscard]] std::string row(int y) const;

 private:
  Cell* cell(int x, int y);
  int width_ = 0;
  int height_ = 0;
  std::vector<Cell> cells_;
};

}  // namespace parley::cli::chat
