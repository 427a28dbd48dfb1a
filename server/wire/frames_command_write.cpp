#include "base/assert.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/fields.hpp"
#include "wire/frames.hpp"

namespace parley::wire {
namespace {

struct BodyWriter {
  v1::Command& out;

  void operator()(const command::Post& b) const {
    v1::Post& m = *out.mutable_post();
    from_content(b.content, *m.mutable_content());
    m.set_reply_to(b.reply_to);
    for (const AccountId& account : b.mentions) put_id(account, m.add_mentions());
    m.set_forwarded(b.forwarded);
    m.set_crypto_epoch(b.crypto_epoch);
  }
  void operator()(const command::Edit& b) const {
    v1::EditMessage& m = *out.mutable_edit();
    m.set_target(b.target);
    from_content(b.content, *m.mutable_content());
    m.set_crypto_epoch(b.crypto_epoch);
  }
  void operator()(const command::Delete& b) const {
    out.mutable_delete_()->mutable_targets()->Add(b.targets.begin(), b.targets.end());
  }
  void operator()(const command::React& b) const {
    out.mutable_react()->set_target(b.target);
    if (b.content) from_content(*b.content, *out.mutable_react()->mutable_content());
  }
  void operator()(const command::Create& b) const {
    v1::CreateChannel& m = *out.mutable_create_channel();
    m.set_kind(static_cast<v1::ChannelKind>(b.kind));
    if (b.kind == ChannelKind::direct) put_id(b.peer, m.mutable_peer());
    if (b.kind != ChannelKind::group) return;
    m.set_title(b.title);
    m.set_description(b.description);
    m.set_avatar(b.avatar);
    from_settings(b.settings, *m.mutable_settings());
    for (const AccountId& account : b.members) put_id(account, m.add_members());
  }
  void operator()(const command::Describe& b) const {
    v1::Describe& m = *out.mutable_describe();
    if (b.title) m.set_title(*b.title);
    if (b.description) m.set_description(*b.description);
    if (b.avatar) m.set_avatar(*b.avatar);
  }
  void operator()(const command::ChangeSettings& b) const {
    from_settings(b.settings, *out.mutable_change_settings()->mutable_settings());
  }
  void operator()(const command::AddMembers& b) const {
    v1::AddMembers& m = *out.mutable_add_members();
    for (const AccountId& account : b.accounts) put_id(account, m.add_accounts());
  }
  void operator()(const command::RemoveMember& b) const {
    put_id(b.account, out.mutable_remove_member()->mutable_account());
  }
  void operator()(const command::Leave&) const { out.mutable_leave(); }
  void operator()(const command::SetRole& b) const {
    put_id(b.account, out.mutable_set_role()->mutable_account());
    out.mutable_set_role()->set_role(static_cast<v1::Role>(b.role));
  }
  void operator()(const command::HandOver& b) const { put_id(b.to, out.mutable_hand_over()->mutable_to()); }
  void operator()(const command::CreateInvitation& b) const {
    v1::CreateInvitation& m = *out.mutable_create_invitation();
    put_id(b.invitation, m.mutable_invitation());
    m.mutable_secret_hash()->assign(view(b.secret_hash));
    m.set_expires(to_unix_ms(b.expires));
    m.set_uses(b.uses);
  }
  void operator()(const command::RevokeInvitation& b) const {
    put_id(b.invitation, out.mutable_revoke_invitation()->mutable_invitation());
  }
  void operator()(const command::Join& b) const { out.mutable_join()->set_secret(b.secret); }
  void operator()(const command::CryptoCommit& b) const {
    out.mutable_crypto_commit()->set_epoch(b.epoch);
    if (b.content != Content{}) from_content(b.content, *out.mutable_crypto_commit()->mutable_content());
  }
  // The server's own jobs have no form on the wire.
  void operator()(const command::SetBlock&) const { PARLEY_ASSERT(!"SetBlock on the wire"); }
  void operator()(const command::RemoveDeletedAccount&) const { PARLEY_ASSERT(!"RemoveDeletedAccount on the wire"); }
  void operator()(const command::Note&) const { PARLEY_ASSERT(!"Note on the wire"); }
};

}  // namespace

void from_command(const Command& command, v1::Command& out) {
  out.Clear();
  put_id(command.channel, out.mutable_channel_id());
  put_id(command.stamp.send_id, out.mutable_send_id());
  std::visit(BodyWriter{out}, command.body);
}

}  // namespace parley::wire
