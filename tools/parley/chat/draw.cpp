#include "parley/chat/draw.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "parley/chat/glyphs.hpp"
#include "parley/chat/layout.hpp"

namespace parley::cli::chat {
namespace {

constexpr int kNarrowestList = 25;
constexpr int kWidestList = 34;

std::string state_text(const Model& model) {
  const std::string waiting = model.waiting_sends == 0   ? ""
                              : model.waiting_sends == 1 ? " · 1 message waits"
                                                         : fmt::format(" · {} messages wait", model.waiting_sends);
  switch (model.state) {
    case client::State::live:
      if (waiting.empty()) return "";
      return (model.sends_put_off.empty() ? "sending" : "refused for now: " + model.sends_put_off) + waiting;
    case client::State::syncing:
      return "○ catching up …" + waiting;
    case client::State::connecting:
    case client::State::greeting:
      return "○ connecting …" + waiting;
    default:
      return "○ no connection, trying again" + waiting;
  }
}

void draw_status(Canvas& canvas, const Model& model, int y) {
  const std::string hints = canvas.width() >= 60 ? "? help  ^K find  ^Q end " : "? help ";
  const int room = canvas.width() - width_of(hints) - 2;
  const std::string state = state_text(model);
  int x = 1;
  if (!state.empty()) {
    x = canvas.put(x, y, fitted(state, room), model.online() ? Role::faint : Role::trouble) + 2;
  }
  if (!model.notice.empty()) {
    canvas.put(x, y, fitted(model.notice, room - x + 1), model.notice_is_trouble ? Role::trouble : Role::plain);
  }
  canvas.put_right(canvas.width(), y, hints, Role::faint);
}

void draw_name(Canvas& canvas, const Model& model, ScreenState& screen, const Chat& chat, Area area, int y, Time now) {
  const auto& state = chat.state;
  const auto& mine = state.registers;
  const bool is_open = model.open == state.id;
  const bool at = screen.focus == Focus::list && screen.list_at == state.id;
  const bool muted = mine.muted_until != 0;
  std::string badge;
  if (state.unread > 0) badge = state.unread > 999 ? "999+" : std::to_string(state.unread);
  if (badge.empty() && mine.marked_unread) badge = "•";
  const std::string mentions = state.unread_mentions > 0 ? fmt::format("@{} ", state.unread_mentions) : "";
  const std::string time =
      badge.empty() && mentions.empty() ? short_time(to_unix_ms(state.head_time), to_unix_ms(now)) : "";
  std::string marks;
  if (mine.pinned) marks += "★";
  if (muted) marks += "∅";
  if (mine.archived) marks += "⌂";
  if (!chat.draft.empty() && !is_open) marks += "✎";
  if (!marks.empty()) marks += " ";
  const int right = area.x + area.width - 1;
  const int tail = width_of(marks) + width_of(mentions) + width_of(badge.empty() ? time : badge);
  const Role role = is_open                    ? Role::chosen
                    : !badge.empty() && !muted ? Role::unread
                    : muted                    ? Role::faint
                                               : Role::plain;
  if (is_open || at) canvas.choose(area.x, y, area.width);
  if (at) canvas.put(area.x, y, "▌", Role::prompt);
  const auto there = model.presence.find(state.peer);
  if (state.kind == ChannelKind::direct && there != model.presence.end() && there->second.online) {
    canvas.put(area.x + 1, y, "●", Role::online);
  } else if (state.kind == ChannelKind::group) {
    canvas.put(area.x + 1, y, "#", Role::faint);
  }
  canvas.put(area.x + 3, y, fitted(model.label(chat), right - tail - 1 - (area.x + 3)), role);
  int x = right - tail;
  x = canvas.put(x, y, marks, Role::faint);
  x = canvas.put(x, y, mentions, Role::mention);
  canvas.put(x, y, badge.empty() ? time : badge, badge.empty() || muted ? Role::faint : Role::badge);
  screen.hits.push_back({area.x, y, area.width, 1, Hit::Kind::channel, state.id});
}

}  // namespace

void draw_list(Canvas& canvas, const Model& model, ScreenState& screen, Area area, Time now) {
  std::uint64_t unread = 0;
  const auto list = model.list();
  for (const Chat* chat : list) {
    if (chat->state.registers.muted_until == 0) unread += chat->state.unread;
  }
  canvas.put(area.x + 1, area.y, fitted("Parley · " + model.handle, area.width - 8), Role::bar);
  if (unread > 0) canvas.put_right(area.x + area.width - 1, area.y, std::to_string(unread), Role::badge);
  canvas.fill(area.x, area.y + 1, area.width, "─", Role::faint);
  const int rows = area.height - 2;
  if (list.empty() && rows > 2) {
    canvas.put(area.x + 1, area.y + 2, "Nobody here yet.", Role::faint, area.x + area.width);
    canvas.put(area.x + 1, area.y + 3, "Ctrl+K begins a chat.", Role::faint, area.x + area.width);
  }
  const ChannelId& wanted = screen.focus == Focus::list || !model.open ? screen.list_at : *model.open;
  const auto seen = static_cast<std::size_t>(std::max(rows, 0));
  std::size_t at = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i]->state.id == wanted) at = i;
  }
  const std::size_t first = at + 1 > seen ? at + 1 - seen : 0;
  int y = area.y + 2;
  for (std::size_t i = first; i < list.size() && i < first + seen; ++i) {
    draw_name(canvas, model, screen, *list[i], area, y++, now);
  }
  screen.hits.push_back({area.x, area.y, area.width, area.height, Hit::Kind::list});
}

Canvas draw_screen(Model& model, ScreenState& screen, Time now) {
  Canvas canvas(screen.width, screen.height);
  screen.hits.clear();
  screen.message_width = screen.message_height = 0;
  const int height = screen.height - 1;
  if (screen.narrow()) {
    const Area whole{0, 0, screen.width, height};
    if (screen.shows_list(model)) {
      draw_list(canvas, model, screen, whole, now);
    } else {
      draw_chat(canvas, model, screen, whole);
    }
  } else {
    const int list = std::clamp(screen.width / 4, kNarrowestList, kWidestList);
    draw_list(canvas, model, screen, {0, 0, list, height}, now);
    draw_chat(canvas, model, screen, {list + 1, 0, screen.width - list - 1, height});
    for (int y = 0; y < height; ++y) {
      const bool joins = canvas.at(list + 1, y).text == "─";
      canvas.put(list, y, y == 1 ? "┼" : joins ? "├" : "│", Role::faint);
    }
  }
  draw_status(canvas, model, screen.height - 1);
  if (screen.panel != Panel::none) {
    canvas.cursor_x = -1;
    canvas.fade();
    draw_panel(canvas, model, screen);
  }
  return canvas;
}

}  // namespace parley::cli::chat
