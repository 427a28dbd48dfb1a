// Invitations. Whoever is not a member hears `invitation_invalid` for everything that does not fit, so that asking does
// not tell which channels there are.
#include <algorithm>

#include "chat/rules.hpp"

namespace parley::rules {
namespace {

bool is_live(const Invitation& invitation, Time now) {
  return (invitation.expires == kNever || invitation.expires > now) &&
         (invitation.unlimited || invitation.uses_left > 0);
}

bool has_invitation(const Channel& channel, const InvitationId& id) {
  return std::ranges::find(channel.invitations, id, &Invitation::id) != channel.invitations.end();
}

Result<void> check_may_invite(const Case& c) {
  if (c.channel.kind != ChannelKind::group) return fail(ErrorCode::wrong_kind);
  if (!belongs(c.sender->role, Who::admins)) return fail(ErrorCode::not_allowed);
  return {};
}

// Looks at all of them, so that time does not tell which one came close.
const Invitation* find_by_secret(const Case& c, std::string_view secret) {
  const Digest hash = sha256({secret});
  const Invitation* found = nullptr;
  for (const Invitation& invitation : c.channel.invitations) {
    const bool equal = equal_constant_time(view(hash), view(invitation.secret_hash));
    if (equal && is_live(invitation, c.time)) found = &invitation;
  }
  return found;
}

}  // namespace

Decided decide(const Case& c, const command::CreateInvitation& create) {
  if (auto ok = check_may_invite(c); !ok) return fail(ok.error());
  if (create.invitation.is_nil()) return fail(ErrorCode::invalid_argument, "An invitation needs an id.");
  if (has_invitation(c.channel, create.invitation)) {
    return fail(ErrorCode::invalid_argument, "There is an invitation of that id.");
  }
  if (create.expires != kNever && create.expires <= c.time) {
    return fail(ErrorCode::invalid_argument, "The invitation has expired already.");
  }
  const auto live =
      std::ranges::count_if(c.channel.invitations, [&](const Invitation& i) { return is_live(i, c.time); });
  if (static_cast<std::size_t>(live) >= c.limits().invitations) return fail(ErrorCode::limit_reached);
  return Decision{.body = event::InvitationCreated{.invitation = create.invitation,
                                                   .secret_hash = create.secret_hash,
                                                   .expires = create.expires,
                                                   .uses = create.uses}};
}

Decided decide(const Case& c, const command::RevokeInvitation& revoke) {
  if (auto ok = check_may_invite(c); !ok) return fail(ok.error());
  if (!has_invitation(c.channel, revoke.invitation)) {
    return fail(ErrorCode::invitation_invalid);
  }
  return Decision{.body = event::InvitationRevoked{.invitation = revoke.invitation}};
}

Decided decide(const Case& c, const command::Join& join) {
  if (c.channel.find_active(c.account()) != nullptr) return fail(ErrorCode::already_member);
  // A group that all have left stays empty: it would have no owner.
  const std::size_t active = c.channel.active_members();
  if (!c.channel.exists() || c.channel.kind != ChannelKind::group || active == 0) {
    return fail(ErrorCode::invitation_invalid);
  }
  const Invitation* invitation = find_by_secret(c, join.secret);
  if (invitation == nullptr) return fail(ErrorCode::invitation_invalid);
  const auto fact = active_sender(c);
  if (!fact) return fail(fact.error());
  if (active >= c.limits().members) return fail(ErrorCode::channel_full);
  return Decision{.body = event::JoinedByInvitation{
                      .invitation = invitation->id,
                      .member = {.account = c.account(), .role = Role::member, .hide_read = (*fact)->hide_read},
                      .history_from_start = c.channel.settings.history_from_start}};
}

}  // namespace parley::rules
