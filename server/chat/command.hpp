// What may be asked of a channel. A command is stamped with everything that `decide` may know besides the channel: who,
// when, the limits in force, and facts about accounts and about earlier events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "chat/event.hpp"

namespace parley {

/// The limits `decide` applies, in force when the command was accepted.
struct ChannelLimits {
  std::uint32_t text_code_points = 100'000;
  std::uint32_t content_bytes = 262'144;
  std::uint32_t members = 100;
  std::uint32_t mentions = 100;
  std::uint32_t targets = 100;
  std::uint32_t reaction_bytes = 64;
  std::uint32_t reactions = 1000;
  std::uint32_t edits = 100;
  std::uint32_t title_code_points = 128;
  std::uint32_t description_code_points = 2048;
  std::uint32_t invitations = 50;
  std::uint32_t hidden_ranges = 1000;
};

namespace command {
struct Post {
  Content content{};
  Seq reply_to = 0;
  std::vector<AccountId> mentions{};
  bool forwarded = false;
  std::uint64_t crypto_epoch = 0;
};
struct Edit {
  Seq target = 0;
  Content content{};
  std::uint64_t crypto_epoch = 0;
};
struct Delete {
  std::vector<Seq> targets{};
};
struct React {
  Seq target = 0;
  std::optional<Content> content{};  // absent: take mine back
};
struct Create {
  ChannelKind kind = ChannelKind::group;
  AccountId peer{};  // direct only
  std::string title{}, description{}, avatar{};
  ChannelSettings settings{};
  std::vector<AccountId> members{};  // group only, without the creator
};
struct Describe {
  std::optional<std::string> title{}, description{}, avatar{};
};
struct ChangeSettings {
  ChannelSettings settings{};
};
struct AddMembers {
  std::vector<AccountId> accounts{};
};
struct RemoveMember {
  AccountId account{};
};
struct Leave {};
struct SetRole {
  AccountId account{};
  Role role = Role::member;
};
struct HandOver {
  AccountId to{};
};
struct CreateInvitation {
  InvitationId invitation{};
  Digest secret_hash{};
  Time expires = kNever;
  std::uint32_t uses = 0;
};
struct RevokeInvitation {
  InvitationId invitation{};
};
struct Join {
  std::string secret{};
};
struct CryptoCommit {
  std::uint64_t epoch = 0;
  Content content{};
};
// Only the server's own jobs issue these; they never come from a client.
/// Creates the direct channel, hidden, where there is none. `channel_exists` when it is so already: the job is done.
struct SetBlock {
  AccountId peer{};
  bool on = false;
};
/// The account is gone: it leaves, whatever the role and the kind of channel.
struct RemoveDeletedAccount {};
/// Account channel only.
struct Note {
  std::string what{};
};
}  // namespace command

using CommandBody =
    std::variant<command::Post, command::Edit, command::Delete, command::React, command::Create, command::Describe,
                 command::ChangeSettings, command::AddMembers, command::RemoveMember, command::Leave, command::SetRole,
                 command::HandOver, command::CreateInvitation, command::RevokeInvitation, command::Join,
                 command::CryptoCommit, command::SetBlock, command::RemoveDeletedAccount, command::Note>;

/// What SQL knew, when the command was accepted, of an account that the command names (or of its sender).
struct AccountFact {
  AccountId account{};
  bool active = false;  // exists and is neither deleted nor, where a person sent the command, disabled
  bool hide_read = false;
  bool blocks_sender = false;
  bool blocked_by_sender = false;
};

/// What the log says of an event that the command points at. `exists` false: no such seq.
struct TargetFact {
  Seq seq = 0;
  bool exists = false;
  bool is_message = false;
  bool deleted = false;
  AccountId author{};
  std::uint32_t edits = 0;      // so far
  std::uint32_t reactions = 0;  // slots in use
  bool reacted_by_sender = false;
};

/// Who, when, under which limits.
struct Stamp {
  AccountId account{};
  DeviceId device{};  // nil for a job of the server
  SendId send_id{};
  Time at = kNever;
  ChannelLimits limits{};
  std::vector<AccountFact> accounts{};  // see Command::named_accounts()
  bool at_channel_limit = false;        // the sender is in as many channels as it may be (Create, Join)
};

struct Command {
  ChannelId channel{};
  Stamp stamp{};
  CommandBody body{};

  /// Seqs whose TargetFact `decide` wants (reply_to, edit, delete, react), ascending; none for a list over its limit,
  /// which is refused without a look.
  [[nodiscard]] std::vector<Seq> targets() const;
  /// Accounts whose AccountFact `decide` wants, in the same way: those that the body names and, where somebody comes
  /// in, the sender.
  [[nodiscard]] std::vector<AccountId> named_accounts() const;
};

/// Facts the owner adds from the channel's own log, which is the same for every owner.
struct LogFacts {
  std::vector<TargetFact> targets{};
  [[nodiscard]] const TargetFact* find(Seq seq) const;
};

// ---- registers --------------------------------------------------------------------------------------------------

/// Running totals. unread = (count − count at read) − (own − own at read).
struct Totals {
  std::uint64_t count = 0;
  std::uint64_t own = 0;
  std::uint64_t mentions = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

namespace registers {
/// 0 = leave as it is. `totals_at_read` are the member's totals at seq `read`, which the owner reads from the log.
struct MoveCursor {
  Seq delivered = 0;
  Seq read = 0;
  std::optional<Totals> totals_at_read{};
};
struct Set {
  std::optional<bool> marked_unread{};
  std::optional<Time> muted_until{};
  std::optional<bool> pinned{}, archived{};
};
struct Hide {
  Seq from = 0, to = 0;
};
/// Only the server's own jobs.
struct SetHideRead {
  bool on = false;
};
}  // namespace registers

using RegisterBody = std::variant<registers::MoveCursor, registers::Set, registers::Hide, registers::SetHideRead>;

struct RegisterCommand {
  ChannelId channel{};
  AccountId account{};
  Time at = kNever;
  ChannelLimits limits{};
  RegisterBody body{};
};

}  // namespace parley
