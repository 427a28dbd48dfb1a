// What an event makes of a channel. Nothing is checked here: `decide` has, perhaps years ago under other rules.
#include <algorithm>

#include "base/assert.hpp"
#include "chat/channel.hpp"

namespace parley {
namespace {

struct Applier {
  Channel& channel;  // head, time and count are those of the event already
  const Event& event;

  [[nodiscard]] Member* active(const AccountId& account) const {
    const auto found = channel.members.find(account);
    return found == channel.members.end() || !found->second.active() ? nullptr : &found->second;
  }

  void join(const NewMember& joining, bool history_from_start) const {
    Member& member = channel.members[joining.account];
    member.role = joining.role;
    member.hide_read = joining.hide_read;
    member.since = event.time;
    if (history_from_start) {
      member.intervals = {{.from = 1, .to = 0}};
    } else {
      member.intervals.push_back({.from = event.seq, .to = 0});
    }
    // Nothing from before the joining counts as unread; nor has any device moved a cursor since.
    member.delivered = member.read = event.seq;
    member.delivered_at = member.read_at = kNever;
    member.at_read = {.count = event.count, .own = member.own, .mentions = member.mentions};
    member.marked_unread = false;
  }

  void leave(const AccountId& account) const {
    Member* member = active(account);
    if (member == nullptr) return;
    member->role = Role::none;
    member->intervals.back().to = event.seq;
  }

  void set_role(const AccountId& account, Role role) const {
    if (Member* member = active(account)) member->role = role;
  }

  void set_block(bool on) const {
    auto& by = channel.blocked_by;
    std::erase(by, event.account);
    if (on) by.insert(std::ranges::lower_bound(by, event.account), event.account);
  }

  void operator()(const event::Message& message) const {
    channel.hidden = false;
    if (Member* author = active(event.account)) ++author->own;
    for (const AccountId& account : message.mentions) {
      if (Member* member = active(account)) ++member->mentions;
    }
  }
  // These change what history shows, and nothing of the channel.
  void operator()(const event::Edited&) const {}
  void operator()(const event::Deleted&) const {}
  void operator()(const event::Reacted&) const {}
  void operator()(const event::Noted&) const {}

  void operator()(const event::Created& created) const {
    channel.kind = created.kind;
    channel.title = created.title;
    channel.description = created.description;
    channel.avatar = created.avatar;
    channel.settings = created.settings;
    channel.hidden = created.hidden;
    for (const NewMember& member : created.members) join(member, false);
    if (created.hidden) set_block(true);
  }
  void operator()(const event::Described& described) const {
    if (described.title) channel.title = *described.title;
    if (described.description) channel.description = *described.description;
    if (described.avatar) channel.avatar = *described.avatar;
  }
  void operator()(const event::SettingsChanged& changed) const { channel.settings = changed.settings; }
  void operator()(const event::MembersAdded& added) const {
    for (const NewMember& member : added.members) join(member, added.history_from_start);
  }
  void operator()(const event::MemberRemoved& removed) const { leave(removed.account); }
  void operator()(const event::MemberLeft& left) const {
    leave(event.account);
    if (!left.new_owner.is_nil()) set_role(left.new_owner, Role::owner);
  }
  void operator()(const event::RoleChanged& changed) const { set_role(changed.account, changed.role); }
  void operator()(const event::OwnershipHandedOver& handed) const {
    set_role(event.account, Role::admin);
    set_role(handed.to, Role::owner);
  }
  void operator()(const event::InvitationCreated& created) const {
    // What has expired goes now, so that the list stays as short as the limit on live ones.
    std::erase_if(channel.invitations,
                  [&](const Invitation& i) { return i.expires != kNever && i.expires <= event.time; });
    channel.invitations.push_back({.id = created.invitation,
                                   .secret_hash = created.secret_hash,
                                   .expires = created.expires,
                                   .uses_left = created.uses,
                                   .unlimited = created.uses == 0,
                                   .by = event.account});
  }
  void operator()(const event::InvitationRevoked& revoked) const {
    std::erase_if(channel.invitations, [&](const Invitation& i) { return i.id == revoked.invitation; });
  }
  void operator()(const event::JoinedByInvitation& joined) const {
    join(joined.member, joined.history_from_start);
    const auto used = std::ranges::find(channel.invitations, joined.invitation, &Invitation::id);
    if (used == channel.invitations.end() || used->unlimited) return;
    if (used->uses_left > 1) {
      --used->uses_left;
    } else {
      channel.invitations.erase(used);
    }
  }
  void operator()(const event::BlockSet& block) const { set_block(block.on); }
  void operator()(const event::CryptoCommitted& committed) const { channel.crypto_epoch = committed.epoch; }
};

}  // namespace

void apply(Channel& channel, const Event& event) {
  PARLEY_ASSERT(event.seq == channel.head + 1);
  channel.head = event.seq;
  channel.time = event.time;
  channel.count = event.count;
  std::visit(Applier{channel, event}, event.body);
}

}  // namespace parley
