#include "app/exchange/store_writer.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace parley::exchange {
namespace {

/// Enough for a sync to cost little beside the writing.
constexpr std::size_t kCommitBytes = 4U << 20U;
/// One is being written while the next one is collected.
constexpr std::size_t kMostUnderWay = 2;

std::size_t size_of(const ChannelBatch& batch) {
  std::size_t bytes = batch.head.size() + batch.card.size();
  for (const auto& event : batch.events) bytes += event.record.size();
  for (const auto& outcome : batch.outcomes) bytes += outcome.record.size();
  for (const auto& member : batch.members) bytes += member.record.size();
  for (const auto& annotation : batch.annotations) bytes += annotation.record.size();
  return bytes;
}

template <class T, class Call>
T wait(Call call) {
  auto promise = std::make_shared<std::promise<T>>();
  auto future = promise->get_future();
  call([promise](T result) { promise->set_value(std::move(result)); });
  return future.get();
}

}  // namespace

Result<PartitionState*> StoreWriter::partition(const ChannelId& channel) {
  const PartitionId id = partition_of(channel);
  if (const auto at = partitions_.find(id); at != partitions_.end()) return &at->second;
  const Epoch epoch = 1;
  auto taken =
      wait<Result<PartitionState>>([&](auto done) { store_.take_over(id, epoch, executor_, std::move(done)); });
  if (!taken) return fail(taken.error());
  return &partitions_.emplace(id, PartitionState{.epoch = epoch, .position = taken->position}).first->second;
}

Result<Position> StoreWriter::next_position(const ChannelId& channel) {
  auto state = partition(channel);
  if (!state) return fail(state.error());
  // A channel stands in one batch once.
  const auto waiting = waiting_.find(partition_of(channel));
  if (waiting != waiting_.end() && waiting->second.channels.back().channel == channel) {
    if (auto sent = send(); !sent) return fail(sent.error());
  }
  return (*state)->position + 1;
}

Result<void> StoreWriter::commit(ChannelBatch batch) {
  auto state = partition(batch.channel);
  if (!state) return fail(state.error());
  waiting_bytes_ += size_of(batch);
  PartitionBatch& whole = waiting_[partition_of(batch.channel)];
  whole.partition = partition_of(batch.channel);
  whole.epoch = (*state)->epoch;
  whole.position = (*state)->position + 1;
  whole.channels.push_back(std::move(batch));
  if (waiting_bytes_ < kCommitBytes) return {};
  return send();
}

Result<void> StoreWriter::finish() {
  if (auto sent = send(); !sent) return sent;
  while (!under_way_.empty()) {
    if (auto committed = wait_for_oldest(); !committed) return committed;
  }
  return {};
}

Result<void> StoreWriter::send() {
  if (waiting_.empty()) return {};
  if (under_way_.size() == kMostUnderWay) {
    if (auto committed = wait_for_oldest(); !committed) return committed;
  }
  std::vector<PartitionBatch> batches;
  batches.reserve(waiting_.size());
  for (auto& [id, batch] : waiting_) {
    partitions_.at(id).position = batch.position;
    batches.push_back(std::move(batch));
  }
  waiting_.clear();
  waiting_bytes_ = 0;
  auto promise = std::make_shared<std::promise<Results>>();
  under_way_.push_back(promise->get_future());
  store_.commit(std::move(batches), executor_, [promise](Results results) { promise->set_value(std::move(results)); });
  return {};
}

Result<void> StoreWriter::wait_for_oldest() {
  const Results results = under_way_.front().get();
  under_way_.pop_front();
  for (const auto& result : results) {
    if (!result) return result;
  }
  return {};
}

}  // namespace parley::exchange
