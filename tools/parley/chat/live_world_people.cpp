// People, channels that begin, and drafts.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <utility>

#include "parley/chat/live_world.hpp"
#include "parley/journal.hpp"
#include "parley/system.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::cli::chat {
namespace {

constexpr std::size_t kPerRequest = 200;
/// A session may watch few accounts (watches_per_session).
constexpr std::size_t kWatches = 200;

}  // namespace

void LiveWorld::look_up(std::function<Outcome<v1::People>(Tokens&)> job,
                        std::function<void(Outcome<v1::People>)> then) {
  background_->run([this, job = std::move(job), then = std::move(then), alive = std::weak_ptr(alive_)](Tokens& tokens) {
    boost::asio::post(live_.io(), [then, alive, found = job(tokens)] {
      if (!alive.expired()) then(found);
    });
  });
}

void LiveWorld::take_people(const v1::People& people) {
  context_.people().remember(people);
  for (const auto& person : people.people()) {
    const auto account = AccountId::from_bytes(person.account());
    if (account) model_.take_name(*account, person.deleted() ? "deleted account" : person.handle());
  }
  model_.rename_deeds();
  changed();
}

void LiveWorld::look_after() {
  watch();
  save_drafts();
  if (lookup_failed_ || !model_.online()) return;
  const auto wanted = model_.unknown();
  if (wanted.empty()) return;
  std::vector<AccountId> list(wanted.begin(), wanted.end());
  look_up(
      [list](Tokens& tokens) -> Outcome<v1::People> {
        v1::People all;
        for (std::size_t at = 0; at < list.size(); at += kPerRequest) {
          v1::LookUpPeople body;
          for (std::size_t i = at; i < std::min(list.size(), at + kPerRequest); ++i) {
            body.add_accounts(std::string(list[i].view()));
          }
          v1::People found;
          if (auto done = tokens.call("POST", "/v1/people/lookup", &body, &found); !done) {
            return std::unexpected(done.error());
          }
          all.MergeFrom(found);
        }
        return all;
      },
      [this, wanted](const Outcome<v1::People>& found) {
        if (found) return take_people(*found);
        model_.ask_again(wanted);
        lookup_failed_ = true;  // until there is a connection again
      });
}

void LiveWorld::watch() {
  if (!model_.online()) return;
  std::set<AccountId> wanted;
  for (const Chat* chat : model_.list()) {
    // Only who shares a channel may watch: one that the server has not made yet does not count.
    if (chat->state.kind != ChannelKind::direct || live_.client().find(chat->state.id) == nullptr) continue;
    if (wanted.size() < kWatches) wanted.insert(chat->state.peer);
  }
  if (wanted == watched_) return;
  watched_ = wanted;
  v1::ClientFrame frame;
  frame.mutable_watch();
  for (const AccountId& account : wanted) frame.mutable_watch()->add_accounts(std::string(account.view()));
  // A question, because a hint would not be answered, and only the answer says who is there already.
  ask(frame, [this](const v1::ServerFrame& answer) {
    for (const auto& one : answer.presence_now().accounts()) {
      if (const auto account = AccountId::from_bytes(one.account())) {
        model_.presence[*account] = {one.online(), from_unix_ms(one.last_seen())};
      }
    }
  });
}

std::optional<AccountId> LiveWorld::known(const std::string& handle) const {
  for (const auto& [account, name] : model_.names) {
    if (name == handle) return account;
  }
  return std::nullopt;
}

void LiveWorld::begin_direct(const std::string& handle) {
  if (const auto account = known(handle)) return open_direct(*account);
  look_up(
      [handle](Tokens& tokens) -> Outcome<v1::People> {
        v1::People found;
        auto done = tokens.call("GET", "/v1/people?handle=" + url_encode(handle), nullptr, &found);
        if (!done) return std::unexpected(done.error());
        return found;
      },
      [this, handle](const Outcome<v1::People>& found) {
        if (!found) return say(found.error().text, true);
        if (found->people_size() == 0) return say("Nobody is called @" + handle + ".", true);
        take_people(*found);
        if (const auto account = known(handle)) open_direct(*account);
      });
}

