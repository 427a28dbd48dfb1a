// The body of a message as lines: what it answers, its text with links and mentions, reactions.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "parley/chat/layout.hpp"

namespace parley::cli::chat {

/// Lines of text that a folded message shows, and from how many on it is folded.
inline constexpr std::size_t kFoldedLines = 8;
inline constexpr std::size_t kLongLines = 14;

bool is_long(const Message& message, int width);
void append_message_lines(const Model& model, const Chat& chat, const Message& message, int width,
                          std::vector<Line>& lines);

/// A part of a text that looks different.
struct Mark {
  std::size_t from = 0;
  std::size_t to = 0;
  Role role = Role::link;
  friend bool operator==(const Mark&, const Mark&) = default;
};
/// http:// and https:// links and "@handle", in order. A link is shown as the text it is, never as something else.
std::vector<Mark> marks_of(std::string_view text, std::string_view handle);

}  // namespace parley::cli::chat
