#include "parley/chat/model.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "client/ranges.hpp"
#include "parley/chat/glyphs.hpp"
#include "parley/chat/message_text.hpp"

namespace parley::cli::chat {

bool Chat::at_beginning() const {
  return oldest != 0 && client::next_visible(state.visible, 0) >= oldest;
}

Chat* Model::current() {
  return open ? find(*open) : nullptr;
}
const Chat* Model::current() const {
  if (!open) return nullptr;
  const auto it = chats.find(*open);
  return it == chats.end() ? nullptr : &it->second;
}
Chat* Model::find(const ChannelId& id) {
  const auto it = chats.find(id);
  return it == chats.end() ? nullptr : &it->second;
}

void Model::take_channel(const client::ChannelState& state) {
  if (state.kind == ChannelKind::account) return;
  Chat& chat = chats[state.id];
  const bool more_hidden = chat.state.registers.hidden != state.registers.hidden;
  chat.state = state;
  if (!more_hidden) return;
  std::erase_if(chat.messages, [&](const auto& one) { return client::contains(state.registers.hidden, one.first); });
}

void Model::take_gone(const ChannelId& id) {
  chats.erase(id);
  if (open == id) open.reset();
}

void Model::take_typing(const ChannelId& id, const AccountId& account, bool on, Time until) {
  Chat* chat = find(id);
  if (chat == nullptr || account == me) return;
  if (on) {
    chat->typing[account] = until;
  } else {
    chat->typing.erase(account);
  }
}

bool Model::expire(Time now) {
  bool changed = false;
  for (auto& [id, chat] : chats) {
    changed = std::erase_if(chat.typing, [&](const auto& one) { return one.second <= now; }) > 0 || changed;
  }
  if (notice_until != kNever && notice_until <= now) {
    notice.clear();
    notice_until = kNever;
    changed = true;
  }
  return changed;
}

std::vector<const Chat*> Model::list() const {
  std::vector<const Chat*> list;
  for (const auto& [id, chat] : chats) {
    const bool hidden = (chat.state.registers.archived && !show_archived) || chat.state.role == parley::Role::none;
    if (!hidden || open == id) list.push_back(&chat);
  }
  const auto rank = [](const Chat* chat) {
    const auto& mine = chat->state.registers;
    return std::tuple(!mine.archived, mine.pinned, chat->state.head_time, chat->state.id);
  };
  std::sort(list.begin(), list.end(), [&](const Chat* a, const Chat* b) { return rank(a) > rank(b); });
  return list;
}

std::string Model::label(const Chat& chat) const {
  switch (chat.state.kind) {
    case ChannelKind::direct:
      return name(chat.state.peer);
    case ChannelKind::self:
      return "notes to myself";
    default:
      return chat.state.title.empty() ? chat.state.id.str().substr(0, 8) : chat.state.title;
  }
}

std::string Model::name(const AccountId& account) const {
  if (account == me) return handle;
  const auto it = names.find(account);
  if (it != names.end()) return it->second;
  if (!account.is_nil() && asked_.insert(account).second) unknown_.insert(account);
  return account.str().substr(0, 8);
}

std::set<AccountId> Model::unknown() {
  return std::exchange(unknown_, {});
}

std::vector<std::string> Model::typing_names(const Chat& chat) const {
  std::vector<std::string> list;
  for (const auto& [account, until] : chat.typing) list.push_back(name(account));
  return list;
}

std::vector<AccountId> Model::mentioned(const Chat& chat, std::string_view text) const {
  std::vector<AccountId> list;
  for (const AccountId& account : chat.members) {
    const auto it = names.find(account);
    if (it == names.end() || account == me) continue;
    const auto marks = marks_of(text, it->second);
    const bool named =
        std::any_of(marks.begin(), marks.end(), [](const Mark& mark) { return mark.role == Role::mention; });
    if (named) list.push_back(account);
  }
  return list;
}

std::optional<ChannelId> Model::next_unread() const {
  const auto all = list();
  const auto here = std::find_if(all.begin(), all.end(), [&](const Chat* chat) { return open == chat->state.id; });
  const auto start = here == all.end() ? std::size_t{0} : static_cast<std::size_t>(here - all.begin()) + 1;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Chat& chat = *all[(start + i) % all.size()];
    if (open != chat.state.id && (chat.state.unread > 0 || chat.state.registers.marked_unread)) return chat.state.id;
  }
  return std::nullopt;
}

std::vector<Model::Hit> Model::search(std::string_view words, std::size_t most) const {
  std::vector<Hit> hits;
  const std::string wanted = folded(words);
  if (wanted.empty()) return hits;
  for (const auto& [id, chat] : chats) {
    for (const auto& [seq, message] : chat.messages) {
      if (message.deed || message.deleted || !folded(message.text).contains(wanted)) continue;
      hits.push_back({id, seq, message.time});
    }
  }
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.time > b.time; });
  if (hits.size() > most) hits.resize(most);
  return hits;
}

Part found_in(std::string_view text, std::string_view words) {
  const std::string wanted = folded(words);
  if (wanted.empty()) return {};
  std::string seen;                                         // folded
  std::vector<std::pair<std::size_t, std::size_t>> starts;  // of each glyph, there and in the text
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t at = text.size() - rest.size();
    starts.emplace_back(seen.size(), at);
    const std::size_t bytes = pop_glyph(rest).bytes;
    seen += folded(text.substr(at, bytes));
    const std::size_t from = starts.back().first;
    const std::size_t found = seen.find(wanted, from - std::min(from, wanted.size()));
    if (found == std::string::npos) continue;
    const auto behind =
        std::upper_bound(starts.begin(), starts.end(), found, [](std::size_t a, const auto& b) { return a < b.first; });
    const std::size_t begin = std::prev(behind)->second;
    return {begin, at + bytes - begin};
  }
  return {};
}

std::string folded(std::string_view text) {
  utf8proc_uint8_t* bytes = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &bytes, static_cast<utf8proc_option_t>(UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(bytes, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace parley::cli::chat
