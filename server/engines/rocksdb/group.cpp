#include "engines/rocksdb/group.hpp"

#include <fmt/format.h>

#include <chrono>

#include "engines/rocksdb/keys.hpp"
#include "ports/complete_on.hpp"

namespace parley::rocks {
namespace {

// A log record is held in memory whole.
constexpr std::size_t kGroupBytes = 16UL << 20;

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

std::uint64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void put_channel(const Database& database, const ChannelBatch& batch, rocksdb::WriteBatch& out) {
  const ChannelId& id = batch.channel;
  for (const EventRow& row : batch.events) out.Put(database.events(), event_key(id, row.seq), slice(row.record));
  for (const EventRow& row : batch.rewritten) {
    out.Put(database.events(), event_key(id, row.seq), slice(row.record));
    out.Put(database.state(), rewritten_key(id, row.seq, unix_ms()), rocksdb::Slice());
  }
  for (const OutcomeRow& row : batch.outcomes) {
    out.Put(database.outcomes(), outcome_key(id, row.account, row.send_id), slice(row.record));
  }
  if (!batch.head.empty()) out.Put(database.state(), head_key(id), slice(batch.head));
  if (!batch.card.empty()) out.Put(database.state(), card_key(id), slice(batch.card));
  for (const MemberRow& row : batch.members) {
    out.Put(database.state(), member_key(id, row.account), slice(row.record));
  }
  for (const AnnotationRow& row : batch.annotations) {
    out.Put(database.state(), annotation_key(id, row.target), slice(row.record));
  }
  for (const AccountId& account : batch.joined) out.Put(database.state(), list_key(account, id), rocksdb::Slice());
}

void answer(CommitRequest& request, std::vector<Result<void>> results) {
  request.executor->post(
      [done = std::move(request.done), results = std::move(results)]() mutable { done(std::move(results)); });
}

void answer(TakeOverRequest& request, Result<PartitionState> result) {
  complete_on<PartitionState>(*request.executor, std::move(request.done), std::move(result));
}

}  // namespace

void refuse(WriteRequest request, const Error& why) {
  if (auto* commit = std::get_if<CommitRequest>(&request)) {
    answer(*commit, std::vector<Result<void>>(commit->batches.size(), fail(why)));
  } else {
    answer(std::get<TakeOverRequest>(request), fail(why));
  }
}

void Group::add(WriteRequest request) {
  if (auto* commit = std::get_if<CommitRequest>(&request)) {
    std::vector<Result<void>> results;
    results.reserve(commit->batches.size());
    for (const PartitionBatch& batch : commit->batches) results.push_back(put(batch));
    commits_.emplace_back(std::move(*commit), std::move(results));
    return;
  }
  auto& take_over = std::get<TakeOverRequest>(request);
  Result<PartitionState> result = fail(ErrorCode::stale_owner);
  if (take_over.partition < kPartitions && take_over.epoch > states_[take_over.partition].epoch) {
    states_[take_over.partition].epoch = take_over.epoch;
    put_state(take_over.partition);
    result = states_[take_over.partition];
  }
  take_overs_.emplace_back(std::move(take_over), std::move(result));
}

bool Group::full() const {
  return writes_.GetDataSize() >= kGroupBytes;
}

void Group::complete(const Result<void>& written) {
  for (auto& [request, results] : commits_) {
    for (Result<void>& result : results) {
      if (result && !written) result = fail(written.error());
    }
    answer(request, std::move(results));
  }
  for (auto& [request, result] : take_overs_) {
    if (result && !written) result = fail(written.error());
    answer(request, std::move(result));
  }
}

Result<void> Group::put(const PartitionBatch& batch) {
  if (batch.partition >= kPartitions) return fail(ErrorCode::internal, "no such partition");
  PartitionState& state = states_[batch.partition];
  if (batch.epoch != state.epoch || batch.position != state.position + 1) {
    return fail(ErrorCode::stale_owner,
                fmt::format("partition {} stands at epoch {}, position {}; the batch has {}, {}", batch.partition,
                            state.epoch, state.position, batch.epoch, batch.position));
  }
  for (const ChannelBatch& channel : batch.channels) put_channel(database_, channel, writes_);
  state.position = batch.position;
  put_state(batch.partition);
  ++batches_;
  return {};
}

void Group::put_state(PartitionId partition) {
  writes_.Put(database_.state(), partition_key(partition), encode_partition(states_[partition]));
}

}  // namespace parley::rocks
