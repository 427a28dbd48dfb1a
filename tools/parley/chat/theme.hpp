// How each role looks: on light and dark terminals, in 16 million, 256 or 16 colours, or without any.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "parley/chat/canvas.hpp"

namespace parley::cli::chat {

enum class Colours : std::uint8_t { none, sixteen, many, all };
enum class Ground : std::uint8_t { dark, light };

class Theme {
 public:
  Theme(Colours colours, Ground ground);
  /// The SGR sequence that sets everything anew for cells of this role.
  [[nodiscard]] const std::string& sequence(Role role, bool on_chosen) const;
  [[nodiscard]] Colours colours() const { return colours_; }

 private:
  Colours colours_;
  std::array<std::array<std::string, 2>, kRoles> sequences_;
};

/// From what the environment says of the terminal. `known_colours`: what its description promises.
Colours colours_of(int known_colours, std::string_view colorterm, std::string_view term, bool no_color);
/// From $COLORFGBG ("15;0": the last number is the background); `fallback` where it says nothing.
Ground ground_of(std::string_view colorfgbg, Ground fallback);
/// From a terminal's answer to OSC 11, such as "rgb:1e1e/1e1e/1e1e".
Ground ground_of_answer(std::string_view answer, Ground fallback);

}  // namespace parley::cli::chat
