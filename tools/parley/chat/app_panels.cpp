// The panels that lie upon the screen: help, finder, search, new group, reactions, deletion.
#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "parley/chat/app.hpp"
#include "parley/chat/draw.hpp"

namespace parley::cli::chat {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',' && c != '@') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

}  // namespace

const std::vector<std::string>& quick_reactions() {
  static const std::vector<std::string> list = {"👍", "❤️", "😂", "😮", "😢", "🙏"};
  return list;
}

std::vector<Finding> findings(const Model& model, const std::string& words) {
  std::vector<Finding> found;
  const bool at = words.starts_with('@');
  const std::string name = at ? words.substr(1) : words;
  const std::string wanted = folded(name);
  std::set<AccountId> with_chat = {model.me};
  std::vector<const Chat*> chats;
  for (const auto& [id, chat] : model.chats) {
    if (chat.state.kind == ChannelKind::direct) with_chat.insert(chat.state.peer);
    if (folded(model.label(chat)).contains(wanted)) chats.push_back(&chat);
  }
  std::sort(chats.begin(), chats.end(),
            [](const Chat* a, const Chat* b) { return a->state.head_time > b->state.head_time; });
  for (const Chat* chat : chats) found.push_back({Finding::Kind::channel, chat->state.id, model.label(*chat)});
  bool whole = false;
  for (const auto& [account, handle] : model.names) {
    whole = whole || handle == name;
    if (!wanted.empty() && handle.contains(wanted) && !with_chat.contains(account) && is_valid_handle(handle)) {
      found.push_back({Finding::Kind::person, {}, handle});
    }
  }
  if (is_valid_handle(name) && !whole) found.push_back({Finding::Kind::person, {}, name});
  if (!name.empty() && !at) found.push_back({Finding::Kind::new_group, {}, name});
  return found;
}

void App::open_panel(Panel panel) {
  screen_.panel = panel;
  screen_.query.clear();
  screen_.members.clear();
  screen_.in_members = false;
  screen_.row = screen_.help_top = 0;
}

void App::take_panel(const Input& input, Time now) {
  if (input.key == Key::escape || (input.key == Key::text && input.ctrl && (input.text == "c" || input.text == "q"))) {
    screen_.panel = Panel::none;
    return;
  }
  switch (screen_.panel) {
    case Panel::help:
      return take_help(input);
    case Panel::remove:
      return take_remove(input);
    case Panel::react:
      return take_react(input);
    case Panel::group:
      return take_group(input, now);
    default:
      return take_rows(input, now);
  }
}

void App::take_help(const Input& input) {
  const auto page = static_cast<std::size_t>(std::max(screen_.height - 6, 1));
  const auto less = [&](std::size_t by) { screen_.help_top -= std::min(screen_.help_top, by); };
  if (input.key == Key::up) return less(1);
  if (input.key == Key::page_up) return less(page);
  if (input.key == Key::down) {
    ++screen_.help_top;
    return;
  }
  if (input.key == Key::page_down) {
    screen_.help_top += page;
    return;
  }
  screen_.panel = Panel::none;
  // Twice: the sign was meant.
  if (Chat* chat = model_.current(); chat != nullptr && input.key == Key::text && input.text == "?") {
    chat->draft.insert("?");
    focus_writing();
  }
}

std::size_t App::panel_rows() const {
  if (screen_.panel == Panel::find) return findings(model_, screen_.query.text()).size();
  if (screen_.panel == Panel::search) return model_.search(screen_.query.text(), kMostFound).size();
  return 0;
}

void App::take_rows(const Input& input, Time now) {
  const bool control = input.key == Key::text && input.ctrl;
  if (input.key == Key::up || (control && input.text == "p")) {
    screen_.row -= std::min<std::size_t>(screen_.row, 1);
  } else if (input.key == Key::down || (control && input.text == "n")) {
    screen_.row = std::min(screen_.row + 1, std::max<std::size_t>(panel_rows(), 1) - 1);
  } else if (input.key == Key::enter) {
    choose(screen_.row, now);
  } else if (screen_.query.take(input)) {
    screen_.row = 0;
  }
}

void App::choose(std::size_t row, Time now) {
  if (screen_.panel == Panel::react) {
    const Chat* chat = model_.current();
    screen_.panel = Panel::none;
    if (chat != nullptr && row < quick_reactions().size()) {
      world_.react(chat->state.id, chat->selected, quick_reactions()[row]);
      focus_writing();
    }
    return;
  }
  if (screen_.panel == Panel::search) {
    const auto hits = model_.search(screen_.query.text(), kMostFound);
    if (row >= hits.size()) return;
    screen_.panel = Panel::none;
    open(hits[row].channel);
    if (Chat* chat = model_.current()) go_to(*chat, hits[row].seq);
    return;
  }
  if (screen_.panel != Panel::find) return;
  const auto found = findings(model_, screen_.query.text());
  if (row >= found.size()) return;
  const Finding& one = found[row];
  screen_.panel = Panel::none;
  switch (one.kind) {
    case Finding::Kind::channel:
      return open(one.channel);
    case Finding::Kind::person:
      say("Looking for @" + one.name + " …", now);
      return world_.begin_direct(one.name);
    case Finding::Kind::new_group:
      open_panel(Panel::group);
      screen_.query.set(one.name);
      screen_.in_members = true;
      return;
  }
}

void App::take_group(const Input& input, Time now) {
  const bool other = input.key == Key::tab || input.key == Key::up || input.key == Key::down;
  if (other) {
    screen_.in_members = !screen_.in_members;
  } else if (input.key == Key::enter) {
    if (!screen_.in_members) {
      screen_.in_members = !screen_.query.empty();
      return;
    }
    if (screen_.query.empty()) {
      screen_.in_members = false;
      return;
    }
    world_.begin_group(screen_.query.text(), words_of(screen_.members.text()));
    say("Creating the group …", now);
    screen_.panel = Panel::none;
  } else {
    (void)(screen_.in_members ? screen_.members : screen_.query).take(input);
  }
}

void App::take_remove(const Input& input) {
  const Chat* chat = model_.current();
  screen_.panel = Panel::none;
  if (chat == nullptr || input.key != Key::text || input.ctrl || input.alt) return;
  if (input.text == "e") world_.remove(chat->state.id, chat->selected, false);
  if (input.text == "m") world_.remove(chat->state.id, chat->selected, true);
  if (input.text == "e" || input.text == "m") focus_writing();
}

void App::take_react(const Input& input) {
  const Chat* chat = model_.current();
  if (chat == nullptr) return;
  const bool digit = input.key == Key::text && input.text.size() == 1 && input.text[0] >= '1' && input.text[0] <= '6';
  if (digit && screen_.query.empty()) return choose(static_cast<std::size_t>(input.text[0] - '1'), kNever);
  if (input.key == Key::enter) {
    world_.react(chat->state.id, chat->selected, screen_.query.text());
    screen_.panel = Panel::none;
    return focus_writing();
  }
  (void)screen_.query.take(input);
}

}  // namespace parley::cli::chat
