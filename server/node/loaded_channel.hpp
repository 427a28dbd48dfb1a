// A channel in its owner's memory: its state, where its records stand, and what a batch has changed but not yet stored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/result.hpp"
#include "chat/channel.hpp"
#include "ports/channel_store.hpp"
#include "wire/records.hpp"

namespace parley {

/// Running totals of members are exact in the store up to `members_as_of`; the events after it, at most this many, are
/// applied again when the channel is loaded.
inline constexpr Seq kSnapshotEvery = 64;
/// Events whose shape is kept in memory (or up to twice as many), so that totals at a recent seq need no read.
inline constexpr std::size_t kRecentEvents = 128;

class LoadedChannel {
 public:
  /// A channel that does not exist yet.
  explicit LoadedChannel(ChannelId id);
  /// From its stored records; `tail` are the opened events from `members_as_of`+1 to the head, in order. `damaged` when
  /// the records contradict each other.
  static Result<LoadedChannel> from_store(ChannelId id, const StoredChannel& stored,
                                          const std::vector<wire::OpenedEvent>& tail);
  /// The seqs of the tail that `from_store` needs; empty when from > to.
  static Result<Interval> tail_of(const StoredChannel& stored);

  [[nodiscard]] const Channel& state() const { return state_; }
  [[nodiscard]] const Digest& digest() const { return digest_; }
  [[nodiscard]] Position position() const { return position_; }
  /// The position of the last change of any kind: neither position() nor a member's is above it.
  [[nodiscard]] Position last_position() const { return last_position_; }
  [[nodiscard]] const Floors& floors() const { return floors_; }
  /// state().active_members(), without counting them again for every row of an inbox.
  [[nodiscard]] std::size_t active_members() const { return active_members_; }

  /// True: no outcome is stored under this send_id, and the store need not be asked. Send_ids ascend with time
  /// (UUIDv7), so this answers for all but retries and devices of one account whose clocks disagree; never for other
  /// ids.
  [[nodiscard]] bool is_new(const AccountId& account, const SendId& send_id) const;
  /// An outcome goes with what collect() gathers next.
  void note_outcome(const AccountId& account, const SendId& send_id);

  /// Applies and seals `event`, and notes what has to be stored with it.
  wire::SealedEvent append(const Event& event, const wire::Salt& salt);
  /// Sets the member's registers, which `position` will store.
  void set_registers(const AccountId& account, Member member);

  /// The totals of `member` at `seq`; nullopt when that lies before what is remembered.
  [[nodiscard]] std::optional<Totals> totals_at(const AccountId& account, Seq seq) const;

  /// Moves what has changed into `batch` and counts it as stored at `position`. Returns whether the floors moved.
  bool collect(Position position, ChannelBatch& batch);
  [[nodiscard]] bool changed() const { return changed_; }

 private:
  struct Brief {
    Seq seq = 0;
    AccountId author;
    bool is_message = false;
    std::uint64_t count = 0;
    std::vector<AccountId> mentions;
  };
  void remember(const Event& event);
  void note_totals(const Event& event);
  [[nodiscard]] Member stored_form(const AccountId& account, const Member& member) const;

  Channel state_;
  Digest digest_{};
  Position position_ = 0;
  Position last_position_ = 0;
  Floors floors_;
  std::size_t active_members_ = 0;
  Seq members_as_of_ = 0;
  /// Totals at members_as_of_ of those members whose totals have changed since.
  std::map<AccountId, Totals> base_totals_;
  /// The greatest send_id of version 7 with an outcome: of all, of those stored when the channel was loaded, of each
  /// account since. nullopt: not known.
  std::optional<SendId> greatest_ = SendId();
  std::optional<SendId> greatest_stored_ = SendId();
  std::map<AccountId, SendId> greatest_since_;
  std::vector<Brief> recent_;  // the last ones, at least kRecentEvents where there are so many

  bool changed_ = false;
  bool outcome_noted_ = false;
  bool told_all_ = false;  // an event was appended since the last collect
  bool card_changed_ = false;
  bool snapshot_due_ = false;
  std::set<AccountId> registers_changed_;
  std::set<AccountId> joined_;
};

}  // namespace parley
