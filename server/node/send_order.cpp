#include "node/send_order.hpp"

namespace parley {

void SendOrder::refused(const ChannelId& channel, const SendId& send_id, Duration now) {
  std::erase_if(first_refused_, [&](const auto& held) { return held.second.is_over(now); });
  if (first_refused_.size() >= kMost) first_refused_.clear();
  const auto held = first_refused_.try_emplace(channel, Refused{send_id, now, now}).first;
  held->second.last = now;
}

bool SendOrder::is_behind(const ChannelId& channel, const SendId& send_id, Duration now) {
  const auto held = first_refused_.find(channel);
  if (held == first_refused_.end()) return false;
  if (held->second.send_id != send_id && !held->second.is_over(now)) return true;
  first_refused_.erase(held);
  return false;
}

}  // namespace parley
