#include "parley/chat/message_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "parley/chat/glyphs.hpp"

namespace parley::cli::chat {
namespace {

/// Columns that stay free: the text begins behind two, and time and ticks stand at the right edge.
constexpr int kIndent = 2;
constexpr int kRight = 10;
constexpr int kEditedRight = 7;

bool ends_link(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"';
}

bool is_handle_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

int body_width(const Message& message, int width) {
  return std::max(width - kIndent - kRight - (message.edited ? kEditedRight : 0), 8);
}

const Wrapped& wrap(const Message& message, int width) {
  const int columns = body_width(message, width);
  Wrapped& kept = message.wrapped;
  if (kept.width == columns && kept.bytes == message.text.size() && kept.text_seq == message.text_seq &&
      kept.open == message.open && !kept.parts.empty()) {
    return kept;
  }
  kept = {columns, message.text.size(), message.text_seq, message.open, false, {}};
  for (const std::string_view part : wrapped(message.text, columns, message.open ? 0 : kLongLines, &kept.more)) {
    kept.parts.push_back({static_cast<std::size_t>(part.data() - message.text.data()), part.size()});
  }
  if (kept.more && kept.parts.size() > kFoldedLines) kept.parts.resize(kFoldedLines);
  return kept;
}

Line line_with_marks(const std::string& text, const Part& part, const std::vector<Mark>& marks) {
  Line line;
  line.left.push_back({"  ", Role::plain});
  std::size_t at = part.from;
  const std::size_t end = part.from + part.size;
  for (const Mark& mark : marks) {
    if (mark.to <= at || mark.from >= end) continue;
    const std::size_t from = std::max(mark.from, at);
    const std::size_t to = std::min(mark.to, end);
    if (from > at) line.left.push_back({text.substr(at, from - at), Role::plain});
    line.left.push_back({text.substr(from, to - from), mark.role});
    at = to;
  }
  if (at < end) line.left.push_back({text.substr(at, end - at), Role::plain});
  return line;
}

void append_quote(const Model& model, const Chat& chat, const Message& message, int width, std::vector<Line>& lines) {
  const auto it = chat.messages.find(message.reply_to);
  std::string said = "an earlier message";
  if (it != chat.messages.end()) {
    const Message& answered = it->second;
    said = model.name(answered.author) + ": " + (answered.deleted ? "(deleted)" : fitted(answered.text, width));
  }
  lines.push_back({.left = {{"  ┃ " + fitted(said, body_width(message, width) - kIndent), Role::quote}}});
}

void append_reactions(const Model& model, const Message& message, std::vector<Line>& lines) {
  std::map<std::string, std::pair<int, bool>> counts;
  for (const auto& [account, reaction] : message.reactions) {
    if (reaction.value.empty()) continue;
    auto& [count, mine] = counts[fitted(reaction.value, 12)];
    ++count;
    mine = mine || account == model.me;
  }
  if (counts.empty()) return;
  Line line{.left = {{"  ", Role::plain}}};
  for (const auto& [value, told] : counts) {
    line.left.push_back({value + " " + std::to_string(told.first), told.second ? Role::own : Role::faint});
    line.left.push_back({"  ", Role::plain});
  }
  lines.push_back(std::move(line));
}

std::string size_of(const Message& message) {
  const std::size_t bytes = message.text.size();
  if (message.cut || bytes < 10'000) return {};
  return fmt::format(", {} kB in all", bytes / 1000);
}

}  // namespace

std::vector<Mark> marks_of(std::string_view text, std::string_view handle) {
  std::vector<Mark> marks;
  for (std::size_t at = 0; (at = text.find("://", at)) != std::string_view::npos; at += 3) {
    std::size_t from = at;
    while (from > 0 && text[from - 1] >= 'a' && text[from - 1] <= 'z') --from;
    const std::string_view scheme = text.substr(from, at - from);
    if (scheme != "http" && scheme != "https") continue;
    std::size_t to = at + 3;
    while (to < text.size() && !ends_link(text[to])) ++to;
    while (to > at + 3 && std::string_view(".,;:!?)]}'").contains(text[to - 1])) --to;
    if (to > at + 3) marks.push_back({from, to, Role::link});
  }
  const auto in_link = [&](std::size_t at) {
    return std::any_of(marks.begin(), marks.end(), [&](const Mark& m) { return at >= m.from && at < m.to; });
  };
  std::vector<Mark> mentions;
  for (std::size_t at = 0; !handle.empty() && (at = text.find('@', at)) != std::string_view::npos; ++at) {
    const std::size_t to = at + 1 + handle.size();
    if (text.substr(at + 1, handle.size()) != handle || in_link(at)) continue;
    const bool longer = to < text.size() && is_handle_letter(text[to]) &&
                        !(text[to] == '.' && (to + 1 == text.size() || !is_handle_letter(text[to + 1])));
    if (!longer) mentions.push_back({at, to, Role::mention});
  }
  marks.insert(marks.end(), mentions.begin(), mentions.end());
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.from < b.from; });
  return marks;
}

bool is_long(const Message& message, int width) {
  return message.open || message.cut || wrap(message, width).more;
}

void append_message_lines(const Model& model, const Chat& chat, const Message& message, int width,
                          std::vector<Line>& lines) {
  if (message.reply_to != 0) append_quote(model, chat, message, width, lines);
  if (message.forwarded) lines.push_back({.left = {{"  forwarded", Role::faint}}});
  if (message.deleted) {
    lines.push_back({.left = {{"  deleted", Role::deed}}});
    return;
  }
  const Wrapped& body = wrap(message, width);
  const std::string_view seen =
      std::string_view(message.text).substr(0, body.parts.back().from + body.parts.back().size);
  const auto marks = marks_of(seen, model.handle);
  for (const Part& part : body.parts) lines.push_back(line_with_marks(message.text, part, marks));
  if (body.more || (message.cut && !message.open)) {
    lines.push_back({.left = {{"  ▾ more" + size_of(message) + " (select it and press o)", Role::faint}}});
  } else if (message.open && message.cut) {
    lines.push_back({.left = {{"  … the rest is on its way", Role::faint}}});
  }
  append_reactions(model, message, lines);
}

}  // namespace parley::cli::chat
