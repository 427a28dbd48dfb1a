#include "node/requests.hpp"

#include <utility>

#include "node/owner.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

Time muted_until(std::int64_t wire) {
  if (wire < 0) return Time::max();
  return from_unix_ms(wire);
}

}  // namespace

std::optional<Result<RegisterCommand>> to_register_command(const Caller& caller, const v1::ClientFrame& frame, Time now,
                                                           const ChannelLimits& limits) {
  RegisterCommand command;
  command.account = caller.account;
  command.at = now;
  command.limits = limits;
  const std::string* channel = nullptr;
  if (frame.has_move_cursor()) {
    const auto& move = frame.move_cursor();
    channel = &move.channel_id();
    command.body = registers::MoveCursor{move.delivered(), move.read(), std::nullopt};
  } else if (frame.has_set_registers()) {
    const auto& set = frame.set_registers();
    channel = &set.channel_id();
    registers::Set body;
    if (set.has_marked_unread()) body.marked_unread = set.marked_unread();
    if (set.has_muted_until()) body.muted_until = muted_until(set.muted_until());
    if (set.has_pinned()) body.pinned = set.pinned();
    if (set.has_archived()) body.archived = set.archived();
    command.body = body;
  } else if (frame.has_hide_messages()) {
    const auto& hide = frame.hide_messages();
    channel = &hide.channel_id();
    command.body = registers::Hide{hide.from(), hide.to()};
  } else {
    return std::nullopt;
  }
  auto id = ChannelId::from_bytes(*channel);
  if (!id) return fail(ErrorCode::invalid_argument, "channel_id has to be 16 bytes");
  command.channel = *id;
  return command;
}

void reply_error(Io& io, Reply& reply, const Error& error) {
  io.node().metrics->refused(error.code);
  v1::ServerFrame frame;
  wire::from_error(error, *frame.mutable_error());
  reply(frame);
}

void answer_question(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  switch (frame.body_case()) {
    case v1::ClientFrame::kGetInbox:
      return answer_inbox(io, caller, frame, std::move(reply));
    case v1::ClientFrame::kGetHistory:
      return answer_history(io, caller, frame, std::move(reply));
    case v1::ClientFrame::kGetContent:
      return answer_content(io, caller, frame, std::move(reply));
    case v1::ClientFrame::kGetVersions:
      return answer_versions(io, caller, frame, std::move(reply));
    case v1::ClientFrame::kGetChannel:
      return answer_channel(io, caller, frame, std::move(reply));
    case v1::ClientFrame::kGetReceipts:
      return answer_receipts(io, caller, frame, std::move(reply));
    case v1::ClientFrame::kTyping:
      return tell_typing(io, caller, frame, std::move(reply));
    default:
      return reply_error(io, reply, ErrorCode::unknown_request);
  }
}

void with_access(Io& io, const Caller& caller, const std::string& channel_id, Completion<Result<Access>> done) {
  auto id = ChannelId::from_bytes(channel_id);
  if (!id) return done(fail(ErrorCode::invalid_argument, "channel_id has to be 16 bytes"));
  inspect_channel(io.node(), *id, io.executor(),
                  [&io, alive = io.alive(), id = *id, account = caller.account,
                   done = std::move(done)](Result<const LoadedChannel*> found) mutable {
                    Result<Access> access = fail(ErrorCode::channel_unknown);
                    if (!found) {
                      access = fail(found.error());
                    } else if (*found != nullptr) {
                      const Member* member = (*found)->state().find(account);
                      if (member != nullptr) {
                        access = Access{id, *member, member->visible_head((*found)->state().head)};
                      }
                    }
                    io.executor().post([alive, access = std::move(access), done = std::move(done)]() mutable {
                      if (!alive.expired()) done(std::move(access));
                    });
                  });
}

void tell_typing(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  auto id = ChannelId::from_bytes(frame.typing().channel_id());
  if (!id) return reply_error(io, reply, {ErrorCode::invalid_argument, "channel_id has to be 16 bytes"});
  Owner& owner = io.node().owner_of(partition_of(*id));
  owner.executor().post([&owner, id = *id, account = caller.account, on = frame.typing().on()] {
    owner.inspect(id, [&owner, account, on](Result<const LoadedChannel*> found) {
      if (!found || *found == nullptr) return;
      const Channel& channel = (*found)->state();
      if (channel.find_active(account) == nullptr || !channel.blocked_by.empty()) return;
      std::vector<AccountId> others;
      for (const auto& [other, member] : channel.members) {
        if (member.active() && other != account) others.push_back(other);
      }
      v1::ServerFrame typing;
      typing.mutable_typing_now()->set_channel_id(std::string(channel.id.view()));
      typing.mutable_typing_now()->set_account(std::string(account.view()));
      typing.mutable_typing_now()->set_on(on);
      auto bytes = std::make_shared<const std::string>(wire::serialize(wire::Encoding::binary, typing));
      owner.outlet().push({PushKind::typing, channel.id, channel.head, channel.time, bytes, {}},
                          std::span<const AccountId>(others));
      owner.outlet().flush();
    });
  });
  // A hint is never waited for, and says nothing about who could see it.
  v1::ServerFrame ok;
  ok.mutable_ok();
  reply(ok);
}

}  // namespace parley
