#include "bench/scenarios.hpp"
#include "bench/traffic.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

class Group final : public Traffic {
 public:
  using Traffic::Traffic;

 private:
  std::vector<Room> make_rooms() override {
    const std::uint32_t members = place_.options.members;
    std::vector<Room> rooms;
    std::vector<Order> orders;
    for (std::uint32_t first = 0; first + members <= sessions_.size(); first += members) {
      add_group(first, members, rooms, orders);
    }
    carry_out(std::move(orders), "channels");
    return rooms;
  }
};

}  // namespace

WorkerResult run_group(const Workplace& place) {
  return Group(place).run();
}

}  // namespace parley::bench
