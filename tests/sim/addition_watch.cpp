#include "sim/addition_watch.hpp"

#include <algorithm>

namespace parley::sim {
namespace {

template <class AnyId>
AnyId id_of(const std::string& bytes) {
  return AnyId::from_bytes(bytes).value_or(AnyId{});
}

}  // namespace

void AdditionWatch::asked(const AccountId& account, const v1::Command& command, Time now) {
  if (command.has_create_channel() || command.has_add_members())
    asked_.try_emplace({account, id_of<SendId>(command.send_id())}, now);
}

std::string AdditionWatch::committed(const v1::EventHeader& header, const Blocks& blocks) const {
  const bool makes_a_group = header.has_created() && header.created().kind() == v1::CHANNEL_KIND_GROUP;
  if (!makes_a_group && !header.has_members_added()) return {};
  const auto sender = id_of<AccountId>(header.account());
  const auto asked = asked_.find({sender, id_of<SendId>(header.send_id())});
  if (asked == asked_.end()) return {};
  const auto& added = makes_a_group ? header.created().members() : header.members_added().members();
  const bool wrong = std::ranges::any_of(added, [&](const v1::NewMember& member) {
    const auto block = blocks.find({id_of<AccountId>(member.account()), sender});
    return block != blocks.end() && block->second < asked->second;
  });
  return wrong ? "P7: somebody is brought into a group by one whom they block, seq " + std::to_string(header.seq())
               : "";
}

}  // namespace parley::sim
