// What a channel's log is made of. Mirrors proto/parley/v1/events.proto without protobuf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"

namespace parley {

enum class ChannelKind : std::uint8_t { direct = 1, group = 2, self = 3, account = 4 };
enum class Role : std::uint8_t { none = 0, member = 1, admin = 2, owner = 3 };
enum class Who : std::uint8_t { members = 1, admins = 2, owner = 3 };

/// Opaque but for validity and length. `is_text`: valid UTF-8; else bytes of media type `type`.
struct Content {
  bool is_text = true;
  std::string bytes{};
  std::string type{};
  friend bool operator==(const Content&, const Content&) = default;
};

struct ChannelSettings {
  Who post = Who::members;
  Who add = Who::admins;
  Who rename = Who::admins;
  bool history_from_start = false;
  friend bool operator==(const ChannelSettings&, const ChannelSettings&) = default;
};

struct NewMember {
  AccountId account{};
  Role role = Role::member;
  bool hide_read = false;
  friend bool operator==(const NewMember&, const NewMember&) = default;
};

namespace event {
// Content of Message, Edited, Reacted and CryptoCommitted stands in Event::content, beside the header.
struct Message {
  Seq reply_to = 0;
  std::vector<AccountId> mentions{};
  bool forwarded = false;
  bool operator==(const Message&) const = default;
};
struct Edited {
  Seq target = 0;
  bool operator==(const Edited&) const = default;
};
struct Deleted {
  std::vector<Seq> targets{};
  bool operator==(const Deleted&) const = default;
};
struct Reacted {
  Seq target = 0;
  bool operator==(const Reacted&) const = default;
};
struct Created {
  ChannelKind kind = ChannelKind::group;
  std::string title{};
  std::string description{};
  std::string avatar{};
  ChannelSettings settings{};
  std::vector<NewMember> members{};
  bool hidden = false;
  bool operator==(const Created&) const = default;
};
struct Described {
  std::optional<std::string> title{}, description{}, avatar{};
  bool operator==(const Described&) const = default;
};
struct SettingsChanged {
  ChannelSettings settings{};
  bool operator==(const SettingsChanged&) const = default;
};
struct MembersAdded {
  std::vector<NewMember> members{};
  bool history_from_start = false;
  bool operator==(const MembersAdded&) const = default;
};
struct MemberRemoved {
  AccountId account{};
  bool operator==(const MemberRemoved&) const = default;
};
struct MemberLeft {
  AccountId new_owner{};
  bool account_deleted = false;
  bool operator==(const MemberLeft&) const = default;
};
struct RoleChanged {
  AccountId account{};
  Role role = Role::member;
  bool operator==(const RoleChanged&) const = default;
};
struct OwnershipHandedOver {
  AccountId to{};
  bool operator==(const OwnershipHandedOver&) const = default;
};
struct InvitationCreated {
  InvitationId invitation{};
  Digest secret_hash{};
  Time expires = kNever;
  std::uint32_t uses = 0;
  bool operator==(const InvitationCreated&) const = default;
};
struct InvitationRevoked {
  InvitationId invitation{};
  bool operator==(const InvitationRevoked&) const = default;
};
struct JoinedByInvitation {
  InvitationId invitation{};
  NewMember member{};
  bool history_from_start = false;
  bool operator==(const JoinedByInvitation&) const = default;
};
struct BlockSet {
  bool on = false;
  bool operator==(const BlockSet&) const = default;
};
struct CryptoCommitted {
  std::uint64_t epoch = 0;
  bool operator==(const CryptoCommitted&) const = default;
};
struct Noted {
  std::string what{};
  bool operator==(const Noted&) const = default;
};
}  // namespace event

using EventBody =
    std::variant<event::Message, event::Edited, event::Deleted, event::Reacted, event::Created, event::Described,
                 event::SettingsChanged, event::MembersAdded, event::MemberRemoved, event::MemberLeft,
                 event::RoleChanged, event::OwnershipHandedOver, event::InvitationCreated, event::InvitationRevoked,
                 event::JoinedByInvitation, event::BlockSet, event::CryptoCommitted, event::Noted>;

struct Event {
  Seq seq = 0;
  Time time = kNever;
  AccountId account{};
  DeviceId device{};
  SendId send_id{};
  std::uint64_t crypto_epoch = 0;
  std::uint64_t count = 0;  // messages in the channel up to and with this event
  EventBody body{};
  std::optional<Content> content{};  // absent: the body has none, it was deleted, or only the header was read

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&body);
  }
  /// The message that the content of an edit or a reaction belongs to: who may not see that, does not see the content.
  [[nodiscard]] std::optional<Seq> content_target() const {
    if (const auto* edited = as<event::Edited>()) return edited->target;
    if (const auto* reacted = as<event::Reacted>()) return reacted->target;
    return std::nullopt;
  }
  [[nodiscard]] bool is_message() const { return std::holds_alternative<event::Message>(body); }
  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace parley
