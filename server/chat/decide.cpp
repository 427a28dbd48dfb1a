#include <algorithm>

#include "chat/channel.hpp"
#include "chat/rules.hpp"

namespace parley {
namespace {

template <class... Ts>
bool is_one_of(const CommandBody& body) {
  return (std::holds_alternative<Ts>(body) || ...);
}

Result<const Member*> find_sender(const Channel& channel, const Command& command) {
  if (is_one_of<command::Create, command::Join, command::SetBlock>(command.body)) return nullptr;
  const Member* member = channel.exists() ? channel.find(command.stamp.account) : nullptr;
  if (member == nullptr) return fail(ErrorCode::channel_unknown);
  // The server's own job erases what a deleted account wrote, also where it had left.
  const bool erasing = command.stamp.device.is_nil() && is_one_of<command::Delete>(command.body);
  if (!member->active() && !erasing) return fail(ErrorCode::not_a_member);
  return member;
}

bool took_part(const Channel& channel, const Command& command) {
  return channel.exists() && channel.find(command.stamp.account) != nullptr;
}

}  // namespace

Result<Event> decide(const Channel& channel, const Command& command, const LogFacts& facts) {
  const Stamp& stamp = command.stamp;
  if (is_one_of<command::SetBlock, command::RemoveDeletedAccount, command::Note>(command.body) &&
      !stamp.device.is_nil()) {
    return fail(ErrorCode::not_allowed);
  }
  const Result<const Member*> sender = find_sender(channel, command);
  if (!sender) return fail(sender.error());
  if (stamp.at_channel_limit && is_one_of<command::Create, command::Join>(command.body)) {
    return fail(ErrorCode::limit_reached, "you are in as many channels as an account may be");
  }

  const rules::Case c{.channel = channel,
                      .id = command.channel,
                      .stamp = stamp,
                      .facts = facts,
                      .sender = *sender,
                      .time = std::max(channel.time, stamp.at)};
  rules::Decided decided = std::visit([&c](const auto& body) { return rules::decide(c, body); }, command.body);
  if (!decided) return fail(std::move(decided.error()));

  Event event{.seq = channel.head + 1,
              .time = c.time,
              .account = stamp.account,
              .device = stamp.device,
              .send_id = stamp.send_id,
              .crypto_epoch = decided->crypto_epoch.value_or(channel.crypto_epoch),
              .count = channel.count,
              .body = std::move(decided->body),
              .content = std::move(decided->content)};
  if (event.is_message()) ++event.count;
  return event;
}

bool refusal_is_kept(const Channel& channel, const Command& command, ErrorCode refusal) {
  return took_part(channel, command) && error_info(refusal).retry == Retry::never;
}

bool creates_existing_pair(const Channel& channel, const Command& command) {
  const auto* create = std::get_if<command::Create>(&command.body);
  if (create == nullptr || create->kind != channel.kind || !took_part(channel, command)) return false;
  const AccountId& sender = command.stamp.account;
  switch (create->kind) {
    case ChannelKind::direct:
      return create->peer != sender && command.channel == direct_channel_id(sender, create->peer);
    case ChannelKind::self:
      return command.channel == self_channel_id(sender);
    case ChannelKind::account:
      return command.channel == account_channel_id(sender);
    case ChannelKind::group:
      return false;
  }
  return false;
}

}  // namespace parley
