#include "app/exchange/store_writer.hpp"

#include <future>
#include <memory>
#include <utility>

namespace parley::exchange {
namespace {

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
  return (*state)->position + 1;
}

Result<void> StoreWriter::commit(ChannelBatch batch) {
  auto state = partition(batch.channel);
  if (!state) return fail(state.error());
  PartitionBatch whole{.partition = partition_of(batch.channel),
                       .epoch = (*state)->epoch,
                       .position = (*state)->position + 1,
                       .channels = {}};
  whole.channels.push_back(std::move(batch));
  std::vector<PartitionBatch> batches;
  batches.push_back(std::move(whole));
  auto results = wait<std::vector<Result<void>>>(
      [&](auto done) { store_.commit(std::move(batches), executor_, std::move(done)); });
  if (results.size() != 1) return fail(ErrorCode::internal);
  if (results[0]) ++(*state)->position;
  return results[0];
}

}  // namespace parley::exchange
