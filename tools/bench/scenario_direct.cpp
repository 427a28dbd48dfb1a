#include "bench/scenarios.hpp"
#include "bench/traffic.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

class Direct final : public Traffic {
 public:
  using Traffic::Traffic;

 private:
  std::vector<Room> make_rooms() override {
    std::vector<Room> rooms;
    std::vector<Order> orders;
    for (std::uint32_t i = 0; i + 1 < sessions_.size(); i += 2) add_pair(i, rooms, orders);
    carry_out(std::move(orders), "channels");
    return rooms;
  }
};

}  // namespace

WorkerResult run_direct(const Workplace& place) {
  return Direct(place).run();
}

}  // namespace parley::bench
