// The terminal while a screen is shown on it: raw keys, its second page, mouse, and all as it was afterwards, also when
// the program crashes. What it can do is taken from ncurses' terminfo.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "parley/failure.hpp"

namespace parley::cli::chat {

/// At most one exists.
class Screen {
 public:
  /// Failure `usage` where there is no terminal, or one that cannot place its cursor.
  static Outcome<void> check();
  /// Enters. Only after check().
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void enter();
  void leave();
  /// Columns and rows.
  [[nodiscard]] std::pair<int, int> size() const;
  /// The terminal takes more bytes now.
  [[nodiscard]] bool ready() const;
  void write(std::string_view bytes) const;
  /// Colours that its description promises.
  [[nodiscard]] static int known_colours();

 private:
  bool entered_ = false;
};

}  // namespace parley::cli::chat
