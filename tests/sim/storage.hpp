// Where the nodes of a simulated cluster keep what they were told: opened by each process that starts, left as it is by
// one that dies, and looked at when a run is over. What goes wrong below the ChannelStore port is asked for here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ports/channel_store.hpp"
#include "sim/witness.hpp"

namespace parley::sim {

/// How often each kind of fault was injected.
using FaultCounts = std::map<std::string, std::uint64_t, std::less<>>;

enum class CommitFate : std::uint8_t {
  ok,
  disk_full,         // refused
  unavailable_kept,  // the store says that it is uncertain, and it was written
  unavailable_lost,  // … and it was not
  unavailable_torn,  // … and of the batches of one call only some were
};

/// One thread, that of the world. Everything about faults may be ignored by an engine that cannot do it.
class Storage {
 public:
  virtual ~Storage() = default;

  /// A process starts on node `node`. nullptr: it cannot open its store now, and ends.
  virtual std::unique_ptr<ChannelStore> open(std::size_t node) = 0;
  /// The process dies, and what its store has in flight is on the disk, or not. `store` is destroyed next.
  virtual void crash(std::size_t node, ChannelStore& store) = 0;

  /// `then` is called when the machine has lost its power: its process is to be crashed, soon.
  virtual void when_power_goes(std::function<void()> /*then*/) {}

  [[nodiscard]] virtual Incarnation incarnation() const = 0;
  /// The highest epoch of any partition.
  [[nodiscard]] virtual Epoch highest_epoch() = 0;
  /// Of what is on the disk now; of what is certain, if a process is in the middle of something.
  [[nodiscard]] virtual std::unique_ptr<ChannelStoreScan> scan() = 0;
  /// The same for single channels, again and again.
  [[nodiscard]] virtual CommittedLog committed_log() = 0;
  [[nodiscard]] virtual CommittedMember committed_member() = 0;

  /// Keeps what is on the disk now.
  virtual void take_backup() {}
  /// While no process runs: all is again as it was when the backup was taken, under another incarnation.
  virtual void restore_backup() {}

  /// What becomes of the next commit or take_over, on whatever node.
  virtual void next_commit(CommitFate /*fate*/) {}
  /// Nothing can be written while it is so, and everything can be read.
  virtual void fill_disk(bool /*on*/) {}
  /// For so long nothing that `node` asks to be written from now on is on its disk, nor answered.
  virtual void hold_writes(std::size_t /*node*/, Duration /*span*/) {}
  /// Commits and reads take seconds now and then.
  virtual void slow_down(bool /*on*/) {}
  /// Reads fail now and then, as if the store was closed.
  virtual void fail_reads(bool /*on*/) {}
  /// What the engine made of all that, where it makes something of its own.
  [[nodiscard]] virtual FaultCounts counts() const { return {}; }

  /// All is over: whatever else has to be true of the disk. What is not goes to `broken`.
  virtual void examine(std::vector<std::string>& /*broken*/) {}
};

}  // namespace parley::sim
