#include "engines/rocksdb/options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "engines/rocksdb/store_log.hpp"

namespace parley::rocks {
namespace {

constexpr double kBloomBitsPerKey = 10;
constexpr std::size_t kChannelBytes = 16;
constexpr int kRunsBeforeMerge = 8;
constexpr unsigned kNeverPercent = 1'000'000;  // RocksDB multiplies it by bytes

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes and filters live in the cache, so that memory stays bounded however large the store grows.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.metadata_cache_options.top_level_index_pinning = rocksdb::PinningTier::kAll;
  table.metadata_cache_options.partition_pinning = rocksdb::PinningTier::kFlushedAndSimilar;
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kFlushedAndSimilar;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  return table;
}

rocksdb::ColumnFamilyOptions family_options() {
  rocksdb::ColumnFamilyOptions family;
  family.compression = rocksdb::kLZ4Compression;
  family.level_compaction_dynamic_level_bytes = true;
  family.max_write_buffer_number = 3;
  return family;
}

/// A group's keys come sorted: each is searched for from where the one before it went.
std::shared_ptr<const rocksdb::SliceTransform> search_from_last_insert() {
  return std::shared_ptr<const rocksdb::SliceTransform>(rocksdb::NewCappedPrefixTransform(0));
}

// Heads, cards, members: small, overwritten all the time, read by point and by short range.
rocksdb::ColumnFamilyOptions state_options(const RocksOptions& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  auto family = family_options();
  auto table = table_options(cache);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes / 4;
  family.memtable_prefix_bloom_size_ratio = 0.02;
  family.memtable_whole_key_filtering = true;
  family.memtable_insert_with_hint_prefix_extractor = search_from_last_insert();
  return family;
}

// Written once, read by range and rarely: blocks of about two pages of history, because what repeats (accounts,
// devices) is stored once in each, and strong compression where the bulk lies. A seek into a cold channel asks the
// filter for the channel and skips files that do not have it.
rocksdb::ColumnFamilyOptions event_options(const RocksOptions& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  auto family = family_options();
  auto table = table_options(cache);
  table.block_size = 32 << 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.whole_key_filtering = false;
  family.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kChannelBytes));
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes / 2;
  // Every new file covers all channels, so merging it rewrites a whole level: rarely, with many files at once, and with
  // few levels. Levels stay, because a purge rewrites a few of their files; tiers it would rewrite as a whole.
  family.level0_file_num_compaction_trigger = kRunsBeforeMerge;
  family.max_bytes_for_level_base = 512UL << 20;
  family.bottommost_compression = rocksdb::kZSTD;
  // Level 1 of zstd: what people write gets hardly smaller with more, and every message passes here.
  family.bottommost_compression_opts.level = 1;
  family.bottommost_compression_opts.enabled = true;
  family.memtable_prefix_bloom_size_ratio = 0.01;
  // A channel's next event goes beside its last one: found without a search.
  family.memtable_insert_with_hint_prefix_extractor = family.prefix_extractor;
  return family;
}

// Every message asks once for a key that is almost never there: filters answer, in memory and on disk. They are cut in
// partitions, because only those of active channels are asked and the filter of everything would not fit the cache. A
// value is read only for a retry, so blocks may be large, and strongly compressed where the bulk lies. Nothing is ever
// overwritten or purged, so runs of like size are merged (tiers), which rewrites each outcome less often than levels.
rocksdb::ColumnFamilyOptions outcome_options(const RocksOptions& options,
                                             const std::shared_ptr<rocksdb::Cache>& cache) {
  auto family = family_options();
  auto table = table_options(cache);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.whole_key_filtering = true;
  table.block_size = 16 << 10;
  table.partition_filters = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes / 4;
  family.compaction_style = rocksdb::kCompactionStyleUniversal;
  family.level0_file_num_compaction_trigger = kRunsBeforeMerge;
  family.compaction_options_universal.size_ratio = 10;
  // All runs are never merged for the sake of room: none holds anything that another one makes superfluous.
  family.compaction_options_universal.max_size_amplification_percent = kNeverPercent;
  family.bottommost_compression = rocksdb::kZSTD;
  family.memtable_prefix_bloom_size_ratio = 0.04;
  family.memtable_whole_key_filtering = true;
  family.memtable_insert_with_hint_prefix_extractor = search_from_last_insert();
  return family;
}

}  // namespace

FamilyOptions make_options(const RocksOptions& options, std::shared_ptr<rocksdb::EventListener> listener) {
  FamilyOptions all;
  rocksdb::DBOptions& db = all.database;
  db.env = options.env != nullptr ? options.env : rocksdb::Env::Default();
  db.create_if_missing = options.create_if_missing && !options.read_only;
  db.create_missing_column_families = db.create_if_missing;
  // Whoever looks at a running store holds its files open: a compaction takes their names away at any time.
  db.max_open_files = options.read_only ? -1 : options.max_open_files;
  db.max_background_jobs = 2;
  db.paranoid_checks = true;
  db.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  // A crash leaves a torn tail, which is no damage: what is torn was never answered. Recycled log files would make old
  // records look like a tail, and the default mode forgives damage in the middle.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.recycle_log_file_num = 0;
  db.max_total_wal_size = options.wal_bytes;
  db.db_write_buffer_size = options.write_buffer_bytes;
  db.bytes_per_sync = 1 << 20;
  db.info_log = make_store_log(options);
  db.keep_log_file_num = 3;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.listeners.push_back(std::move(listener));

  // Opening asks for filters and the newest blocks first; half of the cache is theirs when it gets tight.
  const auto cache = rocksdb::NewLRUCache(options.cache_bytes, -1, false, 0.5);
  all.state = state_options(options, cache);
  all.events = event_options(options, cache);
  all.outcomes = outcome_options(options, cache);
  return all;
}

}  // namespace parley::rocks
