// A channel is a state machine over its own log:
//
//     decide(channel, command) -> event | refusal     pure
//     apply(channel, event)    -> channel             pure, never needs content, understands all old events for ever
//
// No I/O, no clock, no thread. Two owners that see the same commands make the same events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "chat/command.hpp"
#include "chat/event.hpp"

namespace parley {

/// Seqs from..to, both included; to = 0: open.
struct Interval {
  Seq from = 0;
  Seq to = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// One per account that is or was a member.
struct Member {
  Role role = Role::none;           // none: was a member, is no longer
  std::vector<Interval> intervals;  // what the account may see, ascending, disjoint
  Time since = kNever;
  // totals, kept by apply
  std::uint64_t own = 0;
  std::uint64_t mentions = 0;
  // registers
  Seq delivered = 0;
  Seq read = 0;
  Time delivered_at = kNever;
  Time read_at = kNever;
  Totals at_read;  // totals remembered at `read`
  bool marked_unread = false;
  Time muted_until = kNever;  // Time::max() = for ever
  bool pinned = false;
  bool archived = false;
  bool hide_read = false;
  std::vector<Interval> hidden;  // deleted for me: ascending, disjoint, not adjacent
  Position position = 0;         // commit position of the last change of these registers

  [[nodiscard]] bool active() const { return role != Role::none; }
  [[nodiscard]] bool sees(Seq seq) const;
  [[nodiscard]] bool hides(Seq seq) const;
  /// The last seq up to `head` that the account may see; 0 = none.
  [[nodiscard]] Seq visible_head(Seq head) const;
  friend bool operator==(const Member&, const Member&) = default;
};

struct Invitation {
  InvitationId id;
  Digest secret_hash{};
  Time expires = kNever;  // kNever = no end
  std::uint32_t uses_left = 0;
  bool unlimited = false;
  AccountId by;
  friend bool operator==(const Invitation&, const Invitation&) = default;
};

struct Channel {
  ChannelId id;
  ChannelKind kind = ChannelKind::group;
  std::string title, description, avatar;
  ChannelSettings settings;
  bool hidden = false;                  // made by a block, nothing said yet
  std::vector<AccountId> blocked_by;    // direct only: who of the two blocks the other, ascending
  std::vector<Invitation> invitations;  // live ones
  std::uint64_t crypto_epoch = 0;
  std::map<AccountId, Member> members;  // past members too

  Seq head = 0;             // 0: the channel does not exist yet
  Time time = kNever;       // of the event at head
  std::uint64_t count = 0;  // messages so far

  [[nodiscard]] bool exists() const { return head != 0; }
  [[nodiscard]] const Member* find(const AccountId& account) const;
  [[nodiscard]] const Member* find_active(const AccountId& account) const;
  [[nodiscard]] std::size_t active_members() const;
  friend bool operator==(const Channel&, const Channel&) = default;
};

/// Ids that follow from who takes part (UUIDv8 of a SHA-256 with a fixed tag). The pair's order does not matter.
ChannelId direct_channel_id(const AccountId& a, const AccountId& b);
ChannelId self_channel_id(const AccountId& account);
ChannelId account_channel_id(const AccountId& account);

/// The one event that follows from `command`, with seq = head + 1 and time = max(previous, now); or the refusal.
/// A fact that `command` or `facts` lack counts as "no such account" or "no such event". What only the server's own
/// jobs issue is `not_allowed` from a device.
Result<Event> decide(const Channel& channel, const Command& command, const LogFacts& facts);
/// True if `refusal` is an outcome and is kept under its send_id: the account is or was a member, and the same command
/// cannot succeed later (after `stale_epoch` it is sent again with the same send_id). Any other leaves no trace.
bool refusal_is_kept(const Channel& channel, const Command& command, ErrorCode refusal);
/// A Create of a direct, self or account channel that is there already, by one who takes part: not a refusal for the
/// one who asked, but posted(1).
bool creates_existing_pair(const Channel& channel, const Command& command);

/// Requires event.seq == channel.head + 1.
void apply(Channel& channel, const Event& event);

/// What the account's registers become; the member record as it will be. Cursors only grow: a smaller value is ignored
/// and the member comes back unchanged. `seq_in_future` above the visible head.
Result<Member> change_registers(const Channel& channel, const RegisterCommand& command);

// ---- arithmetic (P4, P5) ----------------------------------------------------------------------------------------

struct Badge {
  std::uint64_t unread = 0;
  std::uint64_t mentions = 0;
  friend bool operator==(const Badge&, const Badge&) = default;
};
Badge badge(const Channel& channel, const Member& member);

/// What all others have received and read, from one viewer's side: the lowest cursor of the other active members.
/// `read` skips who hides read receipts, and is 0 for a viewer who hides, and where all others do. Where there is no
/// other member: the head in one's own channel (self, account), else 0.
struct Floor {
  Seq delivered = 0;
  Seq read = 0;
  friend bool operator==(const Floor&, const Floor&) = default;
};
/// Floors of all viewers in O(members): the lowest value, who holds it, and the next one.
class Floors {
 public:
  explicit Floors(const Channel& channel);
  Floors() = default;
  [[nodiscard]] Floor for_viewer(const AccountId& viewer, bool viewer_hides_read) const;
  friend bool operator==(const Floors&, const Floors&) = default;

 private:
  struct Lowest {
    Seq value = 0, next = 0;
    AccountId holder;
    std::uint32_t members = 0;
    friend bool operator==(const Lowest&, const Lowest&) = default;
  };
  Lowest delivered_, read_;
  Seq alone_ = 0;  // for the only member there is
};

}  // namespace parley
