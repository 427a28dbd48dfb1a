#include "sim/workload.hpp"

#include <algorithm>

#include "parley/v1/frames.pb.h"

namespace parley::sim {

const client::ChannelState* Workload::some_channel(Device& device) {
  if (dice().below(3) == 0) {
    if (const auto* big = device.core().find(big_group_)) return big;
  }
  std::vector<const client::ChannelState*> all;
  device.core().each_channel([&](const client::ChannelState& channel) { all.push_back(&channel); });
  return all.empty() ? nullptr : all[dice().below(all.size())];
}

/// Mostly one of the last few, so that people race each other for the same message.
Seq Workload::some_seq(const client::ChannelState& channel) {
  const Seq head = std::max<Seq>(channel.head, 1);
  if (dice().once_in(20)) return dice().below(head + 3);
  if (dice().once_in(3)) return 1 + dice().below(head);
  return head - std::min<Seq>(head - 1, dice().below(6));
}

void Workload::act() {
  Device& device = some_device();
  if (!device.running()) return;
  const auto* channel = some_channel(device);
  if (channel == nullptr || dice().once_in(25)) return create(device);
  switch (dice().below(20)) {
    case 0:
    case 1:
    case 2:
      return read(device, *channel);
    case 3:
      return change_registers(device, *channel);
    case 4:
      return question(device, *channel);
    case 5:
      return hint(device, *channel);
    case 6:
      return call(device);
    case 7:
      if (dice().once_in(2)) return device_trouble(device);
      [[fallthrough]];
    default:
      return command(device, *channel);
  }
}

}  // namespace parley::sim
