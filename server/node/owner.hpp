// An owner runs the partitions of one shard: it loads channels, decides commands in batches, commits each batch once
// and only then answers and delivers (P1, P2). Everything happens on one executor; the store works behind its port.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <variant>
#include <vector>

#include "node/channel_cache.hpp"
#include "node/commit_log.hpp"
#include "node/directory.hpp"
#include "node/heard_lines.hpp"
#include "node/load_gate.hpp"
#include "node/metrics.hpp"
#include "node/outlet.hpp"
#include "node/salts.hpp"
#include "node/send_order.hpp"
#include "node/turn.hpp"
#include "ports/channel_store.hpp"
#include "ports/command_queue.hpp"
#include "ports/executor.hpp"
#include "ports/tracer.hpp"

namespace parley {

/// The epoch that a partition has in the store, its fence, is the queue's and, in so many low bits, how often the store
/// was opened again under it.
inline constexpr unsigned kFenceBits = 16;

/// The first epoch of a queue over a store in which the highest of a partition is `highest`.
constexpr Epoch first_epoch_above(Epoch highest) {
  return (highest >> kFenceBits) + 1;
}

/// Runs on the owner's executor with the committed state of a channel: nullptr when there is no such channel. Errors:
/// store_unavailable, damaged, stale_owner (this node does not own the channel).
using Inspection = std::move_only_function<void(Result<const LoadedChannel*>)>;

class Owner final : public PartitionConsumer {
 public:
  struct Settings {
    NodeId node;
    std::uint32_t shard = 0;
    std::uint32_t shards = 1;
    std::uint32_t ios = 1;
    std::size_t cached_channels = 100'000;
    std::size_t commands_per_turn = 4096;
    std::uint32_t preview_bytes = 16'384;
    QueueDelay* delay = nullptr;                // how far behind this owner is
    const SharedMemoryState* memory = nullptr;  // not roomy: fewer channels are kept
    Tracer* tracer = nullptr;
    /// Told of an account that is no longer a member of some channel, once that is committed. Owner's executor.
    std::function<void(const AccountId&)> parted;
    /// Something may have been committed that nobody was told: by an earlier owner of a partition, or when it was
    /// uncertain what was written. All sessions, of all nodes, have to ask. Owner's executor.
    std::function<void()> missed;
  };
  Owner(const Settings& settings, Executor& executor, ChannelStore& store, CommandQueue& queue, Clock& clock,
        Random& random, Outlet::ToIo to_io, RemoteNodes* remote, NodeMetrics& metrics);
  ~Owner() override;

  /// Starts to take commands. Owner's executor.
  void start();
  /// Takes nothing more; `done` runs when what is in flight is committed and answered. Owner's executor.
  void stop(Task done);

  void gained(PartitionId partition, Epoch epoch) override;
  void lost(PartitionId partition) override;
  void commands(PartitionId partition, std::vector<QueuedCommand> commands) override;

  /// Owner's executor; runs `inspection` at once or later, in a state that is committed.
  void inspect(const ChannelId& channel, Inspection inspection);
  /// Owner's executor; while memory is short, gives up half of the channels it holds, at most once a second. Turns do
  /// so by themselves; this is for an owner that has nothing to do.
  void trim();
  /// The last position of the partition that is committed; nullopt when this owner does not have the partition.
  [[nodiscard]] std::optional<Position> position_of(PartitionId partition) const;

  Directory& directory() { return directory_; }
  Outlet& outlet() { return outlet_; }
  [[nodiscard]] Executor& executor() { return executor_; }

 private:
  /// Of what one session sends to one channel.
  using Line = std::tuple<ChannelId, NodeId, std::uint64_t>;

  struct Partition {
    Epoch epoch = 0;  // the queue's
    Epoch fence = 0;  // the store's: the queue's epoch and how often the store was reopened since
    Position position = 0;
    bool ready = false;           // taken over in the store
    std::vector<TurnItem> early;  // came before it was ready
    std::uint64_t first = 0;      // number of the oldest command not done
    std::deque<bool> finished;    // from `first` on
  };

  void take_over(PartitionId partition);
  void give_up(PartitionId partition);
  void take_over_failed(PartitionId partition, const Error& error);
  void tell_missed();
  void wait(TurnItem item);
  void schedule();
  void run_turn();
  void load(std::vector<ChannelId> channels);
  void loaded(const ChannelId& channel, Result<void> result);
  void decide_all(Result<StoreAnswer> found);
  void commit();
  void committed(const std::vector<std::pair<PartitionId, Epoch>>& batches, const std::vector<Result<void>>& results);
  void finish_turn(const std::function<const Error*(const TurnItem&)>& error_of);
  void end_turn();
  void tell_delay();
  bool defer_totals(TurnItem& item);
  void scan_totals(QueuedCommand command, Seq from, Seq to, Totals totals, bool upwards);
  void store_failed();
  void reopen();
  void answer_while_down();
  void inspect_stored(const ChannelId& channel, Inspection inspection);
  /// Its partition was lost since it came, and perhaps gained again: the queue has handed it to who owns it now.
  [[nodiscard]] bool handed_on(const TurnItem& item) const;
  void finish(const TurnItem& item);
  /// For those who follow a send; cost nothing while nobody does.
  void trace(TraceStage stage);
  void trace_commit(const std::map<PartitionId, Error>& failed);
  void refuse(const TurnItem& item, const Error& error);
  bool refuse_behind(const TurnItem& item);
  bool is_behind_unheard(const TurnItem& item, const Line& line);

  Settings settings_;
  Executor& executor_;
  ChannelStore& store_;
  CommandQueue& queue_;
  Clock& clock_;
  Salts salts_;
  NodeMetrics& metrics_;
  Directory directory_;
  Outlet outlet_;
  ChannelCache cache_;
  std::array<std::optional<Partition>, kPartitions> partitions_;
  std::deque<TurnItem> waiting_;
  std::map<ChannelId, std::vector<TurnItem>> parked_;  // until their channel is loaded
  std::unique_ptr<Turn> turn_;                         // the one in flight
  Duration turn_started_{};
  Duration shrunk_at_{};
  bool scheduled_ = false;
  bool reopening_ = false;
  std::optional<Error> down_;  // why the store could not be opened again yet
  static constexpr Duration kFirstReopenDelay{200};
  Duration reopen_delay_ = kFirstReopenDelay;
  CommitLog commits_;
  static std::optional<Line> line_of(const TurnItem& item);
  SendOrder<Line> order_{65'536};
  HeardLines<Line> heard_{4096};
  bool forget_ = false;  // the cache, when the turn has ended
  bool untold_ = false;  // see Settings::missed
  std::size_t taking_over_ = 0;
  bool stopping_ = false;
  Task stopped_;
  std::shared_ptr<bool> alive_;
};

}  // namespace parley
