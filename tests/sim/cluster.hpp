// The servers of the simulation: one or two nodes of the real runtime over a disk, a queue and a bus in memory, which
// crash, restart, and lose what was on its way.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "engines/memory/accounts.hpp"
#include "engines/memory/bus.hpp"
#include "engines/memory/channel_store.hpp"
#include "engines/memory/command_queue.hpp"
#include "node/connection.hpp"
#include "node/node.hpp"
#include "node/session.hpp"
#include "sim/corpus.hpp"
#include "sim/front.hpp"
#include "sim/witness.hpp"
#include "sim/world.hpp"

namespace parley::sim {

/// What a device learns of its connection.
class LinkEnd {
 public:
  virtual ~LinkEnd() = default;
  virtual void link_opened() = 0;
  virtual void link_frame(std::string bytes) = 0;
  virtual void link_closed(std::uint16_t code) = 0;
  /// What the server sends, at the moment it does so, while `queued` bytes wait. For checks: a device does not know it.
  virtual void server_says(std::string_view /*bytes*/, std::size_t /*queued*/) {}
};

/// A connection with delay, order, and a cable that can be cut at any moment; the server's end of it.
class Link;

class Cluster {
 public:
  /// One node; with `two`, two nodes that share disk, queue and bus.
  Cluster(World& world, bool two);
  ~Cluster();

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

  /// Kills a node with what it has in flight; it comes back by itself after a while.
  void crash(std::size_t node);
  /// All nodes die, and come back on what the store was when `image` was taken: another incarnation, and nobody is
  /// signed in.
  void restore(const MemoryDisk::Image& image);
  /// Cuts a random connection.
  void cut_one();
  void fail_next_commit(MemoryStoreFaults::Fate fate) { next_fate_ = fate; }
  void lose_bus_frames(bool on) { lose_bus_ = on; }
  /// No more new links are slow by chance, for tests of what a link does that is not.
  void keep_links_even() { slow_links_ = false; }

  /// From now on every frame goes there as well.
  void collect_into(Corpus* corpus) { corpus_ = corpus; }

  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }
  [[nodiscard]] std::unique_ptr<ChannelStoreScan> scan() const;
  [[nodiscard]] CommittedLog committed_log() const;
  [[nodiscard]] Accounts& accounts() { return *accounts_; }
  /// For calls to accounts(), outside every process.
  [[nodiscard]] Executor& outside() { return setup_; }
  [[nodiscard]] Incarnation incarnation() const { return disk_->incarnation; }
  /// What survives a crash; a test may damage it.
  [[nodiscard]] MemoryDisk& disk() { return *disk_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  friend class Link;
  struct Server;
  void start(std::size_t node);
  void open(std::size_t node);
  void tick_io(std::size_t node, std::size_t io);

  World& world_;
  Limits limits_;
  std::shared_ptr<MemoryDisk> disk_;
  std::uint8_t restores_ = 0;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<MemoryCommandQueue> queue_;
  std::unique_ptr<MemoryBus> bus_;
  MemoryStoreFaults::Fate next_fate_ = MemoryStoreFaults::Fate::ok;
  bool lose_bus_ = false;
  bool slow_links_ = true;
  Corpus* corpus_ = nullptr;
  std::vector<std::unique_ptr<Server>> nodes_;
  std::vector<std::weak_ptr<Link>> links_;
  SimExecutor& setup_;
};

class Link final : public Connection, public std::enable_shared_from_this<Link> {
 public:
  Link(Cluster& cluster, std::size_t node, std::size_t io, LinkEnd& end);
  ~Link() override;

  // The device's side.
  void send_to_server(std::string bytes);
  /// The device lets go: nothing more is told to it.
  void close_by_device();
  /// Both ends lose it; the device learns it soon, the server too.
  void cut();
  void server_died();
  /// While held, nothing of what the server sends arrives.
  void hold_down(bool on);
  [[nodiscard]] std::size_t node() const { return node_; }
  void open();

  // Connection: the server's side.
  void send(FrameKind kind, std::string_view payload) override;
  void send(FrameKind kind, std::shared_ptr<const std::string> payload) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return queued_; }
  void ping() override {}
  void close(std::uint16_t code, std::string_view reason) override;
  void set_message_limit(std::size_t) override {}
  void established() override {}

 private:
  Duration delay();
  void end_server();
  void arrive(std::string bytes);

  Cluster& cluster_;
  std::size_t node_;
  std::size_t io_;
  LinkEnd* end_;
  std::unique_ptr<Session> session_;
  std::size_t queued_ = 0;
  Duration last_up_{0}, last_down_{0};
  bool cut_ = false;
  bool slow_ = false;
  bool held_ = false;
  std::deque<std::string> held_back_;
};

}  // namespace parley::sim
