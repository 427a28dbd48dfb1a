// What lies upon the screen for a while.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parley/chat/app.hpp"
#include "parley/chat/draw.hpp"
#include "parley/chat/glyphs.hpp"
#include "parley/chat/keys.hpp"
#include "parley/chat/layout.hpp"

namespace parley::cli::chat {
namespace {

/// A strip beside a box that is not as wide as this only disturbs.
constexpr int kLeastBeside = 6;

/// An empty box in the middle, with a title; what is within it.
Area draw_box(Canvas& canvas, std::string_view title, int width, int height) {
  if (width + 2 * kLeastBeside > canvas.width()) width = canvas.width();
  height = std::min(height, canvas.height());
  const int x = (canvas.width() - width) / 2;
  const int y = (canvas.height() - height) / 2;
  // Half of a wide glyph at either side would stay.
  for (int row = y; row < y + height; ++row) canvas.fill(x, row, width, " ", Role::plain);
  canvas.clear(x, y, width, height);
  canvas.fill(x + 1, y, width - 2, "─", Role::faint);
  canvas.fill(x + 1, y + height - 1, width - 2, "─", Role::faint);
  for (int row = y + 1; row < y + height - 1; ++row) {
    canvas.put(x, row, "│", Role::faint);
    canvas.put(x + width - 1, row, "│", Role::faint);
  }
  canvas.put(x, y, "╭", Role::faint);
  canvas.put(x + width - 1, y, "╮", Role::faint);
  canvas.put(x, y + height - 1, "╰", Role::faint);
  canvas.put(x + width - 1, y + height - 1, "╯", Role::faint);
  canvas.put(x + 2, y, " " + fitted(title, width - 6) + " ", Role::bar);
  return {x + 2, y + 1, width - 4, height - 2};
}

void draw_field(Canvas& canvas, const Editor& editor, int x, int y, int width, bool has_cursor, const char* hint) {
  const auto view = editor.view(std::max(width - 2, 2), 1);
  canvas.put(x, y, "›", Role::prompt);
  if (editor.empty()) canvas.put(x + 2, y, fitted(hint, width - 2), Role::faint);
  canvas.put(x + 2, y, view.lines[0], Role::plain, x + width);
  if (!has_cursor) return;
  canvas.cursor_x = x + 2 + view.cursor_x;
  canvas.cursor_y = y;
}

void draw_help(Canvas& canvas, ScreenState& screen) {
  struct Row {
    const char* key;
    const char* what;
  };
  std::vector<Row> rows = {{"Enter", "send"},
                           {"Alt+Enter, Ctrl+J", "new line (pasted lines do not send)"},
                           {"Esc", "back, one step at a time"}};
  bool message = false;
  for (const Binding& binding : bindings()) {
    if (binding.shown == nullptr) continue;
    if (binding.where == Where::message && !std::exchange(message, true))
      rows.push_back({"", "With a message selected"});
    rows.push_back({binding.shown, binding.help});
  }
  rows.push_back({"", "Mouse"});
  rows.push_back({"click", "opens a channel, selects a message"});
  rows.push_back({"wheel", "scrolls; with Shift, text is selected"});
  rows.push_back({"", "Marks"});
  rows.push_back({"◷ ✓ ✓✓", "waits, sent, received; coloured: read"});
  rows.push_back({"★ ∅ ⌂ ✎", "pinned, muted, archived, a draft"});
  const Area area = draw_box(canvas, "Keys (any key closes)", 76, static_cast<int>(rows.size()) + 2);
  const auto seen = static_cast<std::size_t>(std::max(area.height, 0));
  screen.help_top = std::min(screen.help_top, rows.size() > seen ? rows.size() - seen : 0);
  for (std::size_t i = 0; i < seen && screen.help_top + i < rows.size(); ++i) {
    const Row& row = rows[screen.help_top + i];
    const int y = area.y + static_cast<int>(i);
    const bool heading = row.key[0] == '\0';
    canvas.put(area.x, y, row.key, Role::prompt);
    canvas.put(area.x + (heading ? 0 : 19), y, fitted(row.what, area.width - (heading ? 0 : 19)),
               heading ? Role::bar : Role::plain);
  }
  if (rows.size() > seen) canvas.put_right(area.x + area.width, area.y + area.height, " ↑ ↓ scroll ", Role::faint);
}

void draw_find(Canvas& canvas, const Model& model, ScreenState& screen) {
  const Area area = draw_box(canvas, "Find or begin a chat", 60, std::min(canvas.height() - 4, 18));
  draw_field(canvas, screen.query, area.x, area.y, area.width, true, "channel, person or title of a new group");
  const auto found = findings(model, screen.query.text());
  const auto rows = static_cast<std::size_t>(std::max(area.height - 2, 0));
  const std::size_t first = screen.row + 1 > rows ? screen.row + 1 - rows : 0;
  for (std::size_t i = first; i < found.size() && i < first + rows; ++i) {
    const int y = area.y + 2 + static_cast<int>(i - first);
    if (i == screen.row) canvas.choose(area.x, y, area.width);
    const Finding& one = found[i];
    if (one.kind == Finding::Kind::channel) {
      canvas.put(area.x + 2, y, fitted(one.name, area.width - 10));
      const auto it = model.chats.find(one.channel);
      if (it != model.chats.end() && it->second.state.unread > 0) {
        canvas.put_right(area.x + area.width - 1, y, std::to_string(it->second.state.unread), Role::badge);
      }
    } else {
      const bool person = one.kind == Finding::Kind::person;
      canvas.put(area.x + 2, y, fitted((person ? "write to @" : "new group: ") + one.name, area.width - 3),
                 Role::prompt);
    }
    screen.hits.push_back({area.x, y, area.width, 1, Hit::Kind::row, {}, 0, i});
  }
}

void draw_found(Canvas& canvas, const Model& model, ScreenState& screen) {
  const Area area = draw_box(canvas, "Search in messages", 90, std::min(canvas.height() - 2, 24));
  draw_field(canvas, screen.query, area.x, area.y, area.width, true, "words");
  const auto hits = model.search(screen.query.text(), kMostFound);
  const auto rows = static_cast<std::size_t>(std::max(area.height - 2, 0));
  if (hits.empty() && !screen.query.empty() && rows > 0) {
    canvas.put(area.x + 2, area.y + 2, "Nothing among the messages at hand.", Role::faint, area.x + area.width);
  }
  const std::size_t first = screen.row + 1 > rows ? screen.row + 1 - rows : 0;
  const std::int64_t newest = hits.empty() ? 0 : hits.front().time;
  for (std::size_t i = first; i < hits.size() && i < first + rows; ++i) {
    const int y = area.y + 2 + static_cast<int>(i - first);
    if (i == screen.row) canvas.choose(area.x, y, area.width);
    const Chat& chat = model.chats.at(hits[i].channel);
    const Message& message = chat.messages.at(hits[i].seq);
    const int label = std::min(16, area.width / 4);
    int x = canvas.put(area.x + 2, y, fitted(model.label(chat), label), Role::faint);
    x = canvas.put(std::max(x, area.x + label + 3), y, fitted(model.name(message.author), std::min(12, area.width / 5)),
                   role_of_author(model, message.author));
    x = canvas.put(x, y, ": ", role_of_author(model, message.author));
    // The words themselves must be seen, however long the message is.
    const Part word = found_in(message.text, screen.query.text());
    const int end = area.x + area.width - 7;
    const std::string_view text = message.text;
    std::string before = fitted(text.substr(0, word.from), end - x);
    if (width_of(text.substr(0, word.from)) > (end - x) / 2) {
      before = "…" + fitted_end(text.substr(0, word.from), (end - x) / 3);
    }
    x = canvas.put(x, y, before, Role::plain, end);
    x = canvas.put(x, y, fitted(text.substr(word.from, word.size), end - x), Role::found);
    canvas.put(x, y, fitted(text.substr(word.from + word.size), end - x));
    canvas.put_right(area.x + area.width, y, short_time(message.time, newest), Role::faint);
    screen.hits.push_back({area.x, y, area.width, 1, Hit::Kind::row, {}, 0, i});
  }
}

void draw_group(Canvas& canvas, ScreenState& screen) {
  const Area area = draw_box(canvas, "New group", 60, 9);
  canvas.put(area.x, area.y, "Title", Role::faint);
  draw_field(canvas, screen.query, area.x, area.y + 1, area.width, !screen.in_members, "what it is called");
  canvas.put(area.x, area.y + 3, "Members", Role::faint);
  draw_field(canvas, screen.members, area.x, area.y + 4, area.width, screen.in_members, "handles, with spaces between");
  canvas.put(area.x, area.y + 6, "Enter goes on, Esc leaves", Role::faint);
}

void draw_react(Canvas& canvas, ScreenState& screen) {
  const Area area = draw_box(canvas, "React", 50, 5);
  int x = area.x;
  for (std::size_t i = 0; i < quick_reactions().size(); ++i) {
    const int start = x;
    x = canvas.put(x, area.y, std::to_string(i + 1) + " ", Role::faint);
    x = canvas.put(x, area.y, quick_reactions()[i]) + 2;
    screen.hits.push_back({start, area.y, x - start, 1, Hit::Kind::row, {}, 0, i});
  }
  draw_field(canvas, screen.query, area.x, area.y + 2, area.width, true, "or another; empty takes mine back");
}

void draw_remove(Canvas& canvas, const Model& model) {
  const Area area = draw_box(canvas, "Delete this message", 50, 5);
  const Chat* chat = model.current();
  const auto it = chat == nullptr ? std::map<Seq, Message>::const_iterator{} : chat->messages.find(chat->selected);
  if (chat != nullptr && it != chat->messages.end())
    canvas.put(area.x, area.y, fitted(it->second.text, area.width), Role::quote);
  int x = canvas.put(area.x, area.y + 2, "e", Role::prompt);
  x = canvas.put(x, area.y + 2, " for everybody   ");
  x = canvas.put(x, area.y + 2, "m", Role::prompt);
  canvas.put(x, area.y + 2, " for me   Esc not", Role::plain, area.x + area.width);
}

}  // namespace

void draw_panel(Canvas& canvas, const Model& model, ScreenState& screen) {
  screen.hits.clear();
  switch (screen.panel) {
    case Panel::none:
      return;
    case Panel::help:
      return draw_help(canvas, screen);
    case Panel::find:
      return draw_find(canvas, model, screen);
    case Panel::search:
      return draw_found(canvas, model, screen);
    case Panel::group:
      return draw_group(canvas, screen);
    case Panel::react:
      return draw_react(canvas, screen);
    case Panel::remove:
      return draw_remove(canvas, model);
  }
}

}  // namespace parley::cli::chat
