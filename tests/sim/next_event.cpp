#include "sim/next_event.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace parley::sim {
namespace {

AccountId id_of(const std::string& bytes) {
  return AccountId::from_bytes(bytes).value_or(AccountId{});
}

std::vector<Seq> targets_of(const v1::EventHeader& header) {
  if (header.has_edited()) return {header.edited().target()};
  if (header.has_reacted()) return {header.reacted().target()};
  if (header.has_deleted()) return {header.deleted().targets().begin(), header.deleted().targets().end()};
  if (header.message().reply_to() != 0) return {header.message().reply_to()};
  return {};
}

/// As the server wrote it into the event of the joining, which two members may share.
std::int64_t joined_at(const ModelChannel& channel, const ModelMember& member) {
  v1::EventHeader joined;
  joined.ParseFromString(channel.headers[member.joined - 1]);
  return joined.time();
}

AccountId heir_of(const ModelChannel& channel, const AccountId& leaving) {
  const ModelMember* owner = channel.find(leaving);
  if (channel.kind != v1::CHANNEL_KIND_GROUP || owner == nullptr || owner->role != v1::ROLE_OWNER) return {};
  std::optional<std::tuple<bool, std::int64_t, AccountId>> first;
  for (const auto& [account, member] : channel.members) {
    if (account == leaving || !member.active()) continue;
    const std::tuple rank(member.role != v1::ROLE_ADMIN, joined_at(channel, member), account);
    if (!first || rank < *first) first = rank;
  }
  return first ? std::get<AccountId>(*first) : AccountId{};
}

}  // namespace

std::string unseen_target(const ModelChannel& before, const v1::EventHeader& header) {
  if (header.device().empty()) return {};
  const auto targets = targets_of(header);
  const bool sees = std::ranges::all_of(targets, [&](Seq seq) { return before.sees(id_of(header.account()), seq); });
  return sees ? "" : "P7: done to what its sender may not see";
}

std::string wrong_heir(const ModelChannel& before, const v1::EventHeader& header) {
  if (!header.has_member_left()) return {};
  const bool right = id_of(header.member_left().new_owner()) == heir_of(before, id_of(header.account()));
  return right ? "" : "P9: the group of who leaves goes to somebody else";
}

std::string wrong_owners(const ModelChannel& after) {
  if (after.kind != v1::CHANNEL_KIND_GROUP || after.active_members() == 0) return {};
  const auto owners =
      std::ranges::count_if(after.members, [](const auto& one) { return one.second.role == v1::ROLE_OWNER; });
  return owners == 1 ? "" : "P9: a group with " + std::to_string(owners) + " owners";
}

}  // namespace parley::sim
