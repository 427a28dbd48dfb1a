// The model store under the simulated cluster: the real records in one MemoryDisk that all nodes share, with faults
// from the seed.
#pragma once

#include <map>

#include "engines/memory/channel_store.hpp"
#include "sim/storage.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class MemoryStorage final : public Storage {
 public:
  explicit MemoryStorage(World& world);

  std::unique_ptr<ChannelStore> open(std::size_t node) override;
  void crash(std::size_t node, ChannelStore& store) override;
  [[nodiscard]] Incarnation incarnation() const override { return disk_->incarnation; }
  [[nodiscard]] Epoch highest_epoch() override;
  [[nodiscard]] std::unique_ptr<ChannelStoreScan> scan() override;
  [[nodiscard]] CommittedLog committed_log() override;
  [[nodiscard]] CommittedMember committed_member() override;

  void take_backup() override { backup_ = disk_->image; }
  void restore_backup() override;

  void next_commit(CommitFate fate) override { next_ = fate; }
  void fill_disk(bool on) override { full_ = on; }
  void slow_down(bool on) override { slow_ = on; }
  void hold_writes(std::size_t node, Duration span) override { held_until_[node] = world_.uptime() + span; }
  void fail_reads(bool on) override { reads_fail_ = on; }

  /// What survives a crash; a test may damage it.
  [[nodiscard]] MemoryDisk& disk() { return *disk_; }

 private:
  Duration takes(std::uint64_t most, std::uint64_t slow_one_in);
  MemoryStoreFaults::Fate fate();

  World& world_;
  std::shared_ptr<MemoryDisk> disk_;
  MemoryDisk::Image backup_;
  std::uint8_t restores_ = 0;
  std::map<std::size_t, Duration> held_until_;  // of each node
  std::uint64_t reads_ = 0;
  Duration answer_takes_{0};
  CommitFate next_ = CommitFate::ok;
  bool full_ = false;
  bool slow_ = false;
  bool reads_fail_ = false;
};

}  // namespace parley::sim
