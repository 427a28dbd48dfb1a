#include "chat/channel.hpp"

#include <algorithm>
#include <string_view>

namespace parley {
namespace {

// Part of the store's format: another tag gives every derived channel another id.
constexpr std::string_view kDirectTag = "parley.channel.direct.v1";
constexpr std::string_view kSelfTag = "parley.channel.self.v1";
constexpr std::string_view kAccountTag = "parley.channel.account.v1";

ChannelId derived_id(std::initializer_list<std::string_view> parts) {
  return ChannelId(make_uuid_v8(view(sha256(parts))));
}

bool contains(const std::vector<Interval>& intervals, Seq seq) {
  return std::ranges::any_of(
      intervals, [seq](const Interval& i) { return i.from <= seq && (i.to == 0 || seq <= i.to) && seq != 0; });
}

}  // namespace

bool Member::sees(Seq seq) const {
  return contains(intervals, seq);
}

bool Member::hides(Seq seq) const {
  return contains(hidden, seq);
}

Seq Member::visible_head(Seq head) const {
  if (intervals.empty()) return 0;
  const Seq to = intervals.back().to;
  return to == 0 ? head : std::min(to, head);
}

const Member* Channel::find(const AccountId& account) const {
  const auto found = members.find(account);
  return found == members.end() ? nullptr : &found->second;
}

const Member* Channel::find_active(const AccountId& account) const {
  const Member* member = find(account);
  return member != nullptr && member->active() ? member : nullptr;
}

std::size_t Channel::active_members() const {
  return static_cast<std::size_t>(std::ranges::count_if(members, [](const auto& m) { return m.second.active(); }));
}

ChannelId direct_channel_id(const AccountId& a, const AccountId& b) {
  return derived_id({kDirectTag, std::min(a, b).view(), std::max(a, b).view()});
}

ChannelId self_channel_id(const AccountId& account) {
  return derived_id({kSelfTag, account.view()});
}

ChannelId account_channel_id(const AccountId& account) {
  return derived_id({kAccountTag, account.view()});
}

}  // namespace parley
