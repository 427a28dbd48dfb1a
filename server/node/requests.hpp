// Requests that ask, and registers: everything of the live protocol that is neither a command nor a session's own.
#pragma once

#include <optional>

#include "chat/command.hpp"
#include "node/io.hpp"

namespace parley {

/// The register command in `frame`; nullopt where it holds none.
std::optional<Result<RegisterCommand>> to_register_command(const Caller& caller, const v1::ClientFrame& frame, Time now,
                                                           const ChannelLimits& limits);

/// Answers inbox, history, channel, receipts, content, versions and typing; `unknown_request` for anything else.
void answer_question(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);

// One file each.
void answer_inbox(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);
void answer_history(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);
void answer_content(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);
void answer_versions(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);
void answer_channel(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);
void answer_receipts(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);
void tell_typing(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply);

void reply_error(Io& io, Reply& reply, const Error& error);

/// A member's way into a channel's history, taken from committed state.
struct Access {
  ChannelId channel;
  Member member;
  Seq head = 0;  // the last seq the member may see, of the channel as it was when membership was checked

  /// Nothing that came since: whoever is a member here may have been removed before it.
  [[nodiscard]] bool sees(Seq seq) const { return seq <= head && member.sees(seq); }
};
/// `done` runs on the io executor. `channel_unknown` for who never was a member.
void with_access(Io& io, const Caller& caller, const std::string& channel_id, Completion<Result<Access>> done);

}  // namespace parley
