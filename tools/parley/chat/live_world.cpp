#include "parley/chat/live_world.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "parley/file_store.hpp"
#include "parley/journal.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::cli::chat {
namespace {

constexpr Duration kTypingLife{6'000};
constexpr std::uint32_t kPage = 50;

std::vector<const v1::Event*> pointers(const google::protobuf::RepeatedPtrField<v1::Event>& events) {
  std::vector<const v1::Event*> list;
  for (const v1::Event& event : events) list.push_back(&event);
  return list;
}

}  // namespace

LiveWorld::LiveWorld(Context& context, Model& model)
    : context_(context),
      model_(model),
      live_(context.live(client::Want::newest)),
      background_(std::make_unique<Background>(context.profile(), context.http().address())) {
  model_.me = context.me();
  model_.handle = context.handle();
}

LiveWorld::~LiveWorld() {
  alive_.reset();
  background_.reset();
  live_.hooks = {};
  live_.token_source = nullptr;
}

void LiveWorld::begin(App& app, Terminal terminal) {
  app_ = &app;
  terminal_ = std::move(terminal);
  context_.people().each_known(
      [this](const AccountId& account, const std::string& name) { model_.take_name(account, name); });
  live_.client().each_channel([this](const client::ChannelState& channel) { model_.take_channel(channel); });
  take_outbox();
  load_drafts();
  listen();
  live_.adopt_sends();
  live_.token_source = [this](bool fresh, std::function<void(Outcome<Tokens::Access>)> answer) {
    background_->run([this, fresh, answer = std::move(answer), alive = std::weak_ptr(alive_)](Tokens& tokens) {
      boost::asio::post(live_.io(), [answer, alive, access = tokens.access(fresh)] {
        if (!alive.expired()) answer(access);
      });
    });
  };
}

void LiveWorld::listen() {
  live_.hooks.channel = [this](const client::ChannelState& channel) {
    const Chat* chat = model_.find(channel.id);
    const bool other_members = chat != nullptr && chat->state.members != channel.members;
    model_.take_channel(channel);
    if (other_members && model_.open == channel.id) opened(channel.id);
    changed();
  };
  live_.hooks.gone = [this](const ChannelId& channel) {
    model_.take_gone(channel);
    changed();
  };
  live_.hooks.dropped = [this](const client::ChannelState& channel, Seq after) {
    model_.take_dropped(channel.id, after);
    changed();
  };
  live_.hooks.events = [this](const client::ChannelState& channel, auto events, client::Placement placement) {
    model_.take_channel(channel);
    // Older ones were asked for here, and come with the answer.
    if (placement == client::Placement::older) return;
    for (const v1::Event* event : events) {
      const auto author = AccountId::from_bytes(event->header().account());
      if (author && event->header().has_message()) model_.take_typing(channel.id, *author, false, kNever);
    }
    model_.take_newest(channel.id, events, placement == client::Placement::after_hole);
    changed();
  };
  live_.hooks.sent = [this](const client::SendResult& result) { on_sent(result); };
  live_.hooks.typing = [this](const ChannelId& channel, const AccountId& account, bool on) {
    model_.take_typing(channel, account, on, now() + kTypingLife);
    changed();
  };
  live_.hooks.presence = [this](const AccountId& account, bool online, Time last_seen) {
    model_.presence[account] = {online, last_seen};
    changed();
  };
  live_.hooks.state = [this](client::State state, const std::string& why) { on_state(state, why); };
  live_.hooks.synced = [this] {
    if (!named_.empty()) open_named(std::exchange(named_, {}));
    changed();
  };
}

void LiveWorld::on_state(client::State state, const std::string& why) {
  model_.state = state;
  model_.why_offline = why;
  if (state == client::State::live) {
    lookup_failed_ = false;
    for (auto& [id, chat] : model_.chats) chat.fetching = false;
    watched_.clear();
    watch();
  } else {
    model_.presence.clear();  // nobody tells any more who comes and goes
  }
  changed();
}

void LiveWorld::on_sent(const client::SendResult& result) {
  model_.take_sent(result.channel, result.send_id, result.seq);
  if (!result.refused.empty() && result.refused != "channel_exists") {
    say(std::string(result.text.empty() ? result.refused : result.text), true);
  }
  changed();
}

void LiveWorld::take_outbox() {
  v1::Command command;
  for (const client::OutboxEntry* entry : live_.client().outbox()) {
    if (!command.ParseFromString(entry->command) || !command.has_post()) continue;
    Message message;
    message.send_id = entry->send_id;
    message.author = model_.me;
    message.time = to_unix_ms(entry->created);
    message.text = command.post().content().text();
    message.reply_to = command.post().reply_to();
    model_.take_waiting(entry->channel, std::move(message));
  }
}

void LiveWorld::changed() {
  model_.waiting_sends = live_.client().outbox_size();
  model_.sends_put_off = live_.client().sends_put_off();
  if (app_ != nullptr) app_->settle();
  terminal_.changed();
}

void LiveWorld::say(const std::string& text, bool trouble) {
  app_->say(safe(text), now(), trouble);
  terminal_.changed();
}

void LiveWorld::opened(const ChannelId& channel) {
  const Chat* chat = model_.find(channel);
  if (chat == nullptr || chat->state.kind != ChannelKind::group) return;
  v1::ClientFrame frame;
  frame.mutable_get_channel()->set_channel_id(std::string(channel.view()));
  ask(frame, [this, channel](const v1::ServerFrame& answer) {
    Chat* group = model_.find(channel);
    if (group == nullptr) return;
    group->members.clear();
    for (const auto& member : answer.channel().members()) {
      group->members.push_back(AccountId::from_bytes(member.account()).value_or(AccountId{}));
      (void)model_.name(group->members.back());
    }
  });
}

void LiveWorld::load(const ChannelId& channel) {
  Chat* chat = model_.find(channel);
  if (chat == nullptr) return;
  chat->loaded = true;
  const auto* state = live_.client().find(channel);
  if (state == nullptr || state->have.empty()) return;
  const Interval newest = state->have.back();
  const auto stored = live_.store().image().events(channel, newest.from, newest.to);
  if (stored.empty()) return;
  google::protobuf::RepeatedPtrField<v1::Event> events;
  for (const std::string& bytes : stored) {
    if (!events.Add()->ParseFromString(bytes)) events.RemoveLast();
  }
  if (events.empty()) return;
  // The store keeps the newest ones only.
  const bool whole = stored.size() < FileStore::kEvents;
  model_.take_older(channel, pointers(events), whole ? newest.from : events[0].header().seq(), newest.to);
}

void LiveWorld::fetch_older(const ChannelId& channel, Seq before) {
  v1::ClientFrame frame;
  auto& body = *frame.mutable_get_history();
  body.set_channel_id(std::string(channel.view()));
  body.set_to(before == 0 ? 0 : before - 1);
  body.set_limit(kPage);
  ask(frame, [this, channel](const v1::ServerFrame& answer) {
    const auto& page = answer.history();
    model_.take_older(channel, pointers(page.events()), page.from(), page.to());
  });
}

void LiveWorld::fetch_whole(const ChannelId& channel, Seq seq) {
  const Chat* chat = model_.find(channel);
  const auto it = chat == nullptr ? std::map<Seq, Message>::const_iterator{} : chat->messages.find(seq);
  if (chat == nullptr || it == chat->messages.end()) return;
  v1::ClientFrame frame;
  frame.mutable_get_content()->set_channel_id(std::string(channel.view()));
  frame.mutable_get_content()->set_seq(it->second.text_seq);
  ask(frame, [this, channel, seq](const v1::ServerFrame& answer) {
    model_.take_content(channel, seq, answer.content().content());
  });
}

void LiveWorld::ask(v1::ClientFrame& frame, std::function<void(const v1::ServerFrame&)> take) {
  auto asked =
      live_.client().ask(now(), frame, [this, take = std::move(take), alive = std::weak_ptr(alive_)](auto answer) {
        if (alive.expired()) return;
        if (answer) {
          take(**answer);
        } else if (answer.error().code != ErrorCode::draining) {
          say(answer.error().text(), true);
        }
        changed();
      });
  if (!asked) say(asked.error().text(), true);
}

std::optional<SendId> LiveWorld::send(v1::Command& command) {
  auto sent = live_.client().send(now(), command);
  if (!sent) {
    say(sent.error().text(), true);
    return std::nullopt;
  }
  model_.waiting_sends = live_.client().outbox_size();
  model_.sends_put_off = live_.client().sends_put_off();
  return *sent;
}

bool LiveWorld::post(const ChannelId& channel, const std::string& text, Seq reply_to) {
  const Chat* chat = model_.find(channel);
  v1::Command command;
  command.set_channel_id(std::string(channel.view()));
  auto& post = *command.mutable_post();
  post.mutable_content()->set_text(text);
  post.set_reply_to(reply_to);
  if (chat != nullptr) {
    for (const AccountId& account : model_.mentioned(*chat, text)) post.add_mentions(std::string(account.view()));
  }
  const auto id = send(command);
  if (!id) return false;
  Message message;
  message.send_id = *id;
  message.author = model_.me;
  message.time = to_unix_ms(now());
  message.text = text;
  message.reply_to = reply_to;
  model_.take_waiting(channel, std::move(message));
  return true;
}

bool LiveWorld::edit(const ChannelId& channel, Seq seq, const std::string& text) {
  v1::Command command;
  command.set_channel_id(std::string(channel.view()));
  command.mutable_edit()->set_target(seq);
  command.mutable_edit()->mutable_content()->set_text(text);
  return send(command).has_value();
}

void LiveWorld::remove(const ChannelId& channel, Seq seq, bool for_me) {
  if (!for_me) {
    v1::Command command;
    command.set_channel_id(std::string(channel.view()));
    command.mutable_delete_()->add_targets(seq);
    (void)send(command);
    return;
  }
  v1::ClientFrame frame;
  auto& body = *frame.mutable_hide_messages();
  body.set_channel_id(std::string(channel.view()));
  body.set_from(seq);
  body.set_to(seq);
  ask(frame, [](const v1::ServerFrame&) {});
}

void LiveWorld::react(const ChannelId& channel, Seq seq, const std::string& value) {
  v1::Command command;
  command.set_channel_id(std::string(channel.view()));
  command.mutable_react()->set_target(seq);
  if (!value.empty()) command.mutable_react()->mutable_content()->set_text(value);
  (void)send(command);
}

void LiveWorld::read(const ChannelId& channel, Seq seq) {
  const auto* state = live_.client().find(channel);
  if (state != nullptr) (void)live_.client().read(now(), channel, std::min(seq, state->head));
}

void LiveWorld::set(const ChannelId& channel, Register what, bool on) {
  v1::ClientFrame frame;
  auto& body = *frame.mutable_set_registers();
  body.set_channel_id(std::string(channel.view()));
  switch (what) {
    case Register::pinned:
      body.set_pinned(on);
      break;
    case Register::muted:
      body.set_muted_until(on ? -1 : 0);
      break;
    case Register::archived:
      body.set_archived(on);
      break;
    case Register::marked_unread:
      body.set_marked_unread(on);
      break;
  }
  if (!model_.online()) return say("That needs a connection.", true);
  ask(frame, [](const v1::ServerFrame&) {});
}

void LiveWorld::typing(const ChannelId& channel, bool on) {
  v1::ClientFrame frame;
  frame.mutable_typing()->set_channel_id(std::string(channel.view()));
  frame.mutable_typing()->set_on(on);
  live_.client().hint(frame);
}

void LiveWorld::active(bool on) {
  v1::ClientFrame frame;
  frame.mutable_set_active()->set_active(on);
  live_.client().hint(frame);
}

void LiveWorld::quit() {
  live_.interrupt();
}

}  // namespace parley::cli::chat
