#include "engines/rocksdb/reader.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engines/rocksdb/keys.hpp"

namespace parley::rocks {
namespace {

constexpr std::size_t kChannelKeyPrefix = 1 + 16 + 1;  // 'c' channel kind

std::string_view view(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

Error damaged_key() {
  return {ErrorCode::damaged, "a stored key has a length that no key of its kind has"};
}

/// Walks lower <= key < upper and calls `each(key, value)` until it returns false or an error.
template <class Each>
Result<void> walk(const Database& database, rocksdb::ReadOptions options, rocksdb::ColumnFamilyHandle* family,
                  const std::string& lower, const std::string& upper, Each each) {
  const rocksdb::Slice upper_bound(upper);
  if (!upper.empty()) options.iterate_upper_bound = &upper_bound;
  std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator(options, family));
  for (it->Seek(lower); it->Valid(); it->Next()) {
    Result<bool> more = each(view(it->key()), view(it->value()));
    if (!more) return fail(more.error());
    if (!*more) return {};
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "cannot read"));
  return {};
}

/// A page in the making: takes rows until one does not fit.
class Page {
 public:
  explicit Page(const EventRange& range) : left_(range.max_bytes), max_events_(range.max_events) {}
  [[nodiscard]] bool full() const { return rows_.size() >= max_events_; }
  bool take(Seq seq, std::string_view record) {
    if (full() || (!rows_.empty() && record.size() > left_)) return false;
    left_ -= std::min<std::uint64_t>(left_, record.size());
    rows_.push_back({seq, std::string(record)});
    return true;
  }
  std::vector<EventRow> rows() { return std::move(rows_); }

 private:
  std::uint64_t left_;
  std::size_t max_events_;
  std::vector<EventRow> rows_;
};

Result<Seq> seq_of(std::string_view event_key) {
  if (event_key.size() != 24) return fail(damaged_key());
  return *decode_u64(event_key.substr(16));
}

}  // namespace

Reader::Reader(const Database& database, const rocksdb::Snapshot* snapshot, bool fill_cache) : database_(database) {
  options_.snapshot = snapshot;
  options_.fill_cache = fill_cache;
  options_.verify_checksums = true;
}

Result<StoreAnswer> Reader::read(const StoreQuery& query) const {
  StoreAnswer answer;
  answer.channels.reserve(query.channels.size());
  for (const ChannelId& id : query.channels) {
    auto stored = channel(id);
    if (!stored) return fail(stored.error());
    answer.channels.push_back(std::move(*stored));
  }
  auto outcome_records = outcomes(query.outcomes);
  if (!outcome_records) return fail(outcome_records.error());
  answer.outcomes = std::move(*outcome_records);
  auto summary_rows = summaries(query.summaries);
  if (!summary_rows) return fail(summary_rows.error());
  answer.summaries = std::move(*summary_rows);
  auto event_rows = events(query.events);
  if (!event_rows) return fail(event_rows.error());
  answer.events = std::move(*event_rows);
  answer.annotations.reserve(query.annotations.size());
  for (const AnnotationRange& range : query.annotations) {
    auto rows = annotations(range);
    if (!rows) return fail(rows.error());
    answer.annotations.push_back(std::move(*rows));
  }
  return answer;
}

Result<std::optional<StoredChannel>> Reader::channel(const ChannelId& channel) const {
  StoredChannel stored;
  const auto walked = walk(database_, options_, database_.state(), channel_prefix(channel, 'C'),
                           after_prefix(channel_prefix(channel, 'M')),
                           [&](std::string_view key, std::string_view value) -> Result<bool> {
                             const char kind = key[kChannelKeyPrefix - 1];
                             if (kind == 'C') stored.card = value;
                             if (kind == 'H') stored.head = value;
                             if (kind != 'M') return true;
                             const auto account = AccountId::from_bytes(key.substr(kChannelKeyPrefix));
                             if (!account) return fail(damaged_key());
                             stored.members.push_back({*account, std::string(value)});
                             return true;
                           });
  if (!walked) return fail(walked.error());
  if (stored.head.empty() && stored.card.empty() && stored.members.empty()) return std::nullopt;
  return stored;
}

Result<std::vector<std::optional<std::string>>> Reader::outcomes(const std::vector<OutcomeKey>& wanted) const {
  std::vector<std::string> keys;
  keys.reserve(wanted.size());
  for (const OutcomeKey& key : wanted) keys.push_back(outcome_key(key.channel, key.account, key.send_id));
  return get_many(database_.outcomes(), keys);
}

