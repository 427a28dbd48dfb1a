#include "engines/rocksdb/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>

#include "engines/rocksdb/keys.hpp"
#include "ports/complete_on.hpp"

namespace parley::rocks {
namespace {

// A log record is held in memory whole.
constexpr std::size_t kGroupBytes = 16UL << 20;

std::uint64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
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
    changed_.push_back(take_over.partition);
    result = states_[take_over.partition];
  }
  take_overs_.emplace_back(std::move(take_over), std::move(result));
}

bool Group::full() const {
  return bytes_ >= kGroupBytes;
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
  for (const ChannelBatch& channel : batch.channels) put(channel);
  state.position = batch.position;
  changed_.push_back(batch.partition);
  ++batches_;
  return {};
}

void Group::put(const ChannelBatch& batch) {
  const ChannelId& id = batch.channel;
  for (const EventRow& row : batch.events) add_to(events_, event_key(id, row.seq), row.record);
  for (const EventRow& row : batch.rewritten) {
    add_to(events_, event_key(id, row.seq), row.record);
    add_to(state_, rewritten_key(id, row.seq, unix_ms()), {});
  }
  for (const OutcomeRow& row : batch.outcomes) {
    add_to(outcomes_, outcome_key(id, row.account, row.send_id), row.record);
  }
  if (!batch.head.empty()) add_to(state_, head_key(id), batch.head);
  if (!batch.card.empty()) add_to(state_, card_key(id), batch.card);
  for (const MemberRow& row : batch.members) add_to(state_, member_key(id, row.account), row.record);
  for (const AnnotationRow& row : batch.annotations) add_to(state_, annotation_key(id, row.target), row.record);
  for (const AccountId& account : batch.joined) add_to(state_, list_key(account, id), {});
}

void Group::add_to(Writes& writes, std::string key, std::string_view value) {
  bytes_ += key.size() + value.size();
  writes.push_back({std::move(key), value, writes.size()});
}

rocksdb::WriteBatch Group::take_writes() {
  rocksdb::WriteBatch out(bytes_ + 16 * (events_.size() + outcomes_.size() + state_.size()));
  move_sorted(std::move(events_), database_.events(), out);
  move_sorted(std::move(outcomes_), database_.outcomes(), out);
  move_sorted(std::move(state_), database_.state(), out);
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  for (const PartitionId partition : changed_) {
    out.Put(database_.state(), partition_key(partition), encode_partition(states_[partition]));
  }
  return out;
}

void Group::move_sorted(Writes writes, rocksdb::ColumnFamilyHandle* family, rocksdb::WriteBatch& out) {
  std::sort(writes.begin(), writes.end(),
            [](const Write& a, const Write& b) { return std::tie(a.key, a.order) < std::tie(b.key, b.order); });
  for (const Write& write : writes) {
    out.Put(family, write.key, rocksdb::Slice(write.value.data(), write.value.size()));
  }
}

}  // namespace parley::rocks
