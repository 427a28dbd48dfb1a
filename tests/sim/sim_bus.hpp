// The bus between simulated nodes: the one in memory, behind wires that take time, lose frames and carry some twice.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "engines/memory/bus.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class SimBus final : public Bus {
 public:
  explicit SimBus(World& world) : world_(world) {}

  void send(NodeId from, NodeId to, std::string frame) override;
  void listen(NodeId node, Executor& executor, std::function<void(NodeId from, std::string frame)> received) override {
    bus_.listen(node, executor, std::move(received));
  }
  void leave(NodeId node) override { bus_.leave(node); }
  [[nodiscard]] std::vector<NodeId> nodes() const override { return bus_.nodes(); }

  /// One frame in three is lost.
  void lose(bool on) { loses_ = on; }
  /// Frames take up to some seconds, and stay in order.
  void slow_down(bool on) { slow_ = on; }
  /// The next `count` frames are lost, whatever they are.
  void lose_next(std::uint64_t count) { lose_next_ = count; }
  /// One frame in three comes once more, at once or behind others.
  void repeat(bool on) { repeats_ = on; }
  /// What is on its way is lost.
  void lose_all() { ++life_; }

 private:
  /// What arrives after `takes`.
  void carry(NodeId from, NodeId to, Duration takes, std::string frame);

  World& world_;
  MemoryBus bus_;
  std::uint64_t life_ = 0;
  bool loses_ = false;
  bool slow_ = false;
  bool repeats_ = false;
  std::uint64_t lose_next_ = 0;
  std::map<std::pair<NodeId, NodeId>, Duration> last_;  // when the last frame of a link arrives
};

}  // namespace parley::sim
