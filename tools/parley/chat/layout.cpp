#include "parley/chat/layout.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "parley/chat/glyphs.hpp"
#include "parley/chat/message_text.hpp"

namespace parley::cli::chat {
namespace {

/// Messages of one author within this time stand under one name.
constexpr std::int64_t kTogetherMs = 300'000;

std::tm local(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm out{};
  ::localtime_r(&seconds, &out);
  return out;
}

bool same_day(std::int64_t a, std::int64_t b) {
  const std::tm first = local(a);
  const std::tm second = local(b);
  return first.tm_year == second.tm_year && first.tm_yday == second.tm_yday;
}

/// Messages and those that wait, in the order of the screen.
std::vector<const Message*> shown(const Chat& chat) {
  std::vector<const Message*> list;
  list.reserve(chat.messages.size() + chat.waiting.size());
  for (const auto& [seq, message] : chat.messages) list.push_back(&message);
  for (const Message& message : chat.waiting) list.push_back(&message);
  return list;
}

bool is_fresh(const Model& model, const Chat& chat, const Message& message) {
  return chat.fresh_after != 0 && message.seq > chat.fresh_after && message.author != model.me && !message.deed;
}

bool stands_under_name(const Message* before, const Message& message) {
  return before != nullptr && !before->deed && !message.deed && before->author == message.author &&
         message.time - before->time < kTogetherMs && same_day(before->time, message.time);
}

/// The fresh line stands above the first message that is new.
bool begins_fresh(const Model& model, const Chat& chat, const Message& message) {
  if (!is_fresh(model, chat, message)) return false;
  for (auto it = chat.messages.upper_bound(chat.fresh_after); it != chat.messages.end(); ++it) {
    if (is_fresh(model, chat, it->second)) return it->first == message.seq;
  }
  return false;
}

class Lister {
 public:
  Lister(const Model& model, const Chat& chat, int width)
      : model_(model), chat_(chat), width_(width), list_(shown(chat)) {}

  [[nodiscard]] std::vector<Line> lines(std::size_t at) const {
    return lines_of(model_, chat_, at == 0 ? nullptr : list_[at - 1], *list_[at], width_);
  }
  [[nodiscard]] int height(std::size_t at) const { return static_cast<int>(lines(at).size()); }
  [[nodiscard]] std::size_t count() const { return list_.size(); }
  /// Where the message is, or the next one behind it; count() where there is none.
  [[nodiscard]] std::size_t index_of(Seq seq) const {
    const auto it =
        std::find_if(list_.begin(), list_.end(), [&](const Message* one) { return one->seq >= seq || one->seq == 0; });
    return static_cast<std::size_t>(it - list_.begin());
  }
  [[nodiscard]] std::size_t lower_edge() const {
    return chat_.anchor == 0 ? count() - 1 : std::min(index_of(chat_.anchor), count() - 1);
  }
  void set_edge(Chat& chat, std::size_t at, int skip) const {
    const bool newest = at + 1 >= count() && skip <= 0;
    chat.anchor = newest || list_[at]->seq == 0 ? 0 : list_[at]->seq;
    chat.skip = chat.anchor == 0 ? 0 : skip;
  }
  /// Lets `height` lines from the beginning of item `at` be seen.
  void show_from(Chat& chat, std::size_t at, int height) const {
    int used = 0;
    for (std::size_t i = at; i < count(); ++i) {
      used += this->height(i);
      if (used >= height) return set_edge(chat, i, used - height);
    }
    set_edge(chat, count() - 1, 0);
  }

