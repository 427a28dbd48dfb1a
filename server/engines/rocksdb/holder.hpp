// Who may use the database, and when: many readers, and one who closes and opens it again. Internal to the engine.
//
// After an uncertain write the open database stays for reading. RocksDB shows a write only once its log was synced, so
// what is read is what was promised and nothing else, whatever the log holds. A database opened for reading from the
// same files shows what the page cache has of the log, and the disk may not have that: it serves only where every
// partition stands where the last good commit left it, because each commit moves one.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "engines/rocksdb/database.hpp"

namespace parley::rocks {

class Holder {
 public:
  Holder(RocksOptions options, std::shared_ptr<Database> database)
      : options_(std::move(options)), incarnation_(database->incarnation()), database_(std::move(database)) {}
  /// Leaves nothing in the log, unless the last write failed: a log that ends badly is then one that a crash left.
  ~Holder();
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  [[nodiscard]] const RocksOptions& options() const { return options_; }
  [[nodiscard]] const Incarnation& incarnation() const { return incarnation_; }

  /// Holds the database open while it lives.
  class Use {
   public:
    [[nodiscard]] const Database& operator*() const { return *database_; }
    [[nodiscard]] const Database* operator->() const { return database_.get(); }

   private:
    friend class Holder;
    std::shared_lock<std::shared_mutex> lock_;
    std::shared_ptr<Database> database_;
  };
  /// To read. Errors: store_unavailable while it is opened again.
  Result<Use> use();
  /// To write, or to copy the files. Errors: store_unavailable after `poison` too.
  Result<Use> use_to_write();
  /// Like `use_to_write`, but only `reopen` notices (and fails) while it lives.
  Result<std::shared_ptr<Database>> share();

  /// From now on the database is for reading only, until `allow`.
  void poison(const std::string& why);
  [[nodiscard]] bool poisoned() const { return poisoned_.load(); }

  /// Waits for those who use the database, closes it and opens it again; every use is refused until `allow`. Where the
  /// disk does not sync, has no room or a scan prevents it, nothing is closed and all stays as it was. Where opening
  /// fails all the same, it is opened for reading if the partitions then stand where they certainly do.
  Result<std::shared_ptr<Database>> reopen(const std::vector<PartitionState>& certain);
  void allow();

 private:
  void open_to_read(const std::vector<PartitionState>& certain);

  const RocksOptions options_;
  const Incarnation incarnation_;
  std::atomic<bool> poisoned_ = false;  // not to be written to
  std::atomic<bool> closed_ = false;    // not to be used at all
  std::shared_mutex gate_;
  std::shared_ptr<Database> database_;
};

}  // namespace parley::rocks
