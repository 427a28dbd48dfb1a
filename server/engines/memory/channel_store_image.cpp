#include "engines/memory/channel_store_image.hpp"

#include <algorithm>

namespace parley::memory {
namespace {

void write_channel(MemoryDisk::Image& image, const ChannelBatch& batch) {
  auto& log = image.channels[batch.channel];
  for (const EventRow& row : batch.events) log.events[row.seq] = row.record;
  for (const EventRow& row : batch.rewritten) log.events[row.seq] = row.record;
  for (const OutcomeRow& row : batch.outcomes) log.outcomes[{row.account, row.send_id}] = row.record;
  if (!batch.head.empty()) log.head = batch.head;
  if (!batch.card.empty()) log.card = batch.card;
  for (const MemberRow& row : batch.members) log.members[row.account] = row.record;
  for (const AnnotationRow& row : batch.annotations) log.annotations[row.target] = row.record;
  for (const AccountId& account : batch.joined) image.lists[account][batch.channel] = true;
}

const MemoryDisk::StoredLog* find(const MemoryDisk::Image& image, const ChannelId& channel) {
  const auto found = image.channels.find(channel);
  return found == image.channels.end() ? nullptr : &found->second;
}

std::string value_or_empty(const std::map<AccountId, std::string>& map, const AccountId& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

std::optional<StoredChannel> channel(const MemoryDisk::Image& image, const ChannelId& id) {
  const auto* log = find(image, id);
  if (log == nullptr || (log->head.empty() && log->card.empty() && log->members.empty())) return std::nullopt;
  StoredChannel stored{.head = log->head, .card = log->card, .members = {}};
  for (const auto& [account, record] : log->members) stored.members.push_back({account, record});
  return stored;
}

std::optional<std::string> outcome(const MemoryDisk::Image& image, const OutcomeKey& key) {
  const auto* log = find(image, key.channel);
  if (log == nullptr) return std::nullopt;
  const auto found = log->outcomes.find({key.account, key.send_id});
  if (found == log->outcomes.end()) return std::nullopt;
  return found->second;
}

std::optional<StoredSummary> summary(const MemoryDisk::Image& image, const MemberKey& key) {
  const auto* log = find(image, key.channel);
  if (log == nullptr) return std::nullopt;
  StoredSummary row{.head = log->head, .card = log->card, .member = value_or_empty(log->members, key.account)};
  if (row.head.empty() && row.card.empty() && row.member.empty()) return std::nullopt;
  return row;
}

std::vector<EventRow> events(const MemoryDisk::Image& image, const EventRange& range) {
  std::vector<EventRow> rows;
  const auto* log = find(image, range.channel);
  if (log == nullptr || range.from > range.to) return rows;
  std::uint64_t bytes = 0;
  const auto take = [&](const auto& event) {
    const std::uint64_t size = event.second.size();
    if (rows.size() >= range.max_events || (!rows.empty() && bytes + size > range.max_bytes)) return false;
    bytes += size;
    rows.push_back({event.first, event.second});
    return true;
  };
  const auto first = log->events.lower_bound(range.from);
  const auto last = log->events.upper_bound(range.to);
  if (!range.newest_first) {
    for (auto it = first; it != last && take(*it); ++it) {
    }
    return rows;
  }
  for (auto it = last; it != first && take(*std::prev(it)); --it) {
  }
  std::reverse(rows.begin(), rows.end());
  return rows;
}

std::vector<AnnotationRow> annotations(const MemoryDisk::Image& image, const AnnotationRange& range) {
  std::vector<AnnotationRow> rows;
  const auto* log = find(image, range.channel);
  if (log == nullptr || range.from > range.to) return rows;
  const auto last = log->annotations.upper_bound(range.to);
  for (auto it = log->annotations.lower_bound(range.from); it != last; ++it) rows.push_back({it->first, it->second});
  return rows;
}

}  // namespace

Result<void> write(MemoryDisk::Image& image, const PartitionBatch& batch) {
  if (batch.partition >= kPartitions) return fail(ErrorCode::internal, "no such partition");
  PartitionState& state = image.partitions[batch.partition];
  if (batch.epoch != state.epoch || batch.position != state.position + 1) return fail(ErrorCode::stale_owner);
  for (const ChannelBatch& channel : batch.channels) write_channel(image, channel);
  state.position = batch.position;
  return {};
}

Result<PartitionState> take_over(MemoryDisk::Image& image, PartitionId partition, Epoch epoch) {
  if (partition >= kPartitions) return fail(ErrorCode::stale_owner);
  PartitionState& state = image.partitions[partition];
  if (epoch <= state.epoch) return fail(ErrorCode::stale_owner);
  state.epoch = epoch;
  return state;
}

StoreAnswer read(const MemoryDisk::Image& image, const StoreQuery& query) {
  StoreAnswer answer;
  for (const ChannelId& id : query.channels) answer.channels.push_back(channel(image, id));
  for (const OutcomeKey& key : query.outcomes) answer.outcomes.push_back(outcome(image, key));
  for (const MemberKey& key : query.summaries) answer.summaries.push_back(summary(image, key));
  for (const EventRange& range : query.events) answer.events.push_back(events(image, range));
  for (const AnnotationRange& range : query.annotations) answer.annotations.push_back(annotations(image, range));
  return answer;
}

std::vector<ChannelId> channels_of(const MemoryDisk::Image& image, const AccountId& account) {
  std::vector<ChannelId> channels;
  const auto found = image.lists.find(account);
  if (found == image.lists.end()) return channels;
  for (const auto& entry : found->second) channels.push_back(entry.first);
  return channels;
}

PartitionState partition_state(const MemoryDisk::Image& image, PartitionId partition) {
  const auto found = image.partitions.find(partition);
  return found == image.partitions.end() ? PartitionState{} : found->second;
}

}  // namespace parley::memory