 private:
  const Model& model_;
  const Chat& chat_;
  int width_;
  std::vector<const Message*> list_;
};

void put_right(const Model& model, const Chat& chat, const Message& message, Line& line) {
  if (message.edited) line.right.push_back({"edited ", Role::faint});
  line.right.push_back({clock_text(message.time), Role::faint});
  // Times stand in one column, whether ticks follow or not.
  if (message.author == model.me && !message.deed) {
    Span tick = tick_of(chat, message);
    tick.text.append(static_cast<std::size_t>(2 - width_of(tick.text)), ' ');
    line.right.push_back({" ", Role::plain});
    line.right.push_back(std::move(tick));
  } else {
    line.right.push_back({"   ", Role::plain});
  }
}

}  // namespace

Role role_of_author(const Model& model, const AccountId& account) {
  if (account == model.me) return Role::own;
  const auto last = static_cast<unsigned char>(account.view().back());
  return static_cast<Role>(static_cast<int>(Role::author_1) + last % 6);
}

std::string clock_text(std::int64_t unix_ms) {
  return fmt::format("{:%H:%M}", local(unix_ms));
}

std::string day_text(std::int64_t unix_ms) {
  const std::tm day = local(unix_ms);
  return fmt::format("{:%A} {} {:%B %Y}", day, day.tm_mday, day);
}

std::string short_time(std::int64_t unix_ms, std::int64_t now_ms) {
  if (unix_ms == 0) return {};
  const std::tm then = local(unix_ms);
  if (same_day(unix_ms, now_ms)) return fmt::format("{:%H:%M}", then);
  if (now_ms - unix_ms < std::int64_t{6} * 86'400'000) return fmt::format("{:%a}", then);
  if (then.tm_year == local(now_ms).tm_year) return fmt::format("{} {:%b}", then.tm_mday, then);
  return fmt::format("{:%Y}", then);
}

Span tick_of(const Chat& chat, const Message& message) {
  if (message.seq == 0) return {"◷", Role::faint};
  const bool alone = chat.state.kind == ChannelKind::self;
  if (!alone && message.seq <= chat.state.read_by_all) return {"✓✓", Role::read};
  if (!alone && message.seq <= chat.state.delivered_by_all) return {"✓✓", Role::faint};
  return {"✓", Role::faint};
}

std::vector<Line> lines_of(const Model& model, const Chat& chat, const Message* before, const Message& message,
                           int width) {
  std::vector<Line> lines;
  if (before == nullptr || !same_day(before->time, message.time)) {
    lines.push_back({.left = {{day_text(message.time), Role::deed}}, .across = true});
  }
  if (begins_fresh(model, chat, message)) {
    lines.push_back({.left = {{"new messages", Role::fresh}}, .across = true});
    before = nullptr;
  }
  if (message.deed) {
    Line line{.seq = message.seq};
    line.left = {{"  " + model.name(message.author) + " " + message.text, Role::deed}};
    put_right(model, chat, message, line);
    lines.push_back(std::move(line));
    return lines;
  }
  if (!stands_under_name(before, message)) {
    if (before != nullptr && lines.empty()) lines.push_back({.seq = 0});
    lines.push_back(
        {.left = {{model.name(message.author), role_of_author(model, message.author)}}, .seq = message.seq});
  }
  const std::size_t first = lines.size();
  append_message_lines(model, chat, message, width, lines);
  for (std::size_t i = first; i < lines.size(); ++i) lines[i].seq = message.seq;
  put_right(model, chat, message, lines[first]);
  return lines;
}

Window window_of(const Model& model, Chat& chat, int width, int height) {
  Window window;
  const Lister list(model, chat, width);
  if (list.count() == 0 || height <= 0) {
    window.reaches_beginning = true;
    return window;
  }
  for (int round = 0; round < 2; ++round) {
    std::vector<std::vector<Line>> blocks;
    std::size_t at = list.lower_edge();
    int used = -chat.skip;
    bool more = true;
    while (used < height && more) {
      blocks.push_back(list.lines(at));
      used += static_cast<int>(blocks.back().size());
      more = at > 0;
      if (more) --at;
    }
    if (used < height && !chat.at_newest()) {  // too high: nothing is above
      list.show_from(chat, 0, height);
      continue;
    }
    window.reaches_beginning = used <= height && !more;
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
      window.lines.insert(window.lines.end(), std::make_move_iterator(block->begin()),
                          std::make_move_iterator(block->end()));
    }
    const auto hidden = std::min<std::size_t>(static_cast<std::size_t>(std::max(chat.skip, 0)), window.lines.size());
    window.lines.resize(window.lines.size() - hidden);
    if (window.lines.size() > static_cast<std::size_t>(height)) {
      window.lines.erase(window.lines.begin(), window.lines.end() - height);
    }
    break;
  }
  return window;
}

void scroll(const Model& model, Chat& chat, int width, int lines) {
  const Lister list(model, chat, width);
  if (list.count() == 0) return;
  std::size_t at = list.lower_edge();
  int skip = chat.skip + lines;
  while (skip < 0 && at + 1 < list.count()) skip += list.height(++at);
  while (at > 0 && skip >= list.height(at)) skip -= list.height(at--);
  if (at == 0) skip = std::min(skip, list.height(0) - 1);
  // A message that waits is no place to stay at.
  while (at > 0 && list.count() - at <= chat.waiting.size() && skip > 0) skip = 0, --at;
  list.set_edge(chat, at, std::max(skip, 0));
}

bool reveal(const Model& model, Chat& chat, Seq seq, int width, int height) {
  if (!chat.messages.contains(seq)) return false;
  const Window window = window_of(model, chat, width, height);
  if (std::any_of(window.lines.begin(), window.lines.end(), [&](const Line& line) { return line.seq == seq; }))
    return true;
  const Lister list(model, chat, width);
  const std::size_t wanted = list.index_of(seq);
  if (wanted < list.lower_edge()) {
    list.show_from(chat, wanted, height);
  } else {
    list.set_edge(chat, wanted, 0);
  }
  return true;
}

}  // namespace parley::cli::chat
