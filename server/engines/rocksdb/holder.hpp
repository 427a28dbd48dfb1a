// Who may use the database, and when: many readers, and one who closes and opens it again. Internal to the engine.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

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

  /// Holds the database open while it lives. Errors: store_unavailable after `poison`.
  class Use {
   public:
    [[nodiscard]] const Database& operator*() const { return *database_; }
    [[nodiscard]] const Database* operator->() const { return database_.get(); }

   private:
    friend class Holder;
    std::shared_lock<std::shared_mutex> lock_;
    std::shared_ptr<Database> database_;
  };
  Result<Use> use();
  /// Like `use`, but only `reopen` notices (and fails) while it lives.
  Result<std::shared_ptr<Database>> share();

  /// From now on every use is refused, until `allow`.
  void poison(const std::string& why);
  [[nodiscard]] bool poisoned() const { return poisoned_.load(); }

  /// Waits for those who use the database, closes it and opens it again. Uses stay refused until `allow`. Where a
  /// scan prevents it, all stays as it was.
  Result<std::shared_ptr<Database>> reopen();
  void allow() { poisoned_.store(false); }

 private:
  Error refusal() const;

  const RocksOptions options_;
  const Incarnation incarnation_;
  std::atomic<bool> poisoned_ = false;
  std::shared_mutex gate_;
  std::shared_ptr<Database> database_;
};

}  // namespace parley::rocks
