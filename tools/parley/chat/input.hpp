// Bytes from a terminal -> what the user did.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::cli::chat {

enum class Key : std::uint8_t {
  text,  // `text` holds what was typed, one or more characters
  enter,
  newline,  // Alt+Enter or Ctrl+J
  tab,
  back_tab,
  escape,
  backspace,
  remove,
  up,
  down,
  left,
  right,
  home,
  end,
  page_up,
  page_down,
  help,   // F1
  paste,  // `text`, in one piece
  press,  // left mouse button, at (x, y)
  wheel_up,
  wheel_down,
  focus_in,
  focus_out,
  background,  // the terminal's answer to OSC 11, in `text`
};

struct Input {
  Key key = Key::text;
  std::string text{};
  bool alt = false;
  bool ctrl = false;  // with Key::text: `text` is the small letter
  bool shift = false;
  int x = 0;
  int y = 0;
  friend bool operator==(const Input&, const Input&) = default;
};

class KeyReader {
 public:
  /// What the bytes say; the beginning of a sequence is kept for the next call. Unknown sequences are swallowed.
  std::vector<Input> feed(std::string_view bytes);
  /// Nothing followed for a while: an Escape that could have been a beginning was the key.
  std::vector<Input> settle();
  /// Something was kept back that settle() would give out.
  [[nodiscard]] bool waits() const { return !kept_.empty() && !pasting_; }

 private:
  /// Bytes used of `rest`; 0: more are needed.
  std::size_t take(std::string_view rest, std::vector<Input>& out);
  std::size_t take_escape(std::string_view rest, std::vector<Input>& out);
  std::size_t take_csi(std::string_view rest, std::vector<Input>& out);
  std::size_t take_paste(std::string_view rest, std::vector<Input>& out);

  std::string kept_;
  std::string pasted_;
  bool pasting_ = false;
};

}  // namespace parley::cli::chat
