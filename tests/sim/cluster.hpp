// The servers of the simulation: some nodes of the real runtime over a store, a queue and a bus, which crash, restart,
// stand still, and lose what was on its way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engines/memory/accounts.hpp"
#include "engines/memory/command_queue.hpp"
#include "sim/corpus.hpp"
#include "sim/link.hpp"
#include "sim/memory_storage.hpp"
#include "sim/server.hpp"
#include "sim/sim_bus.hpp"
#include "sim/storage.hpp"
#include "sim/world.hpp"

namespace parley::sim {

struct ClusterSettings {
  std::size_t nodes = 1;
  std::size_t owners = 2;  // of each node; 1 where there are several nodes
  std::size_t ios = 2;
  std::size_t cached_channels = 8;
  std::size_t backlog = 4096;     // commands that may wait for one owner
  std::vector<Limits> limits;     // of each node; missing: small_limits()
  std::uint64_t slow_link = 8;    // one connection in so many is slow; 0: none
  std::uint64_t narrow_link = 0;  // … has room for few bytes
};
/// So small that they are reached often.
Limits small_limits();

class Cluster {
 public:
  /// One node; with `two`, two nodes that share store, queue and bus.
  Cluster(World& world, bool two);
  /// `storage`: a MemoryStorage where there is none.
  Cluster(World& world, ClusterSettings settings, std::unique_ptr<Storage> storage = nullptr);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // ---- for people
  /// Runs the world until it is done.
  AccountId sign_up(const std::string& handle);
  static std::string password_of(const std::string& handle) { return "the password of " + handle; }
  /// An access token as the servers make them, for a device that need not have signed in.
  std::string mint_token(const AccountId& account, const DeviceId& device);
  /// Where a request to the HTTP API arrives; nullopt while no node is open.
  struct Place {
    Front* front = nullptr;
    SimExecutor* executor = nullptr;
    std::size_t io = 0;
  };
  std::optional<Place> some_front();
  /// Connects to a living node, later; nullptr while none lives. The end must call close() before it goes away.
  std::shared_ptr<Link> connect(LinkEnd& end);

  // ---- what goes wrong
  /// Kills a node with what it has in flight; it comes back by itself after a while. Nothing while it is down.
  void crash(std::size_t node);
  /// All nodes die, and come back on what storage().take_backup() took: another incarnation, and nobody is signed in.
  void restore_backup();
  /// Its threads stand still for so long, of the owners or all; after `expires` the queue gives its partitions to
  /// others.
  void pause(std::size_t node, Duration span, bool all, std::optional<Duration> expires);
  /// Those that are open at the moment.
  std::vector<std::shared_ptr<Link>> links();
  /// The disk of a node stands still for so long; meanwhile its partitions are others', and come back to it.
  void swap_amid_commits(std::size_t node, Duration stands);
  /// The clock of a node is off by so much; others stay as they are.
  void set_clock_off(std::size_t node, Duration off) { nodes_[node]->clock.set_off_by(off); }
  /// What the watch over the process's memory says. A restart makes it roomy.
  void set_memory(std::size_t node, MemoryState state);
  /// For so long some partitions belong to a node that does nothing with them.
  void take_partitions_away(Duration span);
  /// Of what servers ask the store of people, one in so many fails, or is answered late; 0: none.
  void fail_people(std::uint64_t one_in);
  void slow_people(std::uint64_t one_in) { people_slow_one_in_ = one_in; }
  /// nullptr where there is one node.
  [[nodiscard]] SimBus* bus() { return bus_.get(); }
  void lose_bus_frames(bool on) {
    if (bus_) bus_->lose(on);
  }
  [[nodiscard]] Storage& storage() { return *storage_; }
  /// No more new links are slow by chance, for tests of what a link does that is not.
  void keep_links_even() { settings_.slow_link = settings_.narrow_link = 0; }

  // ---- for checks
  /// Called whenever threads of a node begin to stand still, for so long.
  void on_pause(std::function<void(Duration span)> told) { told_of_pause_ = std::move(told); }
  /// From now on every frame goes there as well.
  void collect_into(Corpus* corpus) { corpus_ = corpus; }
  [[nodiscard]] Corpus* corpus() const { return corpus_; }
  /// For so long each node could learn every few seconds what others have told the store of people: that did not fail,
  /// and no whole process stood still.
  [[nodiscard]] Duration people_known_for() const;
  [[nodiscard]] bool is_open(std::size_t node) const { return nodes_[node]->is_open(); }
  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }
  [[nodiscard]] std::unique_ptr<ChannelStoreScan> scan() const { return storage_->scan(); }
  [[nodiscard]] CommittedLog committed_log() const { return storage_->committed_log(); }
  [[nodiscard]] CommittedMember committed_member() const { return storage_->committed_member(); }
  /// nullptr while there is none, which may be where the only node is down.
  [[nodiscard]] MemoryCommandQueue* queue() { return queue_.get(); }
  [[nodiscard]] Accounts& accounts() { return *accounts_; }
  /// For calls to accounts(), outside every process.
  [[nodiscard]] Executor& outside() { return setup_; }
  [[nodiscard]] Incarnation incarnation() const { return storage_->incarnation(); }
  /// What survives a crash of a cluster on a MemoryStorage; a test may damage it.
  [[nodiscard]] MemoryDisk& disk() { return static_cast<MemoryStorage&>(*storage_).disk(); }
  /// Of the first node. What others may not differ in is in run.cpp.
  [[nodiscard]] const Limits& limits() const { return nodes_.front()->limits; }
  /// Of those by which nodes decide, in which they may differ: what none of them goes beyond.
  [[nodiscard]] Limits largest_limits() const;

 private:
  void start(std::size_t node);
  void open(std::size_t node);
  void tick_io(std::size_t node, std::size_t io);
  LinkSpeed some_speed();

  World& world_;
  ClusterSettings settings_;
  std::unique_ptr<Storage> storage_;
  MemoryAccountsFaults faults_of_people();
  std::uint64_t people_fail_one_in_ = 0;
  std::uint64_t people_slow_one_in_ = 0;
  Duration people_unknown_until_{0};
  std::unique_ptr<Accounts> accounts_;
  std::shared_ptr<MemoryCommandQueue> queue_;
  std::unique_ptr<SimBus> bus_;
  bool idle_node_ = false;  // subscribes in a node's place
  std::function<void(Duration)> told_of_pause_;
  Corpus* corpus_ = nullptr;
  std::vector<std::unique_ptr<Server>> nodes_;
  std::vector<std::weak_ptr<Link>> links_;
  SimExecutor& setup_;
};

}  // namespace parley::sim
