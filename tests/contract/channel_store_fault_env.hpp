// A file system on the real one that can lose power (what was not synced is gone), run out of room, and fail to sync.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace rocksdb {
class Env;
}

namespace parley::test {

struct FaultSwitches {
  /// Appends to the write-ahead log fail for want of room.
  std::atomic<bool> log_is_full = false;
  /// Syncs of the write-ahead log fail.
  std::atomic<bool> log_sync_fails = false;
  /// Syncs say ok and do nothing: the mistake that the power loss test must find.
  std::atomic<bool> syncs_lie = false;
  /// What the disk says it has left.
  std::atomic<std::uint64_t> free_bytes = UINT64_MAX;
};

class FaultEnv {
 public:
  FaultEnv();
  ~FaultEnv();

  [[nodiscard]] rocksdb::Env* env() const { return env_.get(); }
  FaultSwitches& switches() { return switches_; }
  /// From now on nothing written reaches the disk and every write fails.
  void cut_power();
  /// Takes away what was written and not synced; call it when the store is gone. Writes work again.
  void restore_power();

 private:
  class Files;
  FaultSwitches switches_;
  std::shared_ptr<Files> files_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace parley::test
