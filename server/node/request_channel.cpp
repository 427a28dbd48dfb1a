// One channel in full, and who has received and read what.
#include <utility>

#include "node/owner.hpp"
#include "node/requests.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

/// Runs `fill` where the channel is, and replies on the io executor.
void answer_from_channel(Io& io, const Caller& caller, const std::string& channel_id, Reply reply,
                         std::function<Result<void>(const LoadedChannel&, const Member&, v1::ServerFrame&)> fill) {
  auto id = ChannelId::from_bytes(channel_id);
  if (!id) return reply_error(io, reply, {ErrorCode::invalid_argument, "channel_id has to be 16 bytes"});
  inspect_channel(
      io.node(), *id, io.executor(),
      [&io, alive = io.alive(), account = caller.account, fill = std::move(fill),
       reply = std::move(reply)](Result<const LoadedChannel*> found) mutable {
        auto frame = std::make_shared<v1::ServerFrame>();
        Result<void> filled = fail(ErrorCode::channel_unknown);
        if (!found) {
          filled = fail(found.error());
        } else if (*found != nullptr) {
          const Member* member = (*found)->state().find(account);
          if (member != nullptr) filled = fill(**found, *member, *frame);
        }
        io.executor().post([&io, alive, frame, filled = std::move(filled), reply = std::move(reply)]() mutable {
          if (alive.expired()) return;
          if (!filled) return reply_error(io, reply, filled.error());
          reply(*frame);
        });
      });
}

}  // namespace

void answer_channel(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  auto fill = [account = caller.account](const LoadedChannel& loaded, const Member& me,
                                         v1::ServerFrame& frame) -> Result<void> {
    const Channel& channel = loaded.state();
    auto& out = *frame.mutable_channel();
    wire::fill_inbox_row(channel, loaded.active_members(), loaded.digest(), account,
                         loaded.floors().for_viewer(account, me.hide_read), *out.mutable_row());
    if (!me.active()) return {};  // who left sees that it left, and no more
    out.set_description(channel.description);
    wire::from_settings(channel.settings, *out.mutable_settings());
    out.set_crypto_epoch(channel.crypto_epoch);
    for (const auto& [id, member] : channel.members) {
      if (!member.active()) continue;
      auto& info = *out.add_members();
      info.set_account(std::string(id.view()));
      info.set_role(static_cast<v1::Role>(member.role));
      info.set_since(to_unix_ms(member.since));
    }
    for (const auto& blocker : channel.blocked_by) out.set_i_blocked(out.i_blocked() || blocker == account);
    if (me.role != Role::admin && me.role != Role::owner) return {};
    for (const auto& invitation : channel.invitations) {
      auto& info = *out.add_invitations();
      info.set_invitation(std::string(invitation.id.view()));
      info.set_by(std::string(invitation.by.view()));
      info.set_expires(to_unix_ms(invitation.expires));
      info.set_uses_left(invitation.uses_left);
      info.set_unlimited(invitation.unlimited);
    }
    return {};
  };
  answer_from_channel(io, caller, frame.get_channel().channel_id(), std::move(reply), fill);
}

void answer_receipts(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  const Seq seq = frame.get_receipts().seq();
  auto fill = [account = caller.account, seq](const LoadedChannel& loaded, const Member& me,
                                              v1::ServerFrame& frame) -> Result<void> {
    const Channel& channel = loaded.state();
    if (!me.active()) return fail(ErrorCode::not_a_member);
    if (!me.sees(seq) || seq > channel.head) return fail(ErrorCode::target_unknown);
    auto& out = *frame.mutable_receipts();
    out.set_channel_id(std::string(channel.id.view()));
    out.set_seq(seq);
    for (const auto& [id, member] : channel.members) {
      if (id == account || !member.active() || !member.sees(seq)) continue;
      auto& receipt = *out.add_receipts();
      receipt.set_account(std::string(id.view()));
      receipt.set_delivered(member.delivered);
      if (member.delivered >= seq) receipt.set_delivered_at(to_unix_ms(member.delivered_at));
      if (me.hide_read || member.hide_read) continue;
      receipt.set_read(member.read);
      if (member.read >= seq) receipt.set_read_at(to_unix_ms(member.read_at));
    }
    return {};
  };
  answer_from_channel(io, caller, frame.get_receipts().channel_id(), std::move(reply), fill);
}

}  // namespace parley
