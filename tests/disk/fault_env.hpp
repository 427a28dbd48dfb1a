// A file system on the real one that can lose power (what was not synced is gone, or torn), run out of room, and fail
// to sync.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
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
  /// Syncs of every file and directory fail; what was to be synced is not there after a loss of power, even if a later
  /// sync succeeds.
  std::atomic<bool> syncs_fail = false;
  /// What may still be appended, to all files together; the append that does not fit is cut short.
  std::atomic<std::uint64_t> room_bytes = UINT64_MAX;
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
  /// The same, after so many more operations that change the disk: amid a flush, a compaction or an opening.
  void cut_power_after(std::uint64_t operations);
  [[nodiscard]] bool powered() const;
  /// Takes away what was written and not synced; call it when the store is gone. Writes work again. With `chance` some
  /// of it may be there all the same: sectors in no order, names of files that came, went or changed.
  void restore_power(std::mt19937_64* chance = nullptr);
  /// The process died and the machine went on: all that was written is there, synced or not, and writes work again.
  /// What was not synced can still be lost with the power later.
  void start_again();

 private:
  class Files;
  FaultSwitches switches_;
  std::shared_ptr<Files> files_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace parley::test
