// MemoryChannelStore: the channel store without a disk, for tests and the simulator. What is "stored" lies in a
// MemoryDisk, which outlives the store as a disk outlives a process. Deterministic: everything happens in tasks of the
// caller's executor, in the order asked.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/channel_store.hpp"

namespace parley {

/// What is stored. A test may look at it or damage it while no store works on it.
struct MemoryDisk {
  explicit MemoryDisk(Incarnation id) : incarnation(id) {}

  struct StoredLog {
    std::map<Seq, std::string> events;
    std::map<std::pair<AccountId, SendId>, std::string> outcomes;
    std::map<AccountId, std::string> members;
    std::map<Seq, std::string> annotations;
    std::string head;
    std::string card;
  };
  struct Image {
    std::map<ChannelId, StoredLog> channels;
    std::map<AccountId, std::map<ChannelId, bool>> lists;
    std::map<PartitionId, PartitionState> partitions;
  };

  const Incarnation incarnation;
  Image image;
  std::mutex mutex;  // of `image`, for stores on different threads
};

/// What the simulator makes happen. Empty functions: nothing.
struct MemoryStoreFaults {
  enum class Fate : std::uint8_t { ok, disk_full, unavailable_kept, unavailable_lost, unavailable_torn };
  /// Asked when a commit or take_over reaches the disk, in order, while the store is open. `unavailable_…` closes it
  /// for writing; what is `kept` is seen once it is opened again, and of what is `torn` only some batches are.
  std::function<Fate()> commit;
  /// Asked for a commit that ends torn, also for the oldest one that a crash does not keep: how many of its batches,
  /// from the first on, are on the disk. Empty: none.
  std::function<std::size_t(std::size_t batches)> torn;
  /// Asked once per reopen; an error is its answer, and the store stays closed.
  std::function<Result<void>()> reopen;
  /// How long a commit, take_over or reopen takes. Order is kept whatever it says.
  std::function<Duration()> commit_delay;
  /// How long it takes until a read is done, and from then until the answer is there, which may be an old one by then.
  std::function<Duration()> read_delay;
  std::function<Duration()> answer_delay;
  /// Asked once per read; an error is its answer.
  std::function<Result<void>()> read;
};

class MemoryChannelStore final : public ChannelStore {
 public:
  explicit MemoryChannelStore(std::shared_ptr<MemoryDisk> disk, MemoryStoreFaults faults = {});
  /// As a crash that loses everything in flight: no completion runs afterwards.
  ~MemoryChannelStore() override;

  void commit(std::vector<PartitionBatch> batches, Executor& executor,
              Completion<std::vector<Result<void>>> done) override;
  void read(StoreQuery query, Executor& executor, Completion<Result<StoreAnswer>> done) override;
  void channels_of(AccountId account, Executor& executor, Completion<Result<std::vector<ChannelId>>> done) override;
  void take_over(PartitionId partition, Epoch epoch, Executor& executor,
                 Completion<Result<PartitionState>> done) override;
  void reopen(Executor& executor, Completion<Result<void>> done) override;
  [[nodiscard]] Incarnation incarnation() const override;

  /// Commits, take_overs and reopens called but not yet on the disk.
  [[nodiscard]] std::size_t in_flight() const;
  /// The process dies: of what is in flight the `kept` oldest reach the disk, the rest is lost, nobody hears of either.
  void crash(std::size_t kept);

  /// The highest epoch any partition has: a command queue starts above it.
  [[nodiscard]] Epoch highest_epoch() const;
  /// Of what is on the disk now.
  [[nodiscard]] std::unique_ptr<ChannelStoreScan> scan() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace parley
