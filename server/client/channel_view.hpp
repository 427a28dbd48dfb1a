// How a channel as a device knows it follows from what the server says. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "client/types.hpp"

namespace parley::v1 {
class EventHeader;
class InboxRow;
class Registers;
}  // namespace parley::v1

namespace parley::client {

/// Everything of the row but badge and digest. The head only grows.
void take_row(ChannelState& channel, const v1::InboxRow& row);
void take_registers(ChannelState& channel, const v1::Registers& registers);

/// The last seq up to which what is stored agrees with the history that `row` speaks of: all of it within one
/// incarnation unless a digest says otherwise; after a change of incarnation what a common (seq, digest) proves, else
/// 0.
Seq agreed_until(const ChannelState& channel, const v1::InboxRow& row, const Incarnation& incarnation);
/// Remembers the digest at the row's head, if it has one. Few are kept, the newest closest together.
void remember_digest(ChannelState& channel, const v1::InboxRow& row);
/// Forgets all that came after `last`.
void forget_after(ChannelState& channel, Seq last);

/// The event makes `me` see the channel from now on, or again: extends `visible`.
void take_admission(ChannelState& channel, const v1::EventHeader& header, const AccountId& me);
/// What an event changes of title, members, roles and badge.
void take_event(ChannelState& channel, const v1::EventHeader& header, const AccountId& me);
/// What an event adds to the badge of `me`: messages of others do.
struct Counts {
  bool unread = false;
  bool mention = false;
};
Counts counts_for(const v1::EventHeader& header, const AccountId& me);

}  // namespace parley::client
