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
    for (std::uint32_t i = 0; i + 1 < sessions_.size(); i += 2) {
      const AccountId& one = sessions_[i]->person().account;
      const AccountId& other = sessions_[i + 1]->person().account;
      rooms.push_back({direct_channel_id(one, other), {i, i + 1}, 2});
      auto command = std::make_unique<v1::Command>();
      auto& create = *command->mutable_create_channel();
      create.set_kind(v1::CHANNEL_KIND_DIRECT);
      create.set_peer(std::string(other.view()));
      orders.push_back({sessions_[i].get(), std::move(command), {}});
    }
    carry_out(std::move(orders), "channels");
    return rooms;
  }
};

}  // namespace

WorkerResult run_direct(const Workplace& place) {
  return Direct(place).run();
}

}  // namespace parley::bench
