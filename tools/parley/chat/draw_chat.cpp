// The conversation: title, messages, who is typing, and the line to write in.
#include <fmt/format.h>

#include <algorithm>

#include "parley/chat/draw.hpp"
#include "parley/chat/glyphs.hpp"
#include "parley/chat/layout.hpp"
#include "parley/chat/message_text.hpp"

namespace parley::cli::chat {
namespace {

constexpr int kMostWritingLines = 6;

std::string about(const Model& model, const Chat& chat) {
  if (chat.state.role == parley::Role::none) return "you are no longer a member";
  if (chat.state.kind == ChannelKind::group) {
    return chat.state.members == 1 ? "1 member" : fmt::format("{} members", chat.state.members);
  }
  if (chat.state.kind != ChannelKind::direct) return {};
  const auto it = model.presence.find(chat.state.peer);
  if (it == model.presence.end()) return {};
  if (it->second.online) return "online";
  if (it->second.last_seen == kNever) return "offline";
  const auto seen = to_unix_ms(it->second.last_seen);
  return "last seen " + day_text(seen) + ", " + clock_text(seen);
}

void draw_title(Canvas& canvas, const Model& model, const Chat& chat, Area area, bool narrow) {
  int x = area.x + 1;
  const int end = area.x + area.width - 1;
  if (narrow) x = canvas.put(x, area.y, "‹ ", Role::faint);
  x = canvas.put(x, area.y, fitted(model.label(chat), std::max(area.width / 2, 8)), Role::bar, end);
  const std::string more = about(model, chat);
  const bool online = more == "online";
  if (!more.empty())
    x = canvas.put(x, area.y, "  " + fitted(more, end - x - 2), online ? Role::online : Role::faint, end);
  const auto& mine = chat.state.registers;
  std::string marks;
  if (mine.pinned) marks += " pinned";
  if (mine.muted_until != 0) marks += " muted";
  if (mine.archived) marks += " archived";
  if (x + width_of(marks) < end) canvas.put_right(end, area.y, marks, Role::faint);
  canvas.fill(area.x, area.y + 1, area.width, "─", Role::faint);
}

void draw_across(Canvas& canvas, const Line& line, int x, int y, int width) {
  const Role role = line.left.front().role == Role::fresh ? Role::fresh : Role::faint;
  const std::string text = " " + fitted(line.left.front().text, width - 6) + " ";
  canvas.fill(x, y, width, "─", role);
  canvas.put(x + std::max(2, (width - width_of(text)) / 2), y, text, line.left.front().role);
}

void draw_line(Canvas& canvas, const Chat& chat, const Line& line, int x, int y, int width) {
  if (line.across) return draw_across(canvas, line, x, y, width);
  int right = 0;
  for (const Span& span : line.right) right += width_of(span.text);
  const int end = x + width;
  int at = x;
  for (const Span& span : line.left) at = canvas.put(at, y, span.text, span.role, right > 0 ? end - right - 1 : end);
  at = end - right;
  for (const Span& span : line.right) at = canvas.put(at, y, span.text, span.role, end);
  if (line.seq != 0 && line.seq == chat.selected) canvas.put(x - 1, y, "▌", Role::selected);
}

std::string typing_text(const Model& model, const Chat& chat) {
  const auto names = model.typing_names(chat);
  if (names.empty()) return {};
  if (names.size() == 1) return names[0] + " is typing …";
  if (names.size() == 2) return names[0] + " and " + names[1] + " are typing …";
  return fmt::format("{} people are typing …", names.size());
}

std::string purpose(const Model& model, const Chat& chat) {
  if (chat.editing != 0) return "changing your message (Esc: leave it)";
  const auto it = chat.messages.find(chat.reply_to);
  if (chat.reply_to == 0 || it == chat.messages.end()) return {};
  return "answering " + model.name(it->second.author) + ": " + fitted(it->second.text, 200);
}

/// From its lower edge upwards; returns the row above.
int draw_writing(Canvas& canvas, ScreenState& screen, const Model& model, const Chat& chat, Area area) {
  const int width = std::max(area.width - 4, 2);
  const int most = std::clamp(area.height / 3, 1, kMostWritingLines);
  const int rows = chat.draft.height(width, most);
  const int top = area.y + area.height - rows;
  const auto view = chat.draft.view(width, rows);
  canvas.put(area.x + 1, top, "›", chat.can_write() ? Role::prompt : Role::faint);
  for (std::size_t i = 0; i < view.lines.size(); ++i) {
    canvas.put(area.x + 3, top + static_cast<int>(i), view.lines[i]);
  }
  if (chat.draft.empty()) {
    const auto chosen = chat.messages.find(chat.selected);
    const bool mine = chosen != chat.messages.end() && chosen->second.author == model.me;
    const char* hint = !chat.can_write()                ? "You can read here, but not write."
                       : screen.focus != Focus::message ? "Write a message"
                       : mine                           ? "r reply  e edit  + react  d delete  c copy  Esc"
                                                        : "r reply  + react  d delete  c copy  Esc";
    canvas.put(area.x + 3, top, fitted(hint, width), Role::faint);
  }
  if (screen.focus == Focus::writing) {
    canvas.cursor_x = area.x + 3 + view.cursor_x;
    canvas.cursor_y = top + view.cursor_y;
  }
  screen.hits.push_back({area.x, top, area.width, rows, Hit::Kind::writing});
  int y = top - 1;
  canvas.fill(area.x, y, area.width, "─", Role::faint);
  if (const std::string what = purpose(model, chat); !what.empty() && y > area.y + 2) {
    canvas.put(area.x + 1, y, " " + fitted(what, area.width - 6) + " ", Role::quote, area.x + area.width);
  }
  return y - 1;
}

}  // namespace

void draw_chat(Canvas& canvas, Model& model, ScreenState& screen, Area area) {
  Chat* chat = model.current();
  canvas.fill(area.x, area.y + 1, area.width, "─", Role::faint);
  if (chat == nullptr) {
    const std::string hint =
        model.chats.empty() ? "Ctrl+K, then a handle: begin a chat" : "Choose a chat: Enter opens it";
    const int x = area.x + std::max(1, (area.width - width_of(hint)) / 2);
    canvas.put(x, area.y + area.height / 2, hint, Role::faint, area.x + area.width);
    return;
  }
  draw_title(canvas, model, *chat, area, screen.narrow());
  const int typing_row = draw_writing(canvas, screen, model, *chat, area);
  const int top = area.y + 2;
  const int height = std::max(typing_row - top, 0);
  const int x = area.x + 1;
  const int width = std::max(area.width - 2, 10);
  screen.message_width = width;
  screen.message_height = height;
  const Window window = window_of(model, *chat, width, height);
  const int first = top + height - static_cast<int>(window.lines.size());
  for (std::size_t i = 0; i < window.lines.size(); ++i) {
    const Line& line = window.lines[i];
    const int y = first + static_cast<int>(i);
    draw_line(canvas, *chat, line, x, y, width);
    if (line.seq != 0) screen.hits.push_back({area.x, y, area.width, 1, Hit::Kind::message, chat->state.id, line.seq});
  }
  if (window.lines.empty() && height > 0) {
    canvas.put(x + 1, top + height / 2, chat->fetching ? "…" : "Nothing was said here yet.", Role::faint);
  } else if (chat->fetching && first > top) {
    canvas.put(x + 1, top, "… older messages", Role::faint);
  }
  if (height > 0) {
    canvas.put(x, typing_row, fitted(typing_text(model, *chat), width), Role::deed);
    if (!chat->at_newest()) {
      const std::string more =
          chat->state.unread > 0 ? fmt::format("↓ {} new (Alt+End)", chat->state.unread) : "↓ newer (Alt+End)";
      canvas.put_right(x + width, typing_row, more, chat->state.unread > 0 ? Role::badge : Role::faint);
    }
  }
  screen.hits.push_back({area.x, area.y, area.width, area.height, Hit::Kind::messages});
}

}  // namespace parley::cli::chat
