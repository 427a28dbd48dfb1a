#include "client/channel_view.hpp"

#include <algorithm>
#include <cstring>

#include "client/ranges.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/records.hpp"

namespace parley::client {
namespace {

constexpr std::size_t kMostPoints = 16;

template <class Repeated>
std::vector<Interval> intervals_of(const Repeated& ranges) {
  std::vector<Interval> out;
  out.reserve(static_cast<std::size_t>(ranges.size()));
  for (const auto& range : ranges) out.push_back({range.from(), range.to()});
  return out;
}

std::optional<Digest> to_digest(std::string_view bytes) {
  Digest digest{};
  if (bytes.size() != digest.size()) return std::nullopt;
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

bool is_askable(Seq seq) {
  return seq % wire::kDigestEvery == 0;
}

/// Of the older half go those that cannot be asked for, or else every second, so that distances grow with age.
void thin_out(std::vector<Point>& points) {
  if (points.size() <= kMostPoints) return;
  const auto middle = points.begin() + kMostPoints / 2;
  const auto unasked =
      std::remove_if(points.begin(), middle, [](const Point& point) { return !is_askable(point.seq); });
  if (unasked != middle) {
    points.erase(unasked, middle);
    return;
  }
  std::size_t index = 0;
  points.erase(std::remove_if(points.begin(), middle, [&](const Point&) { return index++ % 2 != 0; }), middle);
}

void remember(ChannelState& channel, Seq seq, std::string_view bytes) {
  const auto digest = to_digest(bytes);
  if (!digest || seq == 0) return;
  auto& points = channel.points;
  auto at = std::lower_bound(points.begin(), points.end(), seq,
                             [](const Point& point, Seq other) { return point.seq < other; });
  if (at != points.end() && at->seq == seq) {
    at->digest = *digest;
    return;
  }
  points.insert(at, {seq, *digest});
  thin_out(points);
}

template <class Members>
const v1::NewMember* find_member(const Members& members, const AccountId& me) {
  for (const auto& member : members) {
    if (member.account() == me.view()) return &member;
  }
  return nullptr;
}

/// The event at `seq` lets see what is from `from` on. Whoever comes back may have seen `from` before, but not `seq`.
void see_from(ChannelState& channel, Seq seq, Seq from) {
  if (contains(channel.visible, seq)) return;
  while (!channel.visible.empty() && channel.visible.back().from >= from) channel.visible.pop_back();
  channel.visible.push_back({from, 0});
}

void leave(ChannelState& channel, Seq seq) {
  channel.role = Role::none;
  if (!channel.visible.empty() && channel.visible.back().to == 0) channel.visible.back().to = seq;
}

void take_left(ChannelState& channel, const v1::EventHeader& header, const AccountId& me) {
  if (channel.members > 0) --channel.members;
  if (header.account() == me.view()) return leave(channel, header.seq());
  if (header.member_left().new_owner() == me.view()) channel.role = Role::owner;
}

}  // namespace

void take_registers(ChannelState& channel, const v1::Registers& registers) {
  Registers& mine = channel.registers;
  mine.delivered = std::max<Seq>(mine.delivered, registers.delivered());
  mine.read = std::max<Seq>(mine.read, registers.read());
  mine.marked_unread = registers.marked_unread();
  mine.muted_until = registers.muted_until();
  mine.pinned = registers.pinned();
  mine.archived = registers.archived();
  mine.hidden = intervals_of(registers.hidden());
}

void take_row(ChannelState& channel, const v1::InboxRow& row, bool overtaken) {
  channel.kind = static_cast<ChannelKind>(row.kind());
  channel.peer = AccountId::from_bytes(row.peer()).value_or(AccountId{});
  channel.head = std::max<Seq>(channel.head, row.head());
  channel.head_time = std::max(channel.head_time, from_unix_ms(row.head_time()));
  if (!overtaken) {
    channel.role = static_cast<Role>(row.role());
    // Who left is not told what the channel is called now: the name it had stays.
    if (channel.role != Role::none || !row.title().empty()) {
      channel.title = row.title();
      channel.avatar = row.avatar();
    }
    channel.members = row.members();
    channel.visible = intervals_of(row.visible());
    // A page may have left out what was thought to be visible. An older row does not know what was told since.
    if (row.head() >= channel.counted) channel.have = only_visible(channel.have, channel.visible);
  }
  channel.delivered_by_all = row.delivered_by_all();
  channel.read_by_all = row.read_by_all();
  take_registers(channel, row.registers());
}

Agreed agreed_until(const ChannelState& channel, const v1::InboxRow& row, const Incarnation& incarnation) {
  const bool same_incarnation = channel.incarnation == incarnation;
  const auto digest = to_digest(row.digest());
  const auto point = std::find_if(channel.points.begin(), channel.points.end(),
                                  [&](const Point& known) { return known.seq == row.head(); });
  const bool comparable = digest.has_value() && point != channel.points.end();
  // What the restored server does not show (any more, or yet) goes, and what came after it is fetched again.
  const Seq shown = same_incarnation ? kNoSeqAbove : shown_until(channel.have, intervals_of(row.visible()));
  if (comparable && point->digest == *digest)
    return {same_incarnation ? channel.top() : std::min(shown, row.head()), true};
  if (same_incarnation && !comparable) return {channel.top(), !channel.unproven};
  const Seq until = last_askable_point(channel, std::min(shown, comparable ? row.head() - 1 : row.head()));
  return {until, until == 0};
}

Seq last_askable_point(const ChannelState& channel, Seq most) {
  const auto last = std::find_if(channel.points.rbegin(), channel.points.rend(),
                                 [&](const Point& point) { return point.seq <= most && is_askable(point.seq); });
  return last == channel.points.rend() ? 0 : last->seq;
}

void remember_digest(ChannelState& channel, const v1::InboxRow& row) {
  remember(channel, row.head(), row.digest());
}

void remember_digest(ChannelState& channel, const v1::Event& event) {
  remember(channel, event.header().seq(), event.digest());
}

void forget_history_after(ChannelState& channel, Seq last) {
  cut_after(channel.have, last);
  std::erase_if(channel.points, [&](const Point& point) { return point.seq > last; });
  channel.delivered_wanted = std::min(channel.delivered_wanted, last);
  channel.read_wanted = std::min(channel.read_wanted, last);
}

void forget_after(ChannelState& channel, Seq last) {
  forget_history_after(channel, last);
  channel.head = std::min(channel.head, last);
  channel.counted = std::min(channel.counted, last);
  channel.registers.delivered = std::min(channel.registers.delivered, last);
  channel.registers.read = std::min(channel.registers.read, last);
  channel.delivered_by_all = std::min(channel.delivered_by_all, last);
  channel.read_by_all = std::min(channel.read_by_all, last);
}

bool is_beyond_membership(const ChannelState& channel, Seq seq) {
  if (channel.role != Role::none) return false;
  return channel.visible.empty() || channel.visible.back().to == 0 || seq > channel.visible.back().to;
}

void take_admission(ChannelState& channel, const v1::EventHeader& header, const AccountId& me) {
  if (header.has_created()) {
    if (find_member(header.created().members(), me) != nullptr) see_from(channel, header.seq(), header.seq());
  } else if (header.has_members_added()) {
    const auto& added = header.members_added();
    if (find_member(added.members(), me) != nullptr)
      see_from(channel, header.seq(), added.history_from_start() ? 1 : header.seq());
  } else if (header.has_joined_by_invitation() && header.joined_by_invitation().member().account() == me.view()) {
    see_from(channel, header.seq(), header.joined_by_invitation().history_from_start() ? 1 : header.seq());
  }
}

bool take_event(ChannelState& channel, const v1::EventHeader& header, const AccountId& me) {
  switch (header.body_case()) {
    case v1::EventHeader::kDescribed:
      if (header.described().has_title()) channel.title = header.described().title();
      if (header.described().has_avatar()) channel.avatar = header.described().avatar();
      break;
    case v1::EventHeader::kMembersAdded: {
      const auto& members = header.members_added().members();
      channel.members += static_cast<std::uint32_t>(members.size());
      if (const auto* mine = find_member(members, me)) channel.role = static_cast<Role>(mine->role());
      break;
    }
    case v1::EventHeader::kJoinedByInvitation:
      ++channel.members;
      if (header.joined_by_invitation().member().account() == me.view()) channel.role = Role::member;
      break;
    case v1::EventHeader::kMemberRemoved:
      if (channel.members > 0) --channel.members;
      if (header.member_removed().account() == me.view()) leave(channel, header.seq());
      break;
    case v1::EventHeader::kMemberLeft:
      take_left(channel, header, me);
      break;
    case v1::EventHeader::kRoleChanged:
      if (header.role_changed().account() == me.view()) channel.role = static_cast<Role>(header.role_changed().role());
      break;
    case v1::EventHeader::kOwnershipHandedOver:
      if (header.ownership_handed_over().to() == me.view()) channel.role = Role::owner;
      if (header.account() == me.view()) channel.role = Role::admin;
      break;
    default:
      return false;
  }
  return true;
}

Counts counts_for(const v1::EventHeader& header, const AccountId& me) {
  if (!header.has_message() || header.account() == me.view()) return {};
  const auto& mentions = header.message().mentions();
  return {true, std::find(mentions.begin(), mentions.end(), me.view()) != mentions.end()};
}

}  // namespace parley::client
