// Bus carries frames between nodes, once where all is well: live delivery, outcomes, presence, typing. What it loses or
// hands out again is noticed by whoever numbers the frames of a link (node/bus_links.hpp), never by the bus.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "ports/executor.hpp"

namespace parley {

class Bus {
 public:
  virtual ~Bus() = default;
  /// Hands `frame` to `to`, or loses it. Frames of one link that arrive do so in order. Any thread; never blocks.
  virtual void send(NodeId from, NodeId to, std::string frame) = 0;
  /// `received` runs on `executor` for each frame to `node`. One listener per node.
  virtual void listen(NodeId node, Executor& executor,
                      std::function<void(NodeId from, std::string frame)> received) = 0;
  /// After it returns nothing more is handed to `node` (call it on the listener's executor).
  virtual void leave(NodeId node) = 0;
  /// The nodes that listen at the moment.
  [[nodiscard]] virtual std::vector<NodeId> nodes() const = 0;
};

}  // namespace parley
