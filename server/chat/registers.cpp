#include <algorithm>

#include "base/assert.hpp"
#include "chat/channel.hpp"

namespace parley {
namespace {

// Joins `range` with what it overlaps or touches.
void add_range(std::vector<Interval>& ranges, Interval range) {
  const auto first = std::ranges::find_if(ranges, [&](const Interval& r) { return r.to + 1 >= range.from; });
  auto last = first;
  for (; last != ranges.end() && last->from <= range.to + 1; ++last) {
    range.from = std::min(range.from, last->from);
    range.to = std::max(range.to, last->to);
  }
  ranges.insert(ranges.erase(first, last), range);
}

struct Change {
  const Channel& channel;
  const RegisterCommand& command;
  Member member;

  Result<Member> operator()(const registers::MoveCursor& move) {
    if (std::max(move.delivered, move.read) > member.visible_head(channel.head)) {
      return fail(ErrorCode::seq_in_future);
    }
    const Seq delivered = std::max(move.delivered, move.read);  // what was read has arrived
    if (delivered > member.delivered) {
      member.delivered = delivered;
      member.delivered_at = command.at;
    }
    if (move.read > member.read) {
      PARLEY_ASSERT(move.totals_at_read.has_value());
      member.read = move.read;
      member.read_at = command.at;
      member.at_read = *move.totals_at_read;
      member.marked_unread = false;
    }
    return member;
  }

  Result<Member> operator()(const registers::Set& set) {
    if (set.muted_until && *set.muted_until < kNever) {
      return fail(ErrorCode::invalid_argument, "That time is not allowed.");
    }
    if (set.marked_unread) member.marked_unread = *set.marked_unread;
    if (set.muted_until) member.muted_until = *set.muted_until;
    if (set.pinned) member.pinned = *set.pinned;
    if (set.archived) member.archived = *set.archived;
    return member;
  }

  Result<Member> operator()(const registers::Hide& hide) {
    if (hide.from == 0 || hide.to < hide.from) return fail(ErrorCode::invalid_argument, "Not a range.");
    if (hide.to > member.visible_head(channel.head)) return fail(ErrorCode::seq_in_future);
    add_range(member.hidden, {.from = hide.from, .to = hide.to});
    if (member.hidden.size() > command.limits.hidden_ranges) return fail(ErrorCode::limit_reached);
    return member;
  }

  Result<Member> operator()(const registers::SetHideRead& set) {
    member.hide_read = set.on;
    return member;
  }
};

}  // namespace

Result<Member> change_registers(const Channel& channel, const RegisterCommand& command) {
  const Member* member = channel.exists() ? channel.find(command.account) : nullptr;
  if (member == nullptr) return fail(ErrorCode::channel_unknown);
  return std::visit(Change{channel, command, *member}, command.body);
}

}  // namespace parley
