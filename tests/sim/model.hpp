// The reference model: what a channel is according to its log, worked out in the simplest way there is. It shares
// nothing with server/chat: it reads the protobuf headers that clients read, keeps plain maps, and counts by counting.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "parley/v1/events.pb.h"

namespace parley::sim {

struct ModelMember {
  v1::Role role = v1::ROLE_UNSPECIFIED;      // unspecified: was a member, is no longer
  std::vector<std::pair<Seq, Seq>> visible;  // both ends included; 0: open
  Seq joined = 0;                            // the event that began the present membership, or the last one
  Time left_at = kNever;                     // when the model learned that the last membership had ended
  [[nodiscard]] bool active() const { return role != v1::ROLE_UNSPECIFIED; }
};

struct ModelMessage {
  AccountId author;
  std::set<AccountId> mentions;
  bool deleted = false;
  std::vector<Seq> edits;
  std::map<AccountId, Seq> reactions;  // whose slot is full, and the event that says with what
};

struct ModelInvitation {
  std::string secret_hash;
  Time expires = kNever;
  std::uint32_t uses_left = 0;
  bool unlimited = false;
};

struct ModelChannel {
  v1::ChannelKind kind = v1::CHANNEL_KIND_UNSPECIFIED;
  std::string title, description, avatar;
  std::vector<std::pair<Seq, std::string>> titles;  // every one it had, and since which event
  v1::ChannelSettings settings;
  bool hidden = false;
  std::set<AccountId> blocked_by;
  std::uint64_t crypto_epoch = 0;
  std::map<std::string, ModelInvitation> invitations;  // by id
  std::map<AccountId, ModelMember> members;
  std::map<Seq, ModelMessage> messages;
  std::map<Seq, Seq> targets;  // of edits and reactions: event -> message
  std::map<Seq, Seq> erased;   // events whose content must go: by which event
  std::map<std::pair<AccountId, SendId>, Seq> sends;
  std::vector<std::string> headers;  // as stored; [0] is seq 1
  Seq head = 0;
  Time blocked_at = kNever;  // when the model learned of the first of the present blocks

  /// The next event. `has_content`: it came with content, whether or not that is still there. `now`: virtual time.
  void add(const v1::EventHeader& header, std::string bytes, bool has_content, Time now);

  [[nodiscard]] const ModelMember* find(const AccountId& account) const;
  [[nodiscard]] bool is_active(const AccountId& account) const;
  /// Active, or no longer so for less than `grace`.
  [[nodiscard]] bool was_active(const AccountId& account, Time now, Duration grace) const;
  [[nodiscard]] bool sees(const AccountId& account, Seq seq) const;
  /// The last seq that the account may see.
  [[nodiscard]] Seq visible_head(const AccountId& account) const;
  [[nodiscard]] std::uint32_t active_members() const;
  [[nodiscard]] std::uint64_t messages_up_to(Seq seq) const;
  [[nodiscard]] std::uint64_t own_up_to(const AccountId& account, Seq seq) const;
  [[nodiscard]] std::uint64_t mentions_up_to(const AccountId& account, Seq seq) const;
  /// Messages of others after `read`, and those of them that mention the account.
  [[nodiscard]] std::uint64_t unread(const AccountId& account, Seq read) const;
  [[nodiscard]] std::uint64_t unread_mentions(const AccountId& account, Seq read) const;
};

/// A member's cursors, for the ticks.
struct ModelCursors {
  Seq delivered = 0, read = 0;
  bool hide_read = false;
};
/// The lowest cursor of all other members, as the viewer is told.
ModelCursors ticks_for(const ModelChannel& channel, const std::map<AccountId, ModelCursors>& cursors,
                       const AccountId& viewer);

}  // namespace parley::sim