Result<std::vector<std::optional<StoredSummary>>> Reader::summaries(const std::vector<MemberKey>& wanted) const {
  std::vector<std::string> keys;
  keys.reserve(wanted.size() * 3);
  for (const MemberKey& key : wanted) {
    keys.push_back(card_key(key.channel));
    keys.push_back(head_key(key.channel));
    keys.push_back(member_key(key.channel, key.account));
  }
  auto values = get_many(database_.state(), keys);
  if (!values) return fail(values.error());
  std::vector<std::optional<StoredSummary>> answer(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto* found = &(*values)[i * 3];
    if (!found[0] && !found[1] && !found[2]) continue;
    answer[i] = StoredSummary{.head = std::move(found[1]).value_or(""),
                              .card = std::move(found[0]).value_or(""),
                              .member = std::move(found[2]).value_or("")};
  }
  return answer;
}

Result<std::vector<std::vector<EventRow>>> Reader::events(const std::vector<EventRange>& ranges) const {
  std::vector<std::vector<EventRow>> answer(ranges.size());
  // Ranges of one event are points: the owner looks at single events, many at a time.
  std::vector<std::string> keys;
  std::vector<std::size_t> points;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const EventRange& range = ranges[i];
    if (range.from > range.to || range.max_events == 0) continue;
    if (range.from == range.to) {
      keys.push_back(event_key(range.channel, range.from));
      points.push_back(i);
      continue;
    }
    auto rows = range.newest_first ? events_downwards(range) : events_upwards(range);
    if (!rows && rows.error().code == ErrorCode::damaged) rows = events_singly(range);
    if (!rows) return fail(rows.error());
    answer[i] = std::move(*rows);
  }
  auto records = get_many(database_.events(), keys);
  if (!records && records.error().code == ErrorCode::damaged) {
    for (const std::size_t i : points) {
      auto rows = events_singly(ranges[i]);
      if (!rows) return fail(rows.error());
      answer[i] = std::move(*rows);
    }
    return answer;
  }
  if (!records) return fail(records.error());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (auto& record = (*records)[i]) answer[points[i]].push_back({ranges[points[i]].from, std::move(*record)});
  }
  return answer;
}

Result<std::vector<EventRow>> Reader::events_upwards(const EventRange& range) const {
  Page page(range);
  // The smallest key above event_key(to); to + 1 might not exist.
  const std::string upper = event_key(range.channel, range.to).append(1, '\0');
  rocksdb::ReadOptions options = options_;
  options.prefix_same_as_start = true;
  const auto walked = walk(database_, options, database_.events(), event_key(range.channel, range.from), upper,
                           [&](std::string_view key, std::string_view record) -> Result<bool> {
                             const auto seq = seq_of(key);
                             if (!seq) return fail(seq.error());
                             return page.take(*seq, record) && !page.full();
                           });
  if (!walked) return fail(walked.error());
  return page.rows();
}

Result<std::vector<EventRow>> Reader::events_downwards(const EventRange& range) const {
  Page page(range);
  const std::string lower = event_key(range.channel, range.from);
  const rocksdb::Slice lower_bound(lower);
  rocksdb::ReadOptions options = options_;
  options.iterate_lower_bound = &lower_bound;
  options.prefix_same_as_start = true;
  std::unique_ptr<rocksdb::Iterator> it(database_.db().NewIterator(options, database_.events()));
  for (it->SeekForPrev(event_key(range.channel, range.to)); it->Valid() && !page.full(); it->Prev()) {
    const auto seq = seq_of(view(it->key()));
    if (!seq) return fail(seq.error());
    if (!page.take(*seq, view(it->value()))) break;
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "cannot read events"));
  auto rows = page.rows();
  std::reverse(rows.begin(), rows.end());
  return rows;
}

Result<std::vector<EventRow>> Reader::events_singly(const EventRange& range) const {
  Page page(range);
  const Seq count = std::min<Seq>(range.max_events, range.to - range.from + 1);
  for (Seq n = 0; n < count; ++n) {
    const Seq seq = range.newest_first ? range.to - n : range.from + n;
    rocksdb::PinnableSlice record;
    const auto status = database_.db().Get(options_, database_.events(), event_key(range.channel, seq), &record);
    if (status.IsNotFound()) continue;
    if (!status.ok() && !status.IsCorruption()) return fail(to_error(status, "cannot read events"));
    if (!page.take(seq, status.ok() ? view(record) : std::string_view())) break;
  }
  auto rows = page.rows();
  if (range.newest_first) std::reverse(rows.begin(), rows.end());
  return rows;
}

