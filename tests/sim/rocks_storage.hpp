// The real RocksDB engine under the simulated cluster, on a disk in memory that loses power, runs full and fails to
// sync when the seed says so. One node: the engine belongs to one process. Threads of RocksDB run beside the world, so
// a seed gives the same faults, and nearly the same run.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "disk/fault_env.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "sim/storage.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class RocksStorage final : public Storage {
 public:
  explicit RocksStorage(World& world);
  ~RocksStorage() override;
  RocksStorage(const RocksStorage&) = delete;
  RocksStorage& operator=(const RocksStorage&) = delete;

  std::unique_ptr<ChannelStore> open(std::size_t node) override;
  void crash(std::size_t node, ChannelStore& store) override;
  void when_power_goes(std::function<void()> then) override { power_went_ = std::move(then); }
  [[nodiscard]] Incarnation incarnation() const override { return options().incarnation; }
  [[nodiscard]] Epoch highest_epoch() override { return store_ ? store_->highest_epoch() : 0; }
  [[nodiscard]] std::unique_ptr<ChannelStoreScan> scan() override;
  [[nodiscard]] CommittedLog committed_log() override;
  [[nodiscard]] CommittedMember committed_member() override;

  void next_commit(CommitFate fate) override;
  void fill_disk(bool on) override;
  void slow_down(bool on) override { slow_ = on; }
  void hold_writes(std::size_t /*node*/, Duration span) override { held_until_ = world_.uptime() + span; }
  [[nodiscard]] FaultCounts counts() const override { return counts_; }
  /// `verify` finds nothing; a loss of power takes nothing away; a flipped bit anywhere is noticed, never served, and
  /// repaired with a word about all that was lost. Nothing can be asked of the cluster's store afterwards.
  void examine(std::vector<std::string>& broken) override;

  /// Where the runs of process `pid` keep their files: to be removed when it died.
  static std::filesystem::path folder_of(int pid);

 private:
  enum class End : std::uint8_t { power_loss, killed, closed };
  [[nodiscard]] RocksOptions options() const;
  [[nodiscard]] std::string path() const { return folder_ / "channels"; }
  [[nodiscard]] std::unique_ptr<RocksChannelStore> look() const;
  /// While the store is opened again nobody is answered, but some had their answers before. Then the disk also shows
  /// what is not certain: `live` is false.
  struct Committed {
    StoreAnswer answer;
    bool live;
  };
  [[nodiscard]] std::optional<Committed> read_committed(const StoreQuery& query) const;
  void end_store();
  void settle_disk();
  void lose_unsynced();
  void end_faults_of_commit();
  void write_as_the_owner_before(PartitionId partition, const PartitionState& state);
  bool answered();
  Duration takes(std::uint64_t most);
  void count(std::string_view kind);
  test::FaultSwitches& switches() { return faults_.switches(); }

  World& world_;
  std::filesystem::path folder_;
  test::FaultEnv faults_;
  std::unique_ptr<RocksChannelStore> store_;  // of the process that runs
  std::optional<End> ended_;                  // the last process, and nobody has opened the store since
  std::function<void()> power_went_;
  std::map<PartitionId, PartitionBatch> last_batches_;
  std::map<ChannelId, Seq> certain_;  // up to where the store has said or shown that a channel's events are committed
  Duration written_by_{0};            // when the last commit is answered: those after it are not before it
  Duration held_until_{0};
  FaultCounts counts_;
  std::vector<std::string> broken_;  // seen while it was opened
  bool slow_ = false;
  bool full_ = false;
};

}  // namespace parley::sim
