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
    const std::uint32_t senders = place_.options.senders == 0 ? members : place_.options.senders;
    std::vector<Room> rooms;
    std::vector<Order> orders;
    for (std::uint32_t first = 0; first + members <= sessions_.size(); first += members) {
      Room room{random_channel_id(), {}, senders};
      std::vector<AccountId> accounts;
      for (std::uint32_t i = first; i < first + members; ++i) {
        room.seats.push_back(i);
        accounts.push_back(sessions_[i]->person().account);
      }
      orders.push_back({sessions_[first].get(), make_group(room.channel, accounts), {}});
      rooms.push_back(std::move(room));
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
