// Everything that is asked of a server over a connection beside commands.
#include "parley/v1/frames.pb.h"
#include "sim/workload.hpp"

namespace parley::sim {

void Workload::read_a_part() {
  Device& device = some_device();
  if (!device.running()) return;
  if (const auto* channel = some_channel(device)) device.read(channel->id, some_seq(*channel));
}

void Workload::read(Device& device, const client::ChannelState& channel) {
  if (!dice().once_in(5)) {
    return device.read(channel.id, dice().once_in(4) ? some_seq(channel) : channel.top());
  }
  // As another client of this account might: backwards, beyond the head, one cursor alone.
  v1::ClientFrame frame;
  auto& move = *frame.mutable_move_cursor();
  move.set_channel_id(std::string(channel.id.view()));
  if (dice().once_in(2)) move.set_delivered(some_seq(channel));
  if (dice().once_in(2)) move.set_read(some_seq(channel));
  device.ask_by_hand(frame);
}

void Workload::change_registers(Device& device, const client::ChannelState& channel) {
  v1::ClientFrame frame;
  if (dice().once_in(4)) {
    auto& hide = *frame.mutable_hide_messages();
    hide.set_channel_id(std::string(channel.id.view()));
    hide.set_from(some_seq(channel));
    hide.set_to(hide.from() + dice().below(3));
    return device.ask_by_hand(frame);
  }
  auto& set = *frame.mutable_set_registers();
  set.set_channel_id(std::string(channel.id.view()));
  if (dice().once_in(3)) set.set_pinned(dice().once_in(2));
  if (dice().once_in(3)) set.set_archived(dice().once_in(2));
  if (dice().once_in(3)) set.set_marked_unread(dice().once_in(2));
  if (dice().once_in(3)) set.set_muted_until(static_cast<std::int64_t>(dice().below(3)) - 1);
  device.ask_by_hand(frame);
}

void Workload::question(Device& device, const client::ChannelState& channel) {
  const std::string id(channel.id.view());
  v1::ClientFrame frame;
  switch (dice().below(7)) {
    case 0:
      frame.mutable_get_inbox()->set_version(dice().once_in(2) ? "" : device.core().session().version);
      break;
    case 1: {
      auto& history = *frame.mutable_get_history();
      history.set_channel_id(id);
      if (dice().once_in(2)) history.set_from(some_seq(channel));
      if (dice().once_in(2)) history.set_to(history.from() + dice().below(20));
      if (dice().once_in(2)) history.set_limit(static_cast<std::uint32_t>(dice().below(20)));
      history.set_oldest_first(dice().once_in(2));
      break;
    }
    case 2:
      frame.mutable_get_channel()->set_channel_id(id);
      break;
    case 3:
      frame.mutable_get_receipts()->set_channel_id(id);
      frame.mutable_get_receipts()->set_seq(some_seq(channel));
      break;
    case 4:
      frame.mutable_get_content()->set_channel_id(id);
      frame.mutable_get_content()->set_seq(some_seq(channel));
      break;
    case 5:
      frame.mutable_get_versions()->set_channel_id(id);
      frame.mutable_get_versions()->set_seq(some_seq(channel));
      break;
    default:
      frame.mutable_open_channels()->add_channel_ids(id);
      break;
  }
  device.ask_by_hand(frame);
}

void Workload::hint(Device& device, const client::ChannelState& channel) {
  v1::ClientFrame frame;
  switch (dice().below(4)) {
    case 0:
    case 1:
      frame.mutable_typing()->set_channel_id(std::string(channel.id.view()));
      frame.mutable_typing()->set_on(!dice().once_in(3));
      device.core().hint(frame);
      return;
    case 2:
      for (std::uint64_t i = 1 + dice().below(4); i > 0; --i) frame.mutable_watch()->add_accounts(some_id());
      return device.ask_by_hand(frame);
    default:
      frame.mutable_set_active()->set_active(dice().once_in(2));
      return device.ask_by_hand(frame);
  }
}

}  // namespace parley::sim
