#include "sim/waiting_store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "wire/records.hpp"

namespace parley::sim {
namespace {

constexpr std::chrono::seconds kLongest{60};

HereExecutor here;

/// Where a thread of the store leaves its answer.
template <class T>
class Slot {
 public:
  void put(T value) {
    {
      const std::lock_guard lock(mutex_);
      value_.emplace(std::move(value));
    }
    filled_.notify_one();
  }
  T take() {
    std::unique_lock lock(mutex_);
    if (!filled_.wait_for(lock, kLongest, [this] { return value_.has_value(); })) {
      std::fprintf(stderr, "the store does not answer\n");
      std::abort();
    }
    return std::move(*value_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::optional<T> value_;
};

std::vector<std::pair<ChannelId, Seq>> heads_of(const PartitionBatch& batch) {
  std::vector<std::pair<ChannelId, Seq>> heads;
  for (const auto& channel : batch.channels) {
    if (!channel.events.empty()) heads.emplace_back(channel.channel, channel.events.back().seq);
  }
  return heads;
}

}  // namespace

void HereExecutor::post_after(Duration /*delay*/, Task /*task*/) {
  std::fprintf(stderr, "a store has timers of its own\n");
  std::abort();
}

WaitingStore::WaitingStore(ChannelStore& store, StoreTimes times)
    : store_(store), incarnation_(store.incarnation()), times_(std::make_shared<StoreTimes>(std::move(times))) {}

WaitingStore::~WaitingStore() {
  times_->closed();
}

/// Where the store is to leave its answer, for `done` to get it on `executor` when `delay` is over.
template <class T>
auto WaitingStore::answer(Executor& executor, Duration delay, bool writes, Completion<T> done) {
  auto slot = std::make_shared<Slot<T>>();
  executor.post_after(delay, [slot, times = times_, writes, done = std::move(done)]() mutable {
    T value = slot->take();
    if (writes) times->written();
    if (times->answered()) done(std::move(value));
  });
  return [slot](T value) { slot->put(std::move(value)); };
}

void WaitingStore::commit(std::vector<PartitionBatch> batches, Executor& executor,
                          Completion<std::vector<Result<void>>> done) {
  std::vector<std::vector<std::pair<ChannelId, Seq>>> heads;
  for (const PartitionBatch& batch : batches) {
    times_->commits(batch);
    heads.push_back(heads_of(batch));
  }
  auto told = [times = times_, heads = std::move(heads), done = std::move(done)](auto results) mutable {
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i]) continue;
      for (const auto& [channel, head] : heads[i]) times->committed(channel, head);
    }
    done(std::move(results));
  };
  auto put = answer<std::vector<Result<void>>>(executor, times_->commit_takes(), true, std::move(told));
  store_.commit(std::move(batches), here, std::move(put));
}

void WaitingStore::read(StoreQuery query, Executor& executor, Completion<Result<StoreAnswer>> done) {
  std::vector<ChannelId> of;
  for (const EventRange& range : query.events) of.push_back(range.channel);
  auto told = [times = times_, of = std::move(of), channels = query.channels,
               done = std::move(done)](Result<StoreAnswer> found) mutable {
    if (found) {
      for (std::size_t i = 0; i < of.size(); ++i) {
        if (!found->events[i].empty()) times->committed(of[i], found->events[i].back().seq);
      }
      for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto head = found->channels[i] ? wire::decode_head(found->channels[i]->head) : fail(ErrorCode::not_found);
        if (head) times->committed(channels[i], head->seq);
      }
    }
    done(std::move(found));
  };
  auto put = answer<Result<StoreAnswer>>(executor, times_->read_takes(), false, std::move(told));
  store_.read(std::move(query), here, std::move(put));
}

void WaitingStore::channels_of(AccountId account, Executor& executor, Completion<Result<std::vector<ChannelId>>> done) {
  auto put = answer<Result<std::vector<ChannelId>>>(executor, times_->read_takes(), false, std::move(done));
  store_.channels_of(account, here, std::move(put));
}

void WaitingStore::take_over(PartitionId partition, Epoch epoch, Executor& executor,
                             Completion<Result<PartitionState>> done) {
  auto told = [times = times_, partition, done = std::move(done)](Result<PartitionState> state) mutable {
    if (state) times->taken_over(partition, *state);
    done(std::move(state));
  };
  auto put = answer<Result<PartitionState>>(executor, times_->commit_takes(), true, std::move(told));
  store_.take_over(partition, epoch, here, std::move(put));
}

void WaitingStore::reopen(Executor& executor, Completion<Result<void>> done) {
  auto put = answer<Result<void>>(executor, times_->commit_takes(), true, std::move(done));
  store_.reopen(here, std::move(put));
}

}  // namespace parley::sim
