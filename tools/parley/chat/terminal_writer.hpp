// What a terminal has to be told so that it shows the next picture instead of the last one.
#pragma once

#include <string>

#include "parley/chat/canvas.hpp"
#include "parley/chat/theme.hpp"

namespace parley::cli::chat {

class TerminalWriter {
 public:
  explicit TerminalWriter(Theme theme) : theme_(std::move(theme)) {}

  /// The bytes to write; empty where nothing changed. Only rows that changed are told, from the first to the last cell
  /// that did; behind a glyph on whose width terminals disagree the cursor is set anew, so that a wrong guess stays
  /// where it is.
  std::string show(const Canvas& next);
  /// The terminal shows something else now: the next picture is told whole.
  void forget() { known_ = false; }
  void use(Theme theme) {
    theme_ = std::move(theme);
    forget();
  }

 private:
  void write_row(std::string& out, const Canvas& next, int y, int from, int to);

  Theme theme_;
  Canvas last_;
  bool known_ = false;
};

}  // namespace parley::cli::chat
