// Messages as lines, and which of them are seen.
#pragma once

#include <string>
#include <vector>

#include "parley/chat/canvas.hpp"
#include "parley/chat/model.hpp"

namespace parley::cli::chat {

struct Span {
  std::string text;
  Role role = Role::plain;
};
struct Line {
  std::vector<Span> left;
  std::vector<Span> right;
  Seq seq = 0;          // of the message it belongs to; 0: of none, or of one that waits
  bool across = false;  // a rule over the whole width, with `left` in the middle
};

/// Who is told by which colour.
Role role_of_author(const Model& model, const AccountId& account);
/// Local time: 14:02, Wednesday 25 November 2026, and for the list 14:02, Wed, 25 Nov or 2025.
std::string clock_text(std::int64_t unix_ms);
std::string day_text(std::int64_t unix_ms);
std::string short_time(std::int64_t unix_ms, std::int64_t now_ms);
/// ◷ waits, ✓ stored by the server, ✓✓ received by all; read by all: read.
Span tick_of(const Chat& chat, const Message& message);

/// A message with all that stands above it because of the one before (nullptr: nothing is before).
std::vector<Line> lines_of(const Model& model, const Chat& chat, const Message* before, const Message& message,
                           int width);

struct Window {
  std::vector<Line> lines;         // at most the height
  bool reaches_beginning = false;  // of what is here
};
/// What is seen of the chat. Where the lower edge was set so high that the window would not be filled, it is moved
/// down.
Window window_of(const Model& model, Chat& chat, int width, int height);
/// Moves what is seen: up to older ones with a positive number of lines.
void scroll(const Model& model, Chat& chat, int width, int lines);
/// Moves so that the message is seen. False: it is not here.
bool reveal(const Model& model, Chat& chat, Seq seq, int width, int height);

}  // namespace parley::cli::chat
