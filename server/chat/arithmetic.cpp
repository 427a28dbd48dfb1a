#include <algorithm>

#include "chat/channel.hpp"

namespace parley {

Badge badge(const Channel& channel, const Member& member) {
  if (channel.kind == ChannelKind::account || !member.active()) return {};
  return {.unread = (channel.count - member.at_read.count) - (member.own - member.at_read.own),
          .mentions = member.mentions - member.at_read.mentions};
}

Floors::Floors(const Channel& channel) {
  const auto note = [](Lowest& lowest, const AccountId& account, Seq value) {
    if (lowest.members == 0 || value < lowest.value) {
      lowest.next = lowest.value;
      lowest.value = value;
      lowest.holder = account;
    } else if (lowest.members == 1 || value < lowest.next) {
      lowest.next = value;
    }
    ++lowest.members;
  };
  for (const auto& [account, member] : channel.members) {
    if (!member.active()) continue;
    note(delivered_, account, member.delivered);
    if (!member.hide_read) note(read_, account, member.read);
  }
  if (channel.kind == ChannelKind::self || channel.kind == ChannelKind::account) alone_ = channel.head;
}

Floor Floors::for_viewer(const AccountId& viewer, bool viewer_hides_read) const {
  // `next` is 0 where the holder is the only one.
  const auto of_others = [&](const Lowest& lowest) { return viewer == lowest.holder ? lowest.next : lowest.value; };
  const bool alone = delivered_.members == 1 && viewer == delivered_.holder;
  Floor floor = alone ? Floor{.delivered = alone_, .read = alone_}
                      : Floor{.delivered = of_others(delivered_), .read = of_others(read_)};
  if (viewer_hides_read) floor.read = 0;
  return floor;
}

}  // namespace parley