Result<std::vector<AnnotationRow>> Reader::annotations(const AnnotationRange& range) const {
  std::vector<AnnotationRow> rows;
  if (range.from > range.to) return rows;
  const auto walked = walk(database_, options_, database_.state(), annotation_key(range.channel, range.from),
                           annotation_key(range.channel, range.to).append(1, '\0'),
                           [&](std::string_view key, std::string_view record) -> Result<bool> {
                             const auto target = decode_u64(key.substr(kChannelKeyPrefix));
                             if (!target) return fail(damaged_key());
                             rows.push_back({*target, std::string(record)});
                             return true;
                           });
  if (!walked) return fail(walked.error());
  return rows;
}

Result<std::vector<ChannelId>> Reader::channels_of(const AccountId& account) const {
  std::vector<ChannelId> channels;
  const std::string prefix = list_prefix(account);
  const auto walked = walk(database_, options_, database_.state(), prefix, after_prefix(prefix),
                           [&](std::string_view key, std::string_view) -> Result<bool> {
                             const auto channel = ChannelId::from_bytes(key.substr(prefix.size()));
                             if (!channel) return fail(damaged_key());
                             channels.push_back(*channel);
                             return true;
                           });
  if (!walked) return fail(walked.error());
  return channels;
}

Result<std::vector<ChannelId>> Reader::all_channels() const {
  std::vector<ChannelId> channels;
  const std::string upper = after_prefix(kChannelsPrefix);
  const rocksdb::Slice upper_bound(upper);
  rocksdb::ReadOptions options = options_;
  options.iterate_upper_bound = &upper_bound;
  std::unique_ptr<rocksdb::Iterator> it(database_.db().NewIterator(options, database_.state()));
  it->Seek(std::string(kChannelsPrefix));
  while (it->Valid()) {
    const std::string_view key = view(it->key());
    if (key.size() < kChannelKeyPrefix) return fail(damaged_key());
    channels.push_back(*ChannelId::from_bytes(key.substr(1, 16)));
    // Past everything this channel has, in one seek.
    const std::string next = after_prefix(key.substr(0, 17));
    if (next.empty()) break;
    it->Seek(next);
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "cannot read the channels"));
  return channels;
}

std::vector<ChannelId> Reader::channels_with_events() const {
  std::vector<ChannelId> channels;
  rocksdb::ReadOptions options = options_;
  options.total_order_seek = true;
  std::unique_ptr<rocksdb::Iterator> it(database_.db().NewIterator(options, database_.events()));
  it->SeekToFirst();
  while (it->Valid() && it->key().size() > sizeof(IdBytes)) {
    const std::string prefix(it->key().data(), sizeof(IdBytes));
    channels.push_back(*ChannelId::from_bytes(prefix));
    const std::string next = after_prefix(prefix);
    if (next.empty()) break;
    it->Seek(next);
  }
  return channels;
}

Result<std::vector<OutcomeRow>> Reader::outcomes_of(const ChannelId& channel) const {
  std::vector<OutcomeRow> rows;
  const std::string prefix = outcome_prefix(channel);
  const auto walked = walk(database_, options_, database_.outcomes(), prefix, after_prefix(prefix),
                           [&](std::string_view key, std::string_view record) -> Result<bool> {
                             if (key.size() != 48) return fail(damaged_key());
                             rows.push_back({*AccountId::from_bytes(key.substr(16, 16)),
                                             *SendId::from_bytes(key.substr(32)), std::string(record)});
                             return true;
                           });
  if (!walked) return fail(walked.error());
  return rows;
}

Result<PartitionState> Reader::partition_state(PartitionId partition) const {
  std::string value;
  const auto status = database_.db().Get(options_, database_.state(), partition_key(partition), &value);
  if (status.IsNotFound()) return PartitionState{};
  if (!status.ok()) return fail(to_error(status, "cannot read a partition's state"));
  const auto state = decode_partition(value);
  if (!state) return fail(ErrorCode::damaged, "a partition's state cannot be read");
  return *state;
}

Result<std::vector<std::optional<std::string>>> Reader::get_many(rocksdb::ColumnFamilyHandle* family,
                                                                 const std::vector<std::string>& keys) const {
  std::vector<std::optional<std::string>> answer(keys.size());
  if (keys.empty()) return answer;
  // Sorted, keys of one block are looked up together.
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (std::size_t i : order) slices.emplace_back(keys[i]);
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database_.db().MultiGet(options_, family, keys.size(), slices.data(), values.data(), statuses.data(), true);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return fail(to_error(statuses[i], "cannot read"));
    answer[order[i]].emplace(values[i].data(), values[i].size());
  }
  return answer;
}

}  // namespace parley::rocks
