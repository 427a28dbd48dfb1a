#include "node/send_order.hpp"

namespace parley {

void SendOrder::refused(const ChannelId& channel, const SendId& send_id, Duration now) {
  std::erase_if(first_refused_, [&](const auto& held) { return held.second.until <= now; });
  if (first_refused_.size() >= kMost) first_refused_.clear();
  first_refused_.try_emplace(channel, send_id, now + kHold);
}

bool SendOrder::is_behind(const ChannelId& channel, const SendId& send_id, Duration now) {
  const auto held = first_refused_.find(channel);
  if (held == first_refused_.end()) return false;
  if (held->second.send_id != send_id && now < held->second.until) return true;
  first_refused_.erase(held);
  return false;
}

}  // namespace parley
