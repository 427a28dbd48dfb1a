// One open RocksDB database with Parley's column families, checked. Internal to the engine.
#pragma once

#include <rocksdb/db.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engines/rocksdb/channel_store.hpp"

namespace parley::rocks {

/// Corruption: damaged; no room: disk_full; anything else: store_unavailable. `doing` begins the text.
Error to_error(const rocksdb::Status& status, std::string_view doing);

class IoWatch;

class Database {
 public:
  /// See RocksChannelStore::open.
  static Result<std::shared_ptr<Database>> open(const RocksOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* state() const { return handles_[0]; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* events() const { return handles_[1]; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* outcomes() const { return handles_[2]; }

  [[nodiscard]] const Incarnation& incarnation() const { return incarnation_; }
  /// Draws and stores a new one; this object keeps telling the old.
  Result<Incarnation> renew_incarnation();
  /// All kPartitions states, by partition.
  Result<std::vector<PartitionState>> load_partitions() const;
  /// Moves what lies in memory and log into table files; where that fails it stays in the log. Blocks.
  Result<void> flush() const;
  /// A sync failed since opening: what the log holds is uncertain, whatever the status of a write says.
  [[nodiscard]] bool sync_failed() const;
  /// A flush or compaction found no room since opening: until it is opened anew there are no others.
  [[nodiscard]] bool ran_full() const;
  /// How long the newest sync of the write-ahead log took.
  [[nodiscard]] std::chrono::microseconds last_log_sync() const;

 private:
  Database() = default;
  Result<void> connect(const RocksOptions& options, bool exists);
  /// For reading only, while another process may write: one state of the store, not parts of two.
  Result<void> look(const RocksOptions& options);
  void disconnect();
  Result<void> check_or_make_meta(const RocksOptions& options);
  Result<void> make_meta(const RocksOptions& options);

  std::string path_;
  std::shared_ptr<IoWatch> watch_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  Incarnation incarnation_;
};

}  // namespace parley::rocks
