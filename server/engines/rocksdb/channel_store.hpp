// RocksChannelStore: the channel store on one machine's disk. docs/storage-format.md describes the keys.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/channel_store.hpp"

namespace rocksdb {
class Env;
}

namespace parley {

/// What one synced write took: for metrics.
struct CommitSample {
  std::size_t batches = 0;  // partition batches that shared the write
  std::size_t keys = 0;
  std::size_t bytes = 0;
  std::chrono::microseconds write{};  // log append, sync and memory table together
  std::chrono::microseconds sync{};   // of that the sync
};

/// How a store copes with what is written to it.
struct StorePressure {
  bool writes_stopped = false;  // until a compaction has caught up
  std::uint64_t pending_compaction_bytes = 0;
  std::uint64_t compactions = 0;  // running
  std::uint64_t memory_table_bytes = 0;
};

struct RocksOptions {
  std::string path;
  bool create_if_missing = true;
  /// Looks at a store that another process may be writing to: what was committed when it was opened. No lock is taken;
  /// commit, take_over and reopen answer store_unavailable.
  bool read_only = false;
  std::size_t cache_bytes = 96UL << 20;
  /// All memory tables together; flushed when full.
  std::size_t write_buffer_bytes = 96UL << 20;
  /// Bounds what has to be replayed when the store is opened: about a second.
  std::size_t wal_bytes = 96UL << 20;
  int max_open_files = 512;
  std::size_t read_threads = 2;
  std::size_t read_queue = 4096;
  /// Commits are refused as disk_full, before anything is written, while the disk has less room than this.
  std::uint64_t reserve_bytes = 128UL << 20;
  /// After the disk ran full amid a write the store is opened anew, inside, before the next one; at most this often.
  std::chrono::milliseconds retry_full_every = std::chrono::seconds(1);
  /// Content that was taken out leaves the files once it has waited this long; looked at every `purge_every`.
  std::chrono::milliseconds purge_after = std::chrono::hours(24);
  std::chrono::milliseconds purge_every = std::chrono::minutes(10);
  /// Of a store that is created; nil: drawn by the engine.
  Incarnation incarnation;
  /// Called on the committer's thread after each synced write; may be empty.
  std::function<void(const CommitSample&)> on_commit;
  /// Called (on any of the engine's threads) with what an operator should know; may be empty.
  std::function<void(std::string_view)> on_warning;
  /// For tests of faults; null: the system's. Not owned, must outlive the store.
  rocksdb::Env* env = nullptr;
};

/// What one part of the store takes on disk and in memory.
struct FamilyStats {
  std::string name;             // events, outcomes, state
  std::uint64_t keys = 0;       // estimated by RocksDB
  std::uint64_t bytes = 0;      // of table files in use, compressed
  std::uint64_t all_bytes = 0;  // with files that wait to be deleted
  std::uint64_t files = 0;
  std::uint64_t memory_bytes = 0;  // written and not in a file yet
};
struct StoreStats {
  std::vector<FamilyStats> families;
  std::uint64_t log_bytes = 0;  // of the write-ahead log
};

/// All methods: any thread. Executors named in a call must outlive the store.
class RocksChannelStore final : public ChannelStore {
 public:
  /// Blocks. Errors: store_unavailable (another process has it open, cannot be read or made, newer format, see the
  /// text), not_found (nothing there and !create_if_missing), damaged, disk_full.
  static Result<std::unique_ptr<RocksChannelStore>> open(RocksOptions options);
  /// Finishes what was accepted, then closes.
  ~RocksChannelStore() override;
  RocksChannelStore(const RocksChannelStore&) = delete;
  RocksChannelStore& operator=(const RocksChannelStore&) = delete;

  void commit(std::vector<PartitionBatch> batches, Executor& executor,
              Completion<std::vector<Result<void>>> done) override;
  void read(StoreQuery query, Executor& executor, Completion<Result<StoreAnswer>> done) override;
  void channels_of(AccountId account, Executor& executor, Completion<Result<std::vector<ChannelId>>> done) override;
  void take_over(PartitionId partition, Epoch epoch, Executor& executor,
                 Completion<Result<PartitionState>> done) override;
  void reopen(Executor& executor, Completion<Result<void>> done) override;
  [[nodiscard]] Incarnation incarnation() const override;

  /// The highest epoch any partition has: a command queue starts above it.
  [[nodiscard]] Epoch highest_epoch() const;
  /// Asks the store how it is; nullopt while it is opened again after a fault.
  [[nodiscard]] std::optional<StorePressure> pressure();
  /// Why nothing can be committed just now; ok where it can.
  Result<void> writable();
  /// A scan of everything committed so far. While one lives `reopen` fails and rewritten content is not purged.
  Result<std::unique_ptr<ChannelStoreScan>> scan();
  /// The channels that have events, ascending, whatever the rest of the store says of them; ends at the first damage.
  /// For a store whose channels cannot be listed. Blocks.
  std::vector<ChannelId> channels_with_events();
  /// Reads every block of every file and compares its checksum, also of those no record lies in. A file that another
  /// process has compacted away meanwhile is passed over. Blocks. damaged.
  Result<void> verify_files();
  /// Puts what is in memory into table files, so that `snapshot` finds little to copy. Blocks.
  Result<void> flush();
  /// Everything committed before the call, nothing committed after it, as files in `directory`: that must not be there
  /// yet, and lie on the store's own file system, because table files are linked. Takes milliseconds after a `flush`;
  /// commits go on. Blocks.
  Result<void> snapshot(const std::string& directory);
  [[nodiscard]] Result<StoreStats> stats();
  /// Rewrites the files that still hold content taken out before the call; how many events that were. Blocks. The
  /// engine calls it by itself (RocksOptions::purge_after); 0 while a scan or long read needs the old state.
  Result<std::size_t> purge_rewritten();
  /// Rewrites every file into its smallest form, which takes minutes for gigabytes and room for a second copy. Blocks.
  Result<void> compact();

 private:
  struct Impl;
  explicit RocksChannelStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley
