// What an app asks of the client core beside sending and reading: what it shows, and so wants to have.
#include <array>
#include <vector>

#include "sim/workload.hpp"
#include "wire/records.hpp"

namespace parley::sim {

void Workload::use_the_client() {
  Device& device = some_device();
  if (!device.running()) return;
  const auto* channel = some_channel(device);
  if (channel == nullptr) return;
  client::Client& core = device.core();
  switch (dice().below(8)) {
    case 0: {
      std::vector<ChannelId> shown{channel->id};
      if (const auto* other = some_channel(device); other != nullptr && dice().once_in(2)) shown.push_back(other->id);
      if (dice().once_in(4)) shown.clear();
      return core.open(device.now(), shown);
    }
    case 1:
    case 2: {
      constexpr std::array kWants{client::Want::nothing, client::Want::newest, client::Want::in_order};
      return core.want(device.now(), channel->id, kWants[dice().below(kWants.size())]);
    }
    case 3:
      return core.resync(device.now());
    case 4:
      return core.stop(device.now());  // whoever looks at the screen starts it again
    default:
      return post_text(device, *channel);
  }
}

void Workload::post_text(Device& device, const client::ChannelState& channel) {
  const ChannelId id = channel.id;
  const std::string text = words_.next() + some_text(dice().below(50));
  v1::Command command;
  command.set_channel_id(std::string(id.view()));
  command.mutable_post()->mutable_content()->set_text(text);
  if (dice().once_in(4)) command.mutable_post()->set_reply_to(some_seq(channel));
  ++sends_;
  const auto send_id = device.post(id, text, command.post().reply_to());
  if (!send_id) return;
  command.set_send_id(std::string(send_id->view()));
  witness_.sends(device.account(), command, world_.now());
  words_.sent(text, id, device.account(), *send_id);
  remember(device, command);
}

void Workload::talk_long() {
  Device& device = *devices_.front();
  const auto* big = device.running() ? device.core().find(big_group_) : nullptr;
  for (Seq left = big == nullptr ? 0 : wire::kDigestEvery; left > 0 && device.running(); --left)
    post_text(device, *big);
}

}  // namespace parley::sim
