// MemoryBus: the bus between nodes of one process. Frames to one node arrive in the order sent, whatever the sender.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "ports/bus.hpp"

namespace parley {

class MemoryBus final : public Bus {
 public:
  /// A frame for which it says true is lost. Called on the sender's thread, one call at a time.
  using Loses = std::function<bool(NodeId from, NodeId to, std::string_view frame)>;

  /// Frames to a node are lost while more than `inbox_bytes` wait for it.
  explicit MemoryBus(std::size_t inbox_bytes = 64UL << 20);
  /// Hands out nothing more.
  ~MemoryBus() override;
  MemoryBus(const MemoryBus&) = delete;
  MemoryBus& operator=(const MemoryBus&) = delete;

  void send(NodeId from, NodeId to, std::string frame) override;
  void listen(NodeId node, Executor& executor, std::function<void(NodeId from, std::string frame)> received) override;
  void leave(NodeId node) override;
  [[nodiscard]] std::vector<NodeId> nodes() const override;  // ascending

  /// For tests; empty: nothing is lost on purpose.
  void lose(Loses loses);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace parley
