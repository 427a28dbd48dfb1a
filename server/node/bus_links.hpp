// This node's links to the others. Frames of a link are numbered and the position is repeated every second, with what
// the sender owns; a gap, or an owner that was not known, makes this node tell its sessions to look at their heads
// again, so that nothing lost on the way stays lost (P7). Where an account is connected is a lease of 75 s, renewed
// every 30.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/outlet.hpp"
#include "ports/bus.hpp"
#include "ports/executor.hpp"

namespace parley {

namespace v1 {
class BusFrame;
}

/// Belongs to one executor: that of the node's only owner thread, or of each owner by way of posts.
class BusLinks final : public RemoteNodes {
 public:
  /// What comes from elsewhere, on `executor`.
  class Receiver {
   public:
    virtual ~Receiver() = default;
    virtual void answer_from_elsewhere(Answer answer) = 0;
    virtual void push_from_elsewhere(const Push& push, const std::vector<AccountId>& accounts) = 0;
    /// As Hub::recheck, and Hub::parted.
    virtual void recheck_from_elsewhere(const AccountId& account, std::optional<AccountId> viewer) = 0;
    virtual void parted_elsewhere(const AccountId& account) = 0;
    /// As Outlet::learn; where it is true, link_lost_frames() follows.
    virtual bool owner_elsewhere(PartitionId partition, Epoch epoch) = 0;
    /// Frames may have been lost: every session has to ask for its heads again, and what it watches is looked at again.
    virtual void link_lost_frames() = 0;
  };

  BusLinks(NodeId self, Bus& bus, Executor& executor, Clock& clock, Random& random, Receiver& receiver);
  ~BusLinks() override;

  void start();
  void stop();

  void answer(const Answer& answer) override;
  void push(const NodeId& node, const Push& push, const std::vector<AccountId>& accounts) override;
  [[nodiscard]] std::vector<NodeId> nodes_of(const AccountId& account) const override;
  void owns(PartitionId partition, Epoch epoch) override { owned_[partition] = epoch; }
  void owns_no_more(PartitionId partition) override { owned_.erase(partition); }

  /// All other nodes do as this one.
  void recheck(const AccountId& account, std::optional<AccountId> viewer);
  void parted(const AccountId& account);

  /// Frames were not sent that others wait for: their sessions have to ask for their heads again. Tells at once what
  /// this node owns.
  void skip();

  /// An account's first session came / its last one went.
  void connected(const AccountId& account);
  void disconnected(const AccountId& account);

 private:
  struct Incoming {
    std::string start;
    std::uint64_t number = 0;
    std::deque<std::string> earlier;  // starts of processes before it
  };
  void send(const NodeId& node, v1::BusFrame& frame);
  void broadcast(v1::BusFrame& frame);
  void received(const NodeId& from, const std::string& bytes);
  void take(const NodeId& from, const v1::BusFrame& frame);
  bool learn_owners(const v1::BusFrame& frame);
  void tell_position(const NodeId& node);
  void tell_leases(const NodeId& node);
  void tick();

  NodeId self_;
  Bus& bus_;
  Executor& executor_;
  Clock& clock_;
  Receiver& receiver_;
  std::string start_;
  std::map<NodeId, std::uint64_t> sent_;
  std::map<NodeId, Incoming> received_;
  std::map<PartitionId, Epoch> owned_;
  std::set<AccountId> here_;
  std::unordered_map<AccountId, std::map<NodeId, Duration>> leases_;  // until, in Clock::uptime
  std::uint64_t ticks_ = 0;
  bool running_ = false;
  std::shared_ptr<bool> alive_;
};

}  // namespace parley
