// One process of the simulated cluster, and the machine it runs on.
#pragma once

#include <memory>
#include <vector>

#include "base/metrics.hpp"
#include "node/node.hpp"
#include "sim/front.hpp"
#include "sim/world.hpp"

namespace parley::sim {

struct Server {
  explicit Server(const Clock& world) : clock(world) {}

  // The machine, which outlives the process.
  SkewedClock clock;
  Limits limits;
  std::vector<SimExecutor*> owners;
  std::vector<SimExecutor*> ios;

  // The process; all null while there is none.
  std::unique_ptr<ChannelStore> store;
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<Front> front;
  std::unique_ptr<Node> node;

  [[nodiscard]] bool is_open() const { return node != nullptr && front->is_open(); }
};

}  // namespace parley::sim