void LiveWorld::open_direct(const AccountId& peer) {
  const ChannelId id = peer == model_.me ? self_channel_id(peer) : direct_channel_id(model_.me, peer);
  if (model_.find(id) == nullptr) {
    const bool self = peer == model_.me;
    v1::Command command;
    command.mutable_create_channel()->set_kind(self ? v1::CHANNEL_KIND_SELF : v1::CHANNEL_KIND_DIRECT);
    if (!self) command.mutable_create_channel()->set_peer(std::string(peer.view()));
    if (!send(command)) return;
    // It is the server's to make it; what is written meanwhile waits behind that.
    client::ChannelState state;
    state.id = id;
    state.kind = self ? ChannelKind::self : ChannelKind::direct;
    state.role = parley::Role::owner;
    if (!self) state.peer = peer;
    state.head_time = now();
    model_.take_channel(state);
  }
  app_->say({}, now());
  app_->open(id);
  changed();
}

void LiveWorld::begin_group(const std::string& title, const std::vector<std::string>& handles) {
  std::vector<AccountId> members;
  std::vector<std::string> missing;
  for (const std::string& handle : handles) {
    if (const auto account = known(handle)) {
      members.push_back(*account);
    } else {
      missing.push_back(handle);
    }
  }
  if (missing.empty()) return create_group(title, members);
  look_up(
      [missing](Tokens& tokens) -> Outcome<v1::People> {
        v1::People all;
        for (const std::string& handle : missing) {
          v1::People found;
          auto done = tokens.call("GET", "/v1/people?handle=" + url_encode(handle), nullptr, &found);
          if (!done) return std::unexpected(done.error());
          if (found.people_size() == 0) {
            return std::unexpected(Failure{Exit::refused, "account_unknown", "Nobody is called @" + handle + "."});
          }
          all.MergeFrom(found);
        }
        return all;
      },
      [this, title, members](const Outcome<v1::People>& found) {
        if (!found) return say(found.error().text, true);
        take_people(*found);
        auto everybody = members;
        for (const auto& person : found->people()) {
          if (const auto account = AccountId::from_bytes(person.account())) everybody.push_back(*account);
        }
        create_group(title, everybody);
      });
}

void LiveWorld::create_group(const std::string& title, const std::vector<AccountId>& members) {
  const auto id = random_id<ChannelId>();
  v1::Command command;
  command.set_channel_id(std::string(id.view()));
  auto& create = *command.mutable_create_channel();
  create.set_kind(v1::CHANNEL_KIND_GROUP);
  create.set_title(title);
  for (const AccountId& member : members) create.add_members(std::string(member.view()));
  if (!send(command)) return;
  client::ChannelState state;
  state.id = id;
  state.kind = ChannelKind::group;
  state.role = parley::Role::owner;
  state.title = title;
  state.members = static_cast<std::uint32_t>(members.size()) + 1;
  state.head_time = now();
  model_.take_channel(state);
  app_->say({}, now());
  app_->open(id);
  changed();
}

void LiveWorld::open_named(const std::string& name) {
  const std::string bare = name.starts_with('@') ? name.substr(1) : name;
  const std::string wanted = folded(bare);
  const Chat* beginning = nullptr;
  for (const auto& [id, chat] : model_.chats) {
    const bool self = bare == "me" && chat.state.kind == ChannelKind::self;
    if (self || folded(model_.label(chat)) == wanted || id.str() == bare) {
      app_->open(id);
      return changed();
    }
    if (!wanted.empty() && chat.state.kind == ChannelKind::group && folded(chat.state.title).starts_with(wanted)) {
      beginning = &chat;
    }
  }
  if (beginning != nullptr) {
    app_->open(beginning->state.id);
  } else if (bare == "me") {
    open_direct(model_.me);
  } else if (!model_.online()) {
    named_ = name;
  } else {
    begin_direct(bare);
  }
  changed();
}

std::string LiveWorld::drafts_as_text() const {
  boost::json::object drafts;
  for (const auto& [id, chat] : model_.chats) {
    if (!chat.draft.empty() && chat.editing == 0) drafts[id.str()] = chat.draft.text();
  }
  return boost::json::serialize(drafts);
}

void LiveWorld::save_drafts() {
  std::string text = drafts_as_text();
  if (text == saved_drafts_) return;
  if (!write_file(context_.profile().file("drafts"), text)) return;
  saved_drafts_ = std::move(text);
}

void LiveWorld::load_drafts() {
  const auto bytes = read_file(context_.profile().file("drafts"));
  boost::system::error_code error;
  const auto parsed = bytes ? boost::json::parse(*bytes, error) : boost::json::value();
  if (!error && parsed.is_object()) {
    for (const auto& [key, value] : parsed.as_object()) {
      const auto id = ChannelId::parse(key);
      Chat* chat = id ? model_.find(*id) : nullptr;
      if (chat != nullptr && value.is_string()) chat->draft.set(std::string(value.as_string()));
    }
  }
  saved_drafts_ = drafts_as_text();
}

}  // namespace parley::cli::chat
