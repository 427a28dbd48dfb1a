// How a channel as a device knows it follows from what the server says. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "client/types.hpp"

namespace parley::v1 {
class Event;
class EventHeader;
class InboxRow;
class Registers;
}  // namespace parley::v1

namespace parley::client {

/// Everything of the row but badge and digest. The head only grows. `overtaken`: events after the row's head have
/// changed title, avatar, members or role already, so that these and what is visible stay as they are.
void take_row(ChannelState& channel, const v1::InboxRow& row, bool overtaken);
void take_registers(ChannelState& channel, const v1::Registers& registers);

/// Up to where what is stored agrees with the history that `row` speaks of. Within one incarnation all of it does
/// unless a digest says otherwise; after a change of incarnation only what a common (seq, digest) proves. `proven` is
/// false where that digest is still to be asked for, at `until`.
struct Agreed {
  Seq until = 0;
  bool proven = true;
};
Agreed agreed_until(const ChannelState& channel, const v1::InboxRow& row, const Incarnation& incarnation);
/// The last point up to `most` whose digest can be asked for, because the event there carries it; 0 = none.
Seq last_askable_point(const ChannelState& channel, Seq most);
/// Remembers the digest at the row's head, or at the event, if it has one. Few are kept, the newest closest together.
void remember_digest(ChannelState& channel, const v1::InboxRow& row);
void remember_digest(ChannelState& channel, const v1::Event& event);
/// Forgets all that came after `last`: of what is had, points and wishes; `forget_after` also head, badge and cursors.
void forget_history_after(ChannelState& channel, Seq last);
void forget_after(ChannelState& channel, Seq last);

/// Whether the channel was left, and `seq` came after that: whoever is told of it is in again.
bool is_beyond_membership(const ChannelState& channel, Seq seq);
/// The event makes `me` see the channel from now on, or again: extends `visible`.
void take_admission(ChannelState& channel, const v1::EventHeader& header, const AccountId& me);
/// What an event changes of title, avatar, members and role; false: nothing.
bool take_event(ChannelState& channel, const v1::EventHeader& header, const AccountId& me);
/// What an event adds to the badge of `me`: messages of others do.
struct Counts {
  bool unread = false;
  bool mention = false;
};
Counts counts_for(const v1::EventHeader& header, const AccountId& me);

}  // namespace parley::client
