#include "contract/channel_store_suite.hpp"

namespace parley::test {
namespace {

IdBytes id_bytes(std::uint32_t n, std::uint8_t last) {
  IdBytes bytes{};
  for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
  bytes[15] = last;
  return bytes;
}

}  // namespace

ChannelId channel_id(std::uint32_t n, PartitionId partition) {
  return ChannelId(id_bytes(n, static_cast<std::uint8_t>(partition)));
}
AccountId account_id(std::uint32_t n) {
  return AccountId(id_bytes(n, 0xA0));
}
SendId send_id(std::uint32_t n) {
  return SendId(id_bytes(n, 0x50));
}

std::vector<Seq> seqs(const std::vector<EventRow>& rows) {
  std::vector<Seq> all;
  for (const EventRow& row : rows) all.push_back(row.seq);
  return all;
}

template <class T>
T StoreDriver::wait(const std::function<void(Completion<T>)>& start) {
  std::optional<T> got;
  bool inline_completion = true;
  start([&](T result) {
    EXPECT_FALSE(inline_completion) << "completed inside the call";
    EXPECT_FALSE(got.has_value()) << "completed twice";
    got.emplace(std::move(result));
  });
  inline_completion = false;
  if (!executor_.run_until([&] { return got.has_value(); })) {
    ADD_FAILURE() << "no completion";
    std::abort();  // the completion refers to this frame
  }
  return std::move(*got);
}

std::vector<Result<void>> StoreDriver::commit(std::vector<PartitionBatch> batches) {
  return wait<std::vector<Result<void>>>(
      [&](auto done) { store_.commit(std::move(batches), executor_, std::move(done)); });
}
Result<void> StoreDriver::commit(PartitionBatch batch) {
  std::vector<PartitionBatch> batches;
  batches.push_back(std::move(batch));
  auto results = commit(std::move(batches));
  EXPECT_EQ(results.size(), 1U);
  return results.at(0);
}
Result<StoreAnswer> StoreDriver::read(StoreQuery query) {
  return wait<Result<StoreAnswer>>([&](auto done) { store_.read(std::move(query), executor_, std::move(done)); });
}
Result<std::vector<ChannelId>> StoreDriver::channels_of(AccountId account) {
  return wait<Result<std::vector<ChannelId>>>(
      [&](auto done) { store_.channels_of(account, executor_, std::move(done)); });
}
Result<PartitionState> StoreDriver::take_over(PartitionId partition, Epoch epoch) {
  return wait<Result<PartitionState>>(
      [&](auto done) { store_.take_over(partition, epoch, executor_, std::move(done)); });
}
Result<void> StoreDriver::reopen() {
  return wait<Result<void>>([&](auto done) { store_.reopen(executor_, std::move(done)); });
}

PartitionBatch ChannelStoreContract::next_batch(PartitionId partition, std::vector<ChannelBatch> channels) {
  auto [state, fresh] = states_.try_emplace(partition);
  if (fresh) {
    state->second = driver().take_over(partition, 1).value();
  }
  PartitionState& now = state->second;
  return {.partition = partition, .epoch = now.epoch, .position = ++now.position, .channels = std::move(channels)};
}

Result<void> ChannelStoreContract::put(ChannelBatch channel) {
  const PartitionId partition = partition_of(channel.channel);
  return driver().commit(next_batch(partition, {std::move(channel)}));
}

void ChannelStoreContract::put_events(ChannelId channel, std::size_t count, std::size_t bytes) {
  ChannelBatch batch{.channel = channel};
  for (Seq seq = 1; seq <= count; ++seq) {
    std::string record = std::to_string(seq) + ":";
    record.resize(std::max(record.size(), bytes), 'x');
    batch.events.push_back({seq, std::move(record)});
  }
  ASSERT_TRUE(put(std::move(batch)));
}

std::vector<EventRow> ChannelStoreContract::events(EventRange range) {
  auto answer = driver().read({.events = {range}});
  EXPECT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->events.size(), 1U);
  return answer->events.at(0);
}

}  // namespace parley::test
