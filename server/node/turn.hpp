// One batch of an owner: what waits is decided against channels in memory, gathered per channel, committed together and
// then told. A Turn holds the commands and what follows from them; it does no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "node/loaded_channel.hpp"
#include "node/outlet.hpp"
#include "node/salts.hpp"
#include "ports/channel_store.hpp"
#include "ports/command_queue.hpp"

namespace parley {

struct TurnItem {
  QueuedCommand queued;
  std::move_only_function<void(Result<const LoadedChannel*>)> inspection;  // set: there is no command
  ChannelId channel;
  Duration since{};                     // when it came to the owner, by uptime
  std::optional<std::uint64_t> number;  // of a command from the queue, in its partition
  Epoch epoch = 0;                      // of the partition then, and in the turn; number counts from its beginning
};

/// A run of events that the same accounts are told.
struct EventGroup {
  std::vector<wire::SealedEvent> events;
  Seq last = 0;
  Time time = kNever;
  /// Who is told, where this event or a later one of the turn changed that; empty: the members at the end of the turn.
  std::vector<AccountId> told;
  /// Set for an edit or a reaction, alone in its group: who cannot see this message gets the event without content.
  Seq target = 0;
};

/// What happened to one channel in the turn.
struct ChannelTurn {
  LoadedChannel* channel = nullptr;
  ChannelBatch batch;
  std::vector<EventGroup> groups;
  std::set<AccountId> registers_of;  // whose sessions learn their registers
  std::vector<AccountId> parted;     // no longer members
  bool was_hidden = false;           // nobody has been told of it but who asked
  Floors floors_before;
  bool floors_moved = false;
  std::map<AccountId, bool>
      hid_before;  // who changed whether it hides when it has read: its own view of floors changes
};

class Turn {
 public:
  explicit Turn(std::vector<TurnItem> items) : items_(std::move(items)) {}

  /// What the store has to be asked before anything is decided: nothing about a send_id of which `is_new` says that it
  /// has no outcome. Commands that must not share a turn (the same send_id,
  /// or the same target, twice) are moved to `deferred`, and with them what follows on their channel.
  StoreQuery first_query(std::vector<TurnItem>& deferred, const std::function<bool(const Command&)>& is_new);
  /// Takes the answer; what is needed on top: the events whose content a deletion or a changed reaction takes along.
  /// May be empty.
  Result<StoreQuery> second_query(StoreAnswer answer);
  void take_second(StoreAnswer answer);

  /// Decides item `i`; `channel` is loaded. Returns the error where the item's command leaves no trace.
  void decide(std::size_t i, LoadedChannel& channel, Salts& salts);

  /// After all were decided: what each partition commits. `position_of(partition)` is the position of the new batch.
  std::vector<PartitionBatch> batches(const std::function<std::pair<Epoch, Position>(PartitionId)>& stand);

  /// After the commit: tells everybody about the partitions of which `committed_under` knows the epoch; the others were
  /// not committed.
  void tell(Outlet& outlet, const std::function<std::optional<Epoch>(PartitionId)>& committed_under,
            std::uint32_t preview_bytes);

  [[nodiscard]] std::vector<TurnItem>& items() { return items_; }
  [[nodiscard]] const std::map<ChannelId, ChannelTurn>& channels() const { return channels_; }
  /// What tell() will answer.
  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }
  [[nodiscard]] std::size_t events() const { return events_; }
  /// By index of the body.
  [[nodiscard]] const std::array<std::size_t, std::variant_size_v<EventBody>>& events_by_kind() const {
    return events_by_kind_;
  }
  /// Outcomes of this turn, by result; retries of earlier sends count again.
  [[nodiscard]] std::size_t posted() const { return posted_; }
  [[nodiscard]] const std::vector<ErrorCode>& refused() const { return refused_; }

 private:
  /// Where the answers to an item's questions stand in the StoreAnswer.
  struct Asked {
    std::optional<std::size_t> outcome;  // nullopt: there is none
    std::size_t first_target = 0;
    std::vector<Seq> targets;
    std::vector<std::pair<Seq, std::size_t>> erasures;  // edits and reactions: index in the second answer
  };
  void decide_command(std::size_t i, const Command& command, LoadedChannel& channel, Salts& salts);
  void decide_registers(const RegisterCommand& command, const Origin& origin, LoadedChannel& channel);
  [[nodiscard]] const std::string* stored_outcome(const Asked& asked) const;
  [[nodiscard]] LogFacts facts(const Asked& asked, const Command& command) const;
  [[nodiscard]] Result<wire::Annotation> annotation(const Asked& asked, Seq target) const;
  Result<void> annotate(const Asked& asked, const Event& event, ChannelBatch& batch) const;
  Result<void> erase(const Asked& asked, const Event& event, ChannelBatch& batch) const;
  ChannelTurn& of(LoadedChannel& channel);
  void tell_channel(Outlet& outlet, ChannelTurn& turn, Epoch epoch, std::uint32_t preview_bytes);

  std::vector<TurnItem> items_;
  std::vector<Asked> asked_;
  StoreAnswer first_;
  StoreAnswer second_;
  std::map<ChannelId, ChannelTurn> channels_;
  std::vector<Answer> answers_;
  std::size_t events_ = 0;
  std::array<std::size_t, std::variant_size_v<EventBody>> events_by_kind_{};
  std::size_t posted_ = 0;
  std::vector<ErrorCode> refused_;
};

}  // namespace parley
