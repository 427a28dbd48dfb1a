// Text as columns of a terminal: what a reader sees as one character, how wide it is, and nothing that a terminal
// obeys.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::cli::chat {

/// What a reader sees as one character (an extended grapheme cluster of UAX #29), fit to be drawn.
struct Glyph {
  std::string text;    // shown; never a control or direction character
  int width = 1;       // columns: 1 or 2
  bool loose = false;  // terminals disagree on its width: the cursor has to be set anew behind it
  bool right_to_left = false;
  std::size_t bytes = 0;  // of the text it was made of
};

/// Takes the first one off the front of `text`, which must not be empty and may be anything. Control and direction
/// characters and bytes that are not UTF-8 become U+FFFD, a line feed becomes "\n" with width 1, a tab a space.
Glyph pop_glyph(std::string_view& text);
std::vector<Glyph> glyphs_of(std::string_view text);

/// Columns of `text` in one line.
int width_of(std::string_view text);
/// The longest beginning that fits into `columns`, with "…" where something was left out. One line: a line feed becomes
/// a space. Looks at no more of the text than it shows.
std::string fitted(std::string_view text, int columns);
/// The longest end that fits.
std::string fitted_end(std::string_view text, int columns);

/// `text` in lines of at most `columns`, broken at spaces where there are any, else anywhere. At most `most_lines`
/// (0: all), and then `more` (where given) tells whether something was left out; no more of the text is looked at than
/// that needs.
std::vector<std::string_view> wrapped(std::string_view text, int columns, std::size_t most_lines = 0,
                                      bool* more = nullptr);

}  // namespace parley::cli::chat
