// Ids, and one event of every kind, for wire's tests.
#pragma once

#include <vector>

#include "chat/event.hpp"

namespace parley::wire {

/// An id whose 16 bytes are all `byte`.
template <class I>
I same(std::uint8_t byte) {
  IdBytes bytes;
  bytes.fill(byte);
  return I(bytes);
}

inline Digest same_digest(std::uint8_t byte) {
  Digest digest;
  digest.fill(byte);
  return digest;
}

inline Event event_with(EventBody body) {
  Event event;
  event.seq = 5;
  event.time = from_unix_ms(1'760'000'000'000);
  event.account = same<AccountId>(0xA1);
  event.device = same<DeviceId>(0xD1);
  event.send_id = same<SendId>(0x51);
  event.count = 3;
  event.body = std::move(body);
  return event;
}

inline Event message_with(std::string text) {
  Event event = event_with(event::Message{.reply_to = 2, .mentions = {same<AccountId>(0xA2)}, .forwarded = true});
  event.crypto_epoch = 4;
  event.content = Content{.is_text = true, .bytes = std::move(text), .type = ""};
  return event;
}

inline Event reaction_with(std::string text) {
  Event event = event_with(event::Reacted{.target = 3});
  event.content = Content{.bytes = std::move(text)};
  return event;
}

/// No field at its default, and each kind also bare where a field may be absent.
inline std::vector<Event> every_event() {
  const NewMember admin{.account = same<AccountId>(0xA2), .role = Role::admin, .hide_read = true};
  const NewMember member{.account = same<AccountId>(0xA3), .role = Role::member, .hide_read = false};
  const ChannelSettings settings{
      .post = Who::admins, .add = Who::members, .rename = Who::owner, .history_from_start = true};
  std::vector<Event> events{
      message_with("good morning"),
      event_with(event::Message{}),
      event_with(event::Edited{.target = 3}),
      event_with(event::Deleted{.targets = {1, 2, 300}}),
      event_with(event::Reacted{.target = 3}),
      reaction_with("\xF0\x9F\x91\x8D"),
      event_with(event::Created{.kind = ChannelKind::group,
                                .title = "Team",
                                .description = "All of us",
                                .avatar = "media:1",
                                .settings = settings,
                                .members = {admin, member},
                                .hidden = true}),
      event_with(event::Created{.kind = ChannelKind::direct, .members = {member, admin}}),
      event_with(event::Described{.title = "New", .description = "", .avatar = std::nullopt}),
      event_with(event::Described{.title = std::nullopt, .description = std::nullopt, .avatar = "media:2"}),
      event_with(event::SettingsChanged{.settings = settings}),
      event_with(event::MembersAdded{.members = {member}, .history_from_start = true}),
      event_with(event::MemberRemoved{.account = same<AccountId>(0xA2)}),
      event_with(event::MemberLeft{}),
      event_with(event::MemberLeft{.new_owner = same<AccountId>(0xA2), .account_deleted = true}),
      event_with(event::RoleChanged{.account = same<AccountId>(0xA2), .role = Role::admin}),
      event_with(event::OwnershipHandedOver{.to = same<AccountId>(0xA2)}),
      event_with(event::InvitationCreated{.invitation = same<InvitationId>(0x11),
                                          .secret_hash = same_digest(0x77),
                                          .expires = from_unix_ms(1'770'000'000'000),
                                          .uses = 10}),
      event_with(event::InvitationRevoked{.invitation = same<InvitationId>(0x11)}),
      event_with(event::JoinedByInvitation{
          .invitation = same<InvitationId>(0x11), .member = member, .history_from_start = true}),
      event_with(event::BlockSet{.on = true}),
      event_with(event::CryptoCommitted{.epoch = 9}),
      event_with(event::Noted{.what = "contacts"}),
  };
  events[1].content = Content{.is_text = false, .bytes = std::string("\0\xFF", 2), .type = "application/octet-stream"};
  events[2].content = Content{.is_text = true, .bytes = "", .type = ""};
  events.back().device = DeviceId{};
  return events;
}

}  // namespace parley::wire
