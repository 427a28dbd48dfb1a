#include "parley/chat/app.hpp"

#include <algorithm>
#include <utility>

#include "parley/chat/draw.hpp"
#include "parley/chat/glyphs.hpp"
#include "parley/chat/layout.hpp"

namespace parley::cli::chat {
namespace {

/// Typing is told again after this; servers forget it after six seconds.
constexpr Duration kTypingAgain{3'000};
constexpr Duration kNoticeLife{6'000};
constexpr int kWheelLines = 3;

}  // namespace

void App::resize(int width, int height) {
  screen_.width = std::max(width, 1);
  screen_.height = std::max(height, 1);
  resized_ = true;
}

void App::say(std::string notice, Time now, bool trouble) {
  model_.notice = std::move(notice);
  model_.notice_is_trouble = trouble;
  model_.notice_until = now + kNoticeLife;
}

void App::open(const ChannelId& channel) {
  Chat* chat = model_.find(channel);
  if (chat == nullptr) return;
  if (Chat* before = model_.current(); before != nullptr && before != chat) {
    before->selected = before->fresh_after = 0;
    if (!before->draft.empty() && typing_told_.erase(before->state.id) > 0) world_.typing(before->state.id, false);
  }
  const bool other = model_.open != channel;
  model_.open = channel;
  screen_.list_at = channel;
  if (!chat->loaded) world_.load(channel);
  if (other) {
    chat->anchor = 0;
    chat->skip = 0;
    const Seq read = std::max(chat->state.registers.read, chat->state.read_wanted);
    chat->fresh_after = chat->state.unread > 0 ? std::max<Seq>(read, 1) : 0;
    if (chat->state.registers.marked_unread) world_.set(channel, Register::marked_unread, false);
  }
  screen_.focus = Focus::writing;
  if (other) world_.opened(channel);
}

void App::settle() {
  Chat* chat = model_.current();
  if (chat == nullptr) return;
  if (!chat->loaded) world_.load(chat->state.id);
  const bool seen = screen_.has_focus && screen_.shows_chat(model_) && chat->at_newest();
  if (seen && !chat->messages.empty()) {
    const Seq newest = chat->messages.rbegin()->first;
    if (chat->state.unread > 0 || newest > std::max(chat->state.registers.read, chat->state.read_wanted)) {
      world_.read(chat->state.id, std::max(newest, std::min(chat->state.head, chat->state.top())));
    }
  }
  if (chat->wanted != 0 && chat->messages.contains(chat->wanted)) go_to(*chat, std::exchange(chat->wanted, 0));
  const bool wants_more = chat->wanted != 0 && chat->wanted < chat->oldest;
  const bool nothing = chat->oldest == 0 && chat->state.head > 0;
  if ((wants_more || nothing) && !chat->fetching && model_.online()) {
    chat->fetching = true;
    world_.fetch_older(chat->state.id, chat->oldest);
  }
}

Canvas App::draw(Time now) {
  Canvas canvas = draw_screen(model_, screen_, now);
  Chat* chat = model_.current();
  if (std::exchange(resized_, false) && chat != nullptr && chat->selected != 0 && screen_.message_height > 0) {
    reveal(model_, *chat, chat->selected, screen_.message_width, screen_.message_height);
    canvas = draw_screen(model_, screen_, now);
  }
  // What was drawn may reach the beginning of what is here.
  if (chat != nullptr && screen_.shows_chat(model_) && screen_.message_height > 0 && !chat->fetching &&
      model_.online() && chat->oldest > 1 && !chat->at_beginning()) {
    if (window_of(model_, *chat, screen_.message_width, screen_.message_height).reaches_beginning) {
      chat->fetching = true;
      world_.fetch_older(chat->state.id, chat->oldest);
    }
  }
  return canvas;
}

void App::take(const Input& input, Time now) {
  switch (input.key) {
    case Key::focus_in:
    case Key::focus_out:
      screen_.has_focus = input.key == Key::focus_in;
      world_.active(screen_.has_focus);
      if (Chat* chat = model_.current(); !screen_.has_focus && chat != nullptr && !chat->messages.empty()) {
        chat->fresh_after = chat->messages.rbegin()->first;
      }
      return;
    case Key::press:
      return take_press(input, now);
    case Key::wheel_up:
    case Key::wheel_down:
      return take_wheel(input.key == Key::wheel_up ? kWheelLines : -kWheelLines, input);
    default:
      break;
  }
  // Quick typing may come in one piece; where letters are commands each is one.
  const bool commands = screen_.focus != Focus::writing || screen_.panel != Panel::none;
  if (input.key == Key::text && commands && input.text.size() > 1) {
    std::string_view rest = input.text;
    const std::string first = pop_glyph(rest).text;
    if (!rest.empty()) {
      take({.key = Key::text, .text = first, .alt = input.alt, .ctrl = input.ctrl}, now);
      return take({.key = Key::text, .text = std::string(rest)}, now);
    }
  }
  if (screen_.panel != Panel::none) return take_panel(input, now);
  if (input.key == Key::escape && take_escape()) return;
  const Chat* chat = model_.current();
  const bool nothing_written = chat == nullptr || chat->draft.empty();
  if (input.key == Key::text && !input.alt && !input.ctrl && input.text == "?" && nothing_written) {
    return open_panel(Panel::help);
  }
  const Where where = screen_.focus == Focus::message ? Where::message : Where::anywhere;
  if (const Action action = action_of(input, where); action != Action::none) return act(action, now);
  if (screen_.focus == Focus::list) return take_list(input);
  take_writing(input, now);
}

bool App::take_escape() {
  Chat* chat = model_.current();
  if (screen_.focus == Focus::message) {
    focus_writing();
    return true;
  }
  if (chat != nullptr && (chat->reply_to != 0 || chat->editing != 0)) {
    if (chat->editing != 0) chat->draft.clear();
    chat->reply_to = chat->editing = 0;
    return true;
  }
  if (chat != nullptr && !chat->at_newest()) {
    chat->anchor = 0;
    chat->skip = 0;
    return true;
  }
  if (screen_.narrow() && chat != nullptr) {
    screen_.focus = screen_.focus == Focus::list ? Focus::writing : Focus::list;
    return true;
  }
  return false;
}

void App::act(Action action, Time now) {
  switch (action) {
    case Action::help:
      return open_panel(Panel::help);
    case Action::find:
      return open_panel(Panel::find);
    case Action::search:
      for (auto& [id, chat] : model_.chats) {
        if (!chat.loaded) world_.load(id);
      }
      return open_panel(Panel::search);
    case Action::new_group:
      return open_panel(Panel::group);
    case Action::next:
    case Action::previous:
      return step_channel(action == Action::next ? 1 : -1);
    case Action::next_unread:
      if (const auto id = model_.next_unread()) return open(*id);
      return say("Nothing else is unread.", now);
    case Action::other_side:
      if (screen_.focus == Focus::list && model_.open) return focus_writing();
      screen_.focus = Focus::list;
      if (model_.open) screen_.list_at = *model_.open;
      return;
    case Action::page_up:
      return scroll_messages(std::max(screen_.message_height - 2, 1));
    case Action::page_down:
      return scroll_messages(-std::max(screen_.message_height - 2, 1));
    case Action::newest:
      if (Chat* chat = model_.current()) chat->anchor = 0, chat->skip = 0;
      return focus_writing();
    case Action::edit_last:
      return edit_last(now);
    case Action::pin:
      return toggle(Register::pinned);
    case Action::mute:
      return toggle(Register::muted);
    case Action::archive:
      return toggle(Register::archived);
    case Action::mark_unread:
      return toggle(Register::marked_unread);
    case Action::show_archived:
      model_.show_archived = !model_.show_archived;
      return;
    case Action::redraw:
      return world_.redraw();
    case Action::suspend:
      return world_.suspend();
    case Action::interrupt:
      if (Chat* chat = model_.current(); chat != nullptr && !chat->draft.empty()) {
        chat->draft.clear();
        return tell_typing(*chat, now);
      }
      return say("Ctrl+Q ends.", now);
    case Action::quit:
      return world_.quit();
    default:
      return act_on_message(action, now);
  }
}

void App::act_on_message(Action action, Time now) {
  Chat* chat = model_.current();
  if (chat == nullptr) return;
  if (action == Action::up || action == Action::down) return select(action == Action::up ? -1 : 1);
  const auto it = chat->messages.find(chat->selected);
  if (it == chat->messages.end() || it->second.deed) return;
  Message& message = it->second;
  switch (action) {
    case Action::reply:
      chat->reply_to = message.seq;
      chat->editing = 0;
      return focus_writing();
    case Action::edit:
      return begin_edit(*chat, message, now);
    case Action::remove:
      return open_panel(Panel::remove);
    case Action::react:
      return open_panel(Panel::react);
    case Action::copy:
      world_.copy(message.text);
      return say("Copied.", now);
    case Action::open:
      message.open = !message.open;
      if (message.open && message.cut) world_.fetch_whole(chat->state.id, message.seq);
      return;
    case Action::go_to_answered:
      if (message.reply_to != 0) go_to(*chat, message.reply_to);
      return;
    default:
      return;
  }
}

void App::go_to(Chat& chat, Seq seq) {
  if (reveal(model_, chat, seq, screen_.message_width, screen_.message_height)) {
    chat.selected = seq;
    screen_.focus = Focus::message;
  } else if (seq < chat.oldest || chat.oldest == 0) {
    chat.wanted = seq;
    settle();
  }
}

void App::toggle(Register what) {
  ChannelId id = screen_.list_at;
  if (screen_.focus != Focus::list && model_.open) id = *model_.open;
  const Chat* chat = model_.find(id);
  if (chat == nullptr) return;
  const auto& mine = chat->state.registers;
  const bool on = what == Register::pinned     ? mine.pinned
                  : what == Register::muted    ? mine.muted_until != 0
                  : what == Register::archived ? mine.archived
                                               : mine.marked_unread;
  world_.set(id, what, !on);
}

void App::focus_writing() {
  screen_.focus = model_.open ? Focus::writing : Focus::list;
  if (Chat* chat = model_.current()) chat->selected = 0;
}

void App::scroll_messages(int lines) {
  if (Chat* chat = model_.current()) scroll(model_, *chat, screen_.message_width, lines);
}

void App::step_channel(int step) {
  const auto list = model_.list();
  if (list.empty()) return;
  const auto here =
      std::find_if(list.begin(), list.end(), [&](const Chat* one) { return model_.open == one->state.id; });
  const auto count = static_cast<int>(list.size());
  int at = here == list.end() ? (step > 0 ? -1 : 0) : static_cast<int>(here - list.begin());
  at = ((at + step) % count + count) % count;
  open(list[static_cast<std::size_t>(at)]->state.id);
}

void App::move_list(int step) {
  const auto list = model_.list();
  if (list.empty()) return;
  const auto here =
      std::find_if(list.begin(), list.end(), [&](const Chat* one) { return one->state.id == screen_.list_at; });
  int at = here == list.end() ? (step > 0 ? -1 : 1) : static_cast<int>(here - list.begin());
  at = std::clamp(at + step, 0, static_cast<int>(list.size()) - 1);
  screen_.list_at = list[static_cast<std::size_t>(at)]->state.id;
}

void App::take_list(const Input& input) {
  switch (input.key) {
    case Key::up:
      return move_list(-1);
    case Key::down:
      return move_list(1);
    case Key::enter:
    case Key::right:
      if (model_.find(screen_.list_at) == nullptr) move_list(1);
      return open(screen_.list_at);
    case Key::text:
      if (input.ctrl || input.alt) return;
      open_panel(Panel::find);
      screen_.query.insert(input.text);
      return;
    default:
      return;
  }
}

void App::select(int step) {
  Chat* chat = model_.current();
  if (chat == nullptr || chat->messages.empty()) return;
  auto it = chat->messages.find(chat->selected);
  const auto step_once = [&] {
    if (it == chat->messages.end()) {
      if (step > 0) return false;
      it = std::prev(chat->messages.end());
      return true;
    }
    if (step < 0 && it == chat->messages.begin()) return false;
    it = step < 0 ? std::prev(it) : std::next(it);
    return it != chat->messages.end();
  };
  do {
    if (step_once()) continue;
    if (step > 0) {  // below the newest is the line to write in
      chat->anchor = 0;
      chat->skip = 0;
      focus_writing();
    }
    return;
  } while (it->second.deed);
  chat->selected = it->first;
  screen_.focus = Focus::message;
  reveal(model_, *chat, chat->selected, screen_.message_width, screen_.message_height);
}

void App::edit_last(Time now) {
  Chat* chat = model_.current();
  if (chat == nullptr) return;
  for (auto it = chat->messages.rbegin(); it != chat->messages.rend(); ++it) {
    const Message& message = it->second;
    if (message.author == model_.me && !message.deed && !message.deleted) return begin_edit(*chat, message, now);
  }
}

void App::begin_edit(Chat& chat, const Message& message, Time now) {
  if (message.author != model_.me) return say("Only its author can change a message.", now);
  if (message.deleted || message.cut || message.is_bytes) return say("This message cannot be changed here.", now);
  chat.editing = message.seq;
  chat.reply_to = 0;
  chat.draft.set(message.text);
  focus_writing();
}

void App::take_writing(const Input& input, Time now) {
  Chat* chat = model_.current();
  if (chat == nullptr) {
    screen_.focus = Focus::list;
    return take_list(input);
  }
  if (screen_.focus == Focus::message) {
    if (input.key != Key::text || input.alt || input.ctrl) return;
    return;  // a letter that does nothing to a message is not meant to be written
  }
  if (input.key == Key::enter) return send(now);
  if (input.key == Key::up && chat->draft.empty()) return select(-1);
  if (chat->draft.take(input)) tell_typing(*chat, now);
}

void App::tell_typing(Chat& chat, Time now) {
  const ChannelId& id = chat.state.id;
  if (chat.draft.empty()) {
    if (typing_told_.erase(id) > 0) world_.typing(id, false);
    return;
  }
  Time& told = typing_told_[id];
  if (told != kNever && now < told + kTypingAgain) return;
  told = now;
  world_.typing(id, true);
}

void App::send(Time now) {
  Chat& chat = *model_.current();
  std::string text = chat.draft.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.empty()) return;
  if (!chat.can_write()) return say("You are no longer a member.", now, true);
  const bool taken = chat.editing != 0 ? world_.edit(chat.state.id, chat.editing, text)
                                       : world_.post(chat.state.id, text, chat.reply_to);
  if (!taken) return;
  chat.draft.clear();
  chat.reply_to = chat.editing = chat.fresh_after = 0;
  chat.anchor = 0;
  chat.skip = 0;
  typing_told_.erase(chat.state.id);  // the message ends it for those who see it
}

void App::take_wheel(int lines, const Input& input) {
  if (screen_.panel == Panel::help) {
    screen_.help_top = lines > 0 ? screen_.help_top - std::min<std::size_t>(screen_.help_top, kWheelLines)
                                 : screen_.help_top + kWheelLines;
    return;
  }
  for (const Hit& hit : screen_.hits) {
    const bool inside =
        input.x >= hit.x && input.x < hit.x + hit.width && input.y >= hit.y && input.y < hit.y + hit.height;
    if (!inside || hit.kind != Hit::Kind::list) continue;
    screen_.focus = Focus::list;
    return move_list(lines > 0 ? -1 : 1);
  }
  scroll_messages(lines);
}

void App::take_press(const Input& input, Time now) {
  const auto hit = std::find_if(screen_.hits.begin(), screen_.hits.end(), [&](const Hit& one) {
    return input.x >= one.x && input.x < one.x + one.width && input.y >= one.y && input.y < one.y + one.height;
  });
  if (screen_.panel != Panel::none) {
    if (hit != screen_.hits.end() && hit->kind == Hit::Kind::row) return choose(hit->row, now);
    screen_.panel = Panel::none;
    return;
  }
  if (hit == screen_.hits.end()) return;
  switch (hit->kind) {
    case Hit::Kind::channel:
      return open(hit->channel);
    case Hit::Kind::message:
      if (Chat* chat = model_.current(); chat != nullptr && hit->seq != 0) {
        if (chat->selected == hit->seq) return focus_writing();
        chat->selected = hit->seq;
        screen_.focus = Focus::message;
      }
      return;
    case Hit::Kind::list:
      screen_.focus = Focus::list;
      return;
    default:
      return focus_writing();
  }
}

}  // namespace parley::cli::chat
