// How a channel comes to be. Ids of direct, self and account channels follow from who takes part, so that two who start
// at once start the same one; a group may not take such an id, or it could stand in a pair's way.
#include <algorithm>

#include "base/text.hpp"
#include "chat/rules.hpp"

namespace parley::rules {
namespace {

bool is_derived_id(const ChannelId& id) {
  return (id.bytes()[6] >> 4) == 8;  // UUIDv8, RFC 9562 §5.8
}

bool is_id_of(const Case& c, const command::Create& create) {
  switch (create.kind) {
    case ChannelKind::direct:
      return !create.peer.is_nil() && create.peer != c.account() && c.id == direct_channel_id(c.account(), create.peer);
    case ChannelKind::self:
      return c.id == self_channel_id(c.account());
    case ChannelKind::account:
      return c.id == account_channel_id(c.account());
    case ChannelKind::group:
      return !c.id.is_nil() && !is_derived_id(c.id);
  }
  return false;
}

Result<NewMember> sender_as(const Case& c, Role role) {
  const auto fact = active_sender(c);
  if (!fact) return fail(fact.error());
  return NewMember{.account = c.account(), .role = role, .hide_read = (*fact)->hide_read};
}

NewMember peer_as_member(const AccountFact& fact) {
  return {.account = fact.account, .role = Role::member, .hide_read = fact.hide_read};
}

Result<event::Created> created_direct(const Case& c, const command::Create& create) {
  auto sender = sender_as(c, Role::member);
  if (!sender) return fail(sender.error());
  const AccountFact* peer = find_fact(c.stamp, create.peer);
  if (peer == nullptr || !peer->active) return fail(ErrorCode::account_unknown);
  if (peer->blocks_sender || peer->blocked_by_sender) return fail(ErrorCode::blocked);
  return event::Created{.kind = ChannelKind::direct, .members = {*sender, peer_as_member(*peer)}};
}

Result<event::Created> created_alone(const Case& c, const command::Create& create) {
  auto sender = sender_as(c, Role::owner);
  if (!sender) return fail(sender.error());
  return event::Created{.kind = create.kind, .members = {*sender}};
}

Result<event::Created> created_group(const Case& c, const command::Create& create) {
  auto owner = sender_as(c, Role::owner);
  if (!owner) return fail(owner.error());
  if (!is_valid(create.settings)) return fail(ErrorCode::invalid_argument, "A setting has no such value.");
  auto title = clean_display_name(create.title, c.limits().title_code_points);
  if (!title) return fail(std::move(title.error()));
  auto description = clean_paragraph(create.description, c.limits().description_code_points);
  if (!description) return fail(std::move(description.error()));
  if (auto ok = check_avatar(create.avatar); !ok) return fail(ok.error());

  // Facts are there only for a list within the limit, so its length is looked at before them.
  if (create.members.size() > c.limits().members) return fail(ErrorCode::channel_full);
  std::vector<AccountId> others = create.members;
  std::erase(others, c.account());
  auto members = new_members(c.stamp, std::move(others));
  if (!members) return fail(members.error());
  members->insert(members->begin(), *owner);
  if (members->size() > c.limits().members) return fail(ErrorCode::channel_full);
  return event::Created{.kind = ChannelKind::group,
                        .title = std::move(*title),
                        .description = std::move(*description),
                        .avatar = create.avatar,
                        .settings = create.settings,
                        .members = std::move(*members)};
}

// What only a group has, or only a direct channel.
bool fits_kind(const command::Create& create) {
  const bool has_peer = !create.peer.is_nil();
  if (create.kind == ChannelKind::group) return !has_peer;
  const bool bare =
      create.title.empty() && create.description.empty() && create.avatar.empty() && create.members.empty();
  return bare && has_peer == (create.kind == ChannelKind::direct);
}

}  // namespace

Decided decide(const Case& c, const command::Create& create) {
  if (!is_id_of(c, create)) return fail(ErrorCode::invalid_argument, "The channel's id does not fit its kind.");
  if (!fits_kind(create)) return fail(ErrorCode::invalid_argument, "This kind of channel does not have that field.");
  if (c.channel.exists()) return fail(ErrorCode::channel_exists);
  auto created = create.kind == ChannelKind::direct  ? created_direct(c, create)
                 : create.kind == ChannelKind::group ? created_group(c, create)
                                                     : created_alone(c, create);
  if (!created) return fail(std::move(created.error()));
  return Decision{.body = std::move(*created)};
}

Decided decide(const Case& c, const command::SetBlock& block) {
  if (block.peer.is_nil() || block.peer == c.account() || c.id != direct_channel_id(c.account(), block.peer)) {
    return fail(ErrorCode::invalid_argument, "Not the direct channel of these two.");
  }
  if (c.channel.exists()) {
    if (c.channel.find_active(c.account()) == nullptr) return fail(ErrorCode::not_a_member);
    const bool is_on = std::ranges::binary_search(c.channel.blocked_by, c.account());
    if (is_on == block.on) return fail(ErrorCode::channel_exists);
    return Decision{.body = event::BlockSet{.on = block.on}};
  }
  if (!block.on) return fail(ErrorCode::channel_exists);
  const auto sender = sender_as(c, Role::member);
  if (!sender) return fail(sender.error());
  const AccountFact* peer = find_fact(c.stamp, block.peer);
  if (peer == nullptr || !peer->active) return fail(ErrorCode::account_unknown);
  return Decision{
      .body = event::Created{.kind = ChannelKind::direct, .members = {*sender, peer_as_member(*peer)}, .hidden = true}};
}

}  // namespace parley::rules
