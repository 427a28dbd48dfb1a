// Messages out of events.
#include <algorithm>

#include "client/ranges.hpp"
#include "parley/chat/model.hpp"
#include "parley/render.hpp"
#include "parley/v1/events.pb.h"

namespace parley::cli::chat {
namespace {

AccountId account_of(const std::string& bytes) {
  return AccountId::from_bytes(bytes).value_or(AccountId{});
}

/// What is no text is named by its type.
std::string text_of(const v1::Content& content) {
  if (!content.has_data()) return content.text();
  return "(" + std::string(content.type().empty() ? "data" : content.type()) + ")";
}

void take_text(Message& message, const v1::Content& content, Seq seq) {
  if (seq < message.text_seq) return;
  message.text_seq = seq;
  message.is_bytes = content.has_data();
  message.text = text_of(content);
  message.cut = content.preview();
}

void forget_text(Message& message) {
  message.deleted = true;
  message.text.clear();
  message.cut = false;
  message.reactions.clear();
}

void take_reaction(Message& message, const AccountId& account, const std::string& value, Seq seq) {
  Reaction& mine = message.reactions[account];
  if (seq < mine.seq) return;
  mine = {value, seq};
}

bool is_shown_as_deed(const v1::EventHeader& header) {
  return !header.has_edited() && !header.has_deleted() && !header.has_reacted() && !header.has_noted() &&
         !header.has_crypto_committed();
}

}  // namespace

void Model::apply_message(Chat& chat, const v1::Event& event) {
  const v1::EventHeader& header = event.header();
  Message& message = chat.messages[header.seq()];
  const bool known = message.seq != 0;
  message.seq = header.seq();
  message.send_id = SendId::from_bytes(header.send_id()).value_or(SendId{});
  message.author = account_of(header.account());
  message.time = header.time();
  message.forwarded = header.message().forwarded();
  message.reply_to = header.message().reply_to();
  for (const auto& mention : header.message().mentions()) message.for_me = message.for_me || mention == me.view();
  const bool hidden = client::contains(chat.state.registers.hidden, header.seq());
  if (hidden || event.content_state() == v1::CONTENT_STATE_HIDDEN) {
    chat.messages.erase(header.seq());
    return;
  }
  if (event.content_state() == v1::CONTENT_STATE_DELETED) forget_text(message);
  if (!message.deleted && !known) take_text(message, event.content(), header.seq());
  const auto& annotation = event.annotation();
  if (annotation.edits_size() > 0 && !message.deleted) {
    message.edited = true;
    take_text(message, annotation.current(), annotation.edits(annotation.edits_size() - 1));
  }
  for (const auto& reaction : annotation.reactions()) {
    take_reaction(message, account_of(reaction.account()), text_of(reaction.content()), reaction.seq());
  }
  std::erase_if(chat.waiting, [&](const Message& one) { return one.send_id == message.send_id; });
}

void Model::apply_to_target(Chat& chat, const v1::Event& event) {
  const v1::EventHeader& header = event.header();
  const auto target = [&](Seq seq) {
    const auto it = chat.messages.find(seq);
    return it == chat.messages.end() ? nullptr : &it->second;
  };
  if (header.has_edited()) {
    Message* message = target(header.edited().target());
    if (message == nullptr || message->deleted) return;
    message->edited = true;
    take_text(*message, event.content(), header.seq());
  } else if (header.has_reacted()) {
    if (Message* message = target(header.reacted().target())) {
      take_reaction(*message, account_of(header.account()), text_of(event.content()), header.seq());
    }
  } else {
    for (const Seq seq : header.deleted().targets()) {
      if (Message* message = target(seq)) forget_text(*message);
    }
  }
}

void Model::apply(Chat& chat, const v1::Event& event) {
  const v1::EventHeader& header = event.header();
  if (header.has_message()) return apply_message(chat, event);
  if (!is_shown_as_deed(header)) return apply_to_target(chat, event);
  Message& deed = chat.messages[header.seq()];
  deed.seq = header.seq();
  deed.author = account_of(header.account());
  deed.time = header.time();
  deed.deed = true;
  deed.header = header.SerializeAsString();
  deed.text = deed_of(event, [this](const AccountId& account) { return name(account); });
}

void Model::take_name(const AccountId& account, std::string name) {
  names[account] = std::move(name);
}

void Model::rename_deeds() {
  v1::Event event;
  for (auto& [id, chat] : chats) {
    for (auto& [seq, message] : chat.messages) {
      if (!message.deed || !event.mutable_header()->ParseFromString(message.header)) continue;
      message.text = deed_of(event, [this](const AccountId& account) { return name(account); });
    }
  }
}

void Model::take_newest(const ChannelId& id, std::span<const v1::Event* const> events, bool after_hole) {
  Chat* chat = find(id);
  if (chat == nullptr || events.empty()) return;
  if (!chat->loaded && chat->oldest == 0) return;  // read from the store when it is opened
  if (after_hole) {
    chat->messages.clear();
    chat->anchor = chat->selected = 0;
    chat->oldest = 0;
  }
  const Seq first = events.front()->header().seq();
  if (chat->oldest == 0 || first < chat->oldest) chat->oldest = first;
  for (const v1::Event* event : events) apply(*chat, *event);
}

void Model::take_older(const ChannelId& id, std::span<const v1::Event* const> events, Seq from, Seq to) {
  Chat* chat = find(id);
  if (chat == nullptr) return;
  chat->fetching = false;
  if (from == 0 || (chat->oldest != 0 && to + 1 < chat->oldest)) return;
  if (chat->oldest == 0 || from < chat->oldest) chat->oldest = from;
  for (const v1::Event* event : events) apply(*chat, *event);
}

void Model::take_content(const ChannelId& id, Seq seq, const v1::Content& content) {
  Chat* chat = find(id);
  if (chat == nullptr) return;
  const auto it = chat->messages.find(seq);
  if (it == chat->messages.end() || it->second.deleted) return;
  take_text(it->second, content, it->second.text_seq);
}

void Model::take_dropped(const ChannelId& id, Seq after) {
  Chat* chat = find(id);
  if (chat == nullptr) return;
  chat->messages.erase(chat->messages.upper_bound(after), chat->messages.end());
  if (chat->oldest > after) chat->oldest = 0;
  chat->anchor = chat->selected = 0;
}

void Model::take_waiting(const ChannelId& id, Message message) {
  Chat& chat = chats[id];
  for (const Message& one : chat.waiting) {
    if (one.send_id == message.send_id) return;
  }
  chat.waiting.push_back(std::move(message));
}

void Model::take_sent(const ChannelId& id, const SendId& send_id, Seq seq) {
  Chat* chat = find(id);
  if (chat == nullptr) return;
  for (Message& one : chat->waiting) {
    if (one.send_id != send_id) continue;
    one.seq = seq;
    if (seq == 0 && chat->draft.empty()) chat->draft.set(one.text);
  }
  const auto is_here = [&](const Message& one) {
    return one.send_id == send_id && (seq == 0 || chat->messages.contains(seq));
  };
  std::erase_if(chat->waiting, is_here);
}

}  // namespace parley::cli::chat
