// Blocking reads on one open database. Internal to the engine.
#pragma once

#include <rocksdb/db.h>

#include <vector>

#include "engines/rocksdb/database.hpp"
#include "ports/channel_store.hpp"

namespace parley::rocks {

/// Answers from `snapshot`, or from the newest state where it is null.
class Reader {
 public:
  Reader(const Database& database, const rocksdb::Snapshot* snapshot, bool fill_cache = true);

  Result<StoreAnswer> read(const StoreQuery& query) const;
  Result<std::vector<ChannelId>> channels_of(const AccountId& account) const;
  Result<std::vector<ChannelId>> all_channels() const;
  /// Whatever the state says of them; ends at the first damage.
  [[nodiscard]] std::vector<ChannelId> channels_with_events() const;
  Result<std::vector<OutcomeRow>> outcomes_of(const ChannelId& channel) const;
  Result<PartitionState> partition_state(PartitionId partition) const;

 private:
  Result<std::optional<StoredChannel>> channel(const ChannelId& channel) const;
  Result<std::vector<std::optional<std::string>>> outcomes(const std::vector<OutcomeKey>& keys) const;
  Result<std::vector<std::optional<StoredSummary>>> summaries(const std::vector<MemberKey>& keys) const;
  Result<std::vector<std::vector<EventRow>>> events(const std::vector<EventRange>& ranges) const;
  Result<std::vector<EventRow>> events_upwards(const EventRange& range) const;
  Result<std::vector<EventRow>> events_downwards(const EventRange& range) const;
  /// Where bytes of the range cannot be read: each event for itself, without a record where it lies in them. Looks at
  /// range.max_events seqs.
  Result<std::vector<EventRow>> events_singly(const EventRange& range) const;
  Result<std::vector<AnnotationRow>> annotations(const AnnotationRange& range) const;
  /// Values by index of `keys`; nullopt: no such key.
  Result<std::vector<std::optional<std::string>>> get_many(rocksdb::ColumnFamilyHandle* family,
                                                           const std::vector<std::string>& keys) const;

  const Database& database_;
  rocksdb::ReadOptions options_;
};

}  // namespace parley::rocks
