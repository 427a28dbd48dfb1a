#include <algorithm>
#include <cstring>

#include "parley/v1/frames.pb.h"
#include "wire/fields.hpp"
#include "wire/frames.hpp"
#include "wire/protobytes.hpp"

namespace parley::wire {
namespace {

constexpr std::int64_t kMutedForEver = -1;

void write(const std::vector<Interval>& intervals, google::protobuf::RepeatedPtrField<v1::Range>* out) {
  out->Reserve(static_cast<int>(intervals.size()));
  for (const Interval& interval : intervals) {
    v1::Range& range = *out->Add();
    range.set_from(interval.from);
    range.set_to(interval.to);
  }
}

// Of a direct channel: the other of its two accounts.
AccountId peer_of(const Channel& channel, const AccountId& account) {
  for (const auto& [id, member] : channel.members) {
    if (id != account) return id;
  }
  return {};
}

}  // namespace

void from_registers(const Member& member, v1::Registers& out) {
  out.Clear();
  out.set_delivered(member.delivered);
  out.set_read(member.read);
  out.set_marked_unread(member.marked_unread);
  out.set_muted_until(member.muted_until == Time::max() ? kMutedForEver : to_unix_ms(member.muted_until));
  out.set_pinned(member.pinned);
  out.set_archived(member.archived);
  write(member.hidden, out.mutable_hidden());
}

void fill_inbox_row(const Channel& channel, std::size_t active_members, const Digest& digest, const AccountId& account,
                    const Floor& floor, v1::InboxRow& out) {
  put_id(channel.id, out.mutable_channel_id());
  out.set_kind(static_cast<v1::ChannelKind>(channel.kind));
  if (channel.kind == ChannelKind::direct) put_id(peer_of(channel, account), out.mutable_peer());
  const Member* member = channel.find(account);
  if (member == nullptr) return;

  out.set_role(static_cast<v1::Role>(member->role));
  write(member->intervals, out.mutable_visible());
  out.set_head(member->visible_head(channel.head));
  const Badge unread = badge(channel, *member);
  out.set_unread(unread.unread);
  out.set_unread_mentions(unread.mentions);
  from_registers(*member, *out.mutable_registers());
  if (member->active()) {
    out.set_members(static_cast<std::uint32_t>(active_members));
    out.set_delivered_by_all(floor.delivered);
    out.set_read_by_all(floor.read);
  }
  // Title, avatar, time and digest are those of the channel's head: only for who may see it.
  if (out.head() == channel.head) {
    out.set_title(channel.title);
    out.set_avatar(channel.avatar);
    out.set_head_time(to_unix_ms(channel.time));
    out.mutable_digest()->assign(view(digest));
  }
}

void from_error(const Error& error, v1::Error& out) {
  out.Clear();
  out.set_number(static_cast<std::uint32_t>(error.code));
  out.set_name(std::string(error.name()));
  out.set_text(error.text());
  out.set_retry_after_ms(error.retry_after_ms);
}

Error to_error(const v1::Error& error) {
  const ErrorInfo* info = find_error(std::string_view(error.name()));
  if (info == nullptr || info->code == ErrorCode::ok)
    return {ErrorCode::internal, error.text(), error.retry_after_ms()};
  return {info->code, error.text(), error.retry_after_ms()};
}

// ---- version: [1][16 bytes incarnation] then per partition, ascending: varint partition, varint position; at the end
// 4 bytes of the SHA-256 of all that, so that anything else a client may send is refused.

namespace {

constexpr char kVersionFormat = 1;
constexpr std::size_t kVersionHead = 1 + 16;
constexpr std::size_t kVersionSum = 4;

std::string version_sum(std::string_view bytes) {
  return std::string(view(sha256({"parley inbox version", bytes})).substr(0, kVersionSum));
}

}  // namespace

Position InboxVersion::of(PartitionId partition) const {
  const auto at = std::ranges::lower_bound(positions, partition, {}, &std::pair<PartitionId, Position>::first);
  return at != positions.end() && at->first == partition ? at->second : 0;
}

std::string encode_version(const InboxVersion& version) {
  std::string out(1, kVersionFormat);
  out.append(version.incarnation.view());
  for (const auto& [partition, position] : version.positions) {
    if (position == 0) continue;
    put_varint(out, partition);
    put_varint(out, position);
  }
  return out + version_sum(out);
}

Result<InboxVersion> decode_version(std::string_view bytes) {
  const auto refused = [] { return fail(ErrorCode::invalid_argument, "version: not one that this server gave"); };
  if (bytes.size() < kVersionHead + kVersionSum || bytes[0] != kVersionFormat) return refused();
  const std::string_view body = bytes.substr(0, bytes.size() - kVersionSum);
  if (version_sum(body) != bytes.substr(body.size())) return refused();

  Result<InboxVersion> version;
  version->incarnation = *Incarnation::from_bytes(body.substr(1, 16));
  std::string_view rest = body.substr(kVersionHead);
  while (!rest.empty()) {
    std::uint64_t partition = 0;
    std::uint64_t position = 0;
    if (!take_varint(rest, partition) || !take_varint(rest, position)) return refused();
    const bool ascends = version->positions.empty() || partition > version->positions.back().first;
    if (!ascends || partition >= kPartitions || position == 0) return refused();
    version->positions.emplace_back(static_cast<PartitionId>(partition), position);
  }
  return version;
}

}  // namespace parley::wire
