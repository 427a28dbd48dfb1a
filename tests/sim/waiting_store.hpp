// A ChannelStore with threads of its own, in the simulated world: what it is asked it does at once, beside the world,
// and its answer comes when virtual time says so. Virtual time waits for the store there, so it never runs ahead of it.
#pragma once

#include <functional>
#include <memory>

#include "ports/channel_store.hpp"

namespace parley::sim {

/// What a WaitingStore asks, always on the world's thread.
struct StoreTimes {
  std::function<Duration()> commit_takes;
  std::function<Duration()> read_takes;
  /// An answer has come in. False: it reaches nobody.
  std::function<bool()> answered;
  /// A commit or take_over has been answered by the store.
  std::function<void()> written;
  /// A partition was taken over, and nothing was written in it since.
  std::function<void(PartitionId partition, const PartitionState& state)> taken_over;
  /// A batch is on its way to the store.
  std::function<void(const PartitionBatch& batch)> commits;
  /// The store has answered that all events of `channel` up to `head` are committed, or what they are.
  std::function<void(const ChannelId& channel, Seq head)> committed;
  /// The process is gone: from here on nothing is asked.
  std::function<void()> closed;
};

/// The world's thread. Ends the process when the store does not answer within a minute of real time.
class WaitingStore final : public ChannelStore {
 public:
  /// `store` lives until `closed` is called, at the end.
  WaitingStore(ChannelStore& store, StoreTimes times);
  ~WaitingStore() override;
  WaitingStore(const WaitingStore&) = delete;
  WaitingStore& operator=(const WaitingStore&) = delete;

  void commit(std::vector<PartitionBatch> batches, Executor& executor,
              Completion<std::vector<Result<void>>> done) override;
  void read(StoreQuery query, Executor& executor, Completion<Result<StoreAnswer>> done) override;
  void channels_of(AccountId account, Executor& executor, Completion<Result<std::vector<ChannelId>>> done) override;
  void take_over(PartitionId partition, Epoch epoch, Executor& executor,
                 Completion<Result<PartitionState>> done) override;
  void reopen(Executor& executor, Completion<Result<void>> done) override;
  [[nodiscard]] Incarnation incarnation() const override { return incarnation_; }

 private:
  template <class T>
  auto answer(Executor& executor, Duration delay, bool writes, Completion<T> done);

  ChannelStore& store_;
  const Incarnation incarnation_;
  std::shared_ptr<StoreTimes> times_;
};

/// Runs what is posted where it is posted, for stores whose answers nobody has to order.
class HereExecutor final : public Executor {
 public:
  void post(Task task) override { task(); }
  void post_after(Duration delay, Task task) override;
};

}  // namespace parley::sim
