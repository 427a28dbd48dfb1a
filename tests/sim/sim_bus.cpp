#include "sim/sim_bus.hpp"

#include <algorithm>
#include <string>

namespace parley::sim {
namespace {

constexpr std::uint64_t kTakes = 4;
constexpr std::uint64_t kTakesSlow = 4000;
constexpr std::uint64_t kRepeatedWithin = 200;

}  // namespace

void SimBus::send(NodeId from, NodeId to, std::string frame) {
  if (lose_next_ > 0) {
    --lose_next_;
    return;
  }
  if (loses_ && world_.dice().once_in(3)) return;
  Duration& last = last_[{from, to}];
  const auto takes = static_cast<std::int64_t>(world_.dice().below(slow_ ? kTakesSlow : kTakes));
  last = std::max(last, world_.uptime() + Duration(takes));
  if (repeats_ && world_.dice().once_in(3)) {
    const auto later = static_cast<std::int64_t>(world_.dice().below(kRepeatedWithin));
    carry(from, to, last + Duration(later) - world_.uptime(), frame);
  }
  carry(from, to, last - world_.uptime(), std::move(frame));
}

void SimBus::carry(NodeId from, NodeId to, Duration takes, std::string frame) {
  world_.at(takes, [this, from, to, life = life_, frame = std::move(frame)]() mutable {
    if (life == life_) bus_.send(from, to, std::move(frame));
  });
}

}  // namespace parley::sim
