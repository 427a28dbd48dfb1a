// Inside chat/ only: how the rules of `decide` are divided over the decide_*.cpp files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "chat/channel.hpp"
#include "chat/command.hpp"
#include "chat/event.hpp"

namespace parley::rules {

/// What a rule may look at. `sender` is an active member, but for Create, Join and SetBlock, where it is null.
struct Case {
  const Channel& channel;
  ChannelId id;  // that the command names
  const Stamp& stamp;
  const LogFacts& facts;
  const Member* sender = nullptr;
  Time time = kNever;  // of the event, if there will be one

  [[nodiscard]] const AccountId& account() const { return stamp.account; }
  [[nodiscard]] const ChannelLimits& limits() const { return stamp.limits; }
};

/// What a rule says if it does not refuse.
struct Decision {
  EventBody body{};
  std::optional<Content> content{};
  std::optional<std::uint64_t> crypto_epoch{};  // of the content; the channel's where not set
};
using Decided = Result<Decision>;

Decided decide(const Case& c, const command::Post& post);
Decided decide(const Case& c, const command::Edit& edit);
Decided decide(const Case& c, const command::Delete& body);
Decided decide(const Case& c, const command::React& react);
Decided decide(const Case& c, const command::CryptoCommit& commit);

Decided decide(const Case& c, const command::Create& create);
Decided decide(const Case& c, const command::SetBlock& block);

Decided decide(const Case& c, const command::Describe& describe);
Decided decide(const Case& c, const command::ChangeSettings& change);
Decided decide(const Case& c, const command::AddMembers& add);
Decided decide(const Case& c, const command::RemoveMember& remove);
Decided decide(const Case& c, const command::Leave& leave);
Decided decide(const Case& c, const command::SetRole& set);
Decided decide(const Case& c, const command::HandOver& hand_over);
Decided decide(const Case& c, const command::RemoveDeletedAccount& remove);
Decided decide(const Case& c, const command::Note& note);

Decided decide(const Case& c, const command::CreateInvitation& create);
Decided decide(const Case& c, const command::RevokeInvitation& revoke);
Decided decide(const Case& c, const command::Join& join);

// ---- shared ------------------------------------------------------------------------------------------------------

/// Whether a member of `role` belongs to `who`.
bool belongs(Role role, Who who);
bool is_valid(const ChannelSettings& settings);
Result<void> check_content(const Content& content, const ChannelLimits& limits);
/// Content as above, within reaction_bytes; text without control characters.
Result<void> check_reaction(const Content& content, const ChannelLimits& limits);
Result<void> check_avatar(std::string_view avatar);
/// null where the stamp has none.
const AccountFact* find_fact(const Stamp& stamp, const AccountId& account);
/// Of the sender, for commands that bring somebody in; account_disabled: it is gone or may do nothing. Who blocked it
/// is not known any more once it is gone.
Result<const AccountFact*> active_sender(const Case& c);
/// `accounts` as new plain members, ascending, each once: account_unknown or blocked if one of them cannot be added.
Result<std::vector<NewMember>> new_members(const Stamp& stamp, std::vector<AccountId> accounts);

}  // namespace parley::rules
