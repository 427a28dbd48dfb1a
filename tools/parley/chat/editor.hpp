// The text that somebody is writing, with a cursor. Moves by whole characters as a reader sees them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parley/chat/input.hpp"

namespace parley::cli::chat {

class Editor {
 public:
  explicit Editor(bool several_lines = true) : several_lines_(several_lines) {}

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  void set(std::string text);
  void clear() { set({}); }
  /// Control characters are left out, but line feeds where several lines are allowed, and tabs. Not valid: left out.
  void insert(std::string_view text);

  /// False: the key is not for writing.
  bool take(const Input& input);

  struct View {
    std::vector<std::string> lines;  // at most `height`, with the cursor's among them
    int cursor_x = 0;
    int cursor_y = 0;
  };
  /// As it looks in a box.
  [[nodiscard]] View view(int width, int height) const;
  /// Lines that it would like to have, at most `most`.
  [[nodiscard]] int height(int width, int most) const;

 private:
  [[nodiscard]] std::size_t before(std::size_t at) const;
  [[nodiscard]] std::size_t after(std::size_t at) const;
  [[nodiscard]] std::size_t word_before(std::size_t at) const;
  [[nodiscard]] std::size_t word_after(std::size_t at) const;
  [[nodiscard]] std::size_t line_start(std::size_t at) const;
  [[nodiscard]] std::size_t line_end(std::size_t at) const;
  bool take_letter(const Input& input);
  bool move_line(bool up);
  void erase(std::size_t from, std::size_t to);

  bool several_lines_;
  std::string text_;
  std::size_t cursor_ = 0;
};

}  // namespace parley::cli::chat
