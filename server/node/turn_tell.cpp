// What a turn tells, once it is committed.
#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "node/turn.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

/// Frames are cut at about this size, so that one frame is no burden for a slow reader.
constexpr std::size_t kFrameBytes = 64 * 1024;

std::shared_ptr<const std::string> shared(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

std::shared_ptr<const std::string> encode(const v1::ServerFrame& frame) {
  return shared(wire::serialize(wire::Encoding::binary, frame));
}

std::string preview_of(const std::string& content, std::uint32_t preview_bytes) {
  v1::Content preview;
  if (!preview.ParseFromString(content)) return content;
  wire::make_preview(preview, preview_bytes);
  return preview.SerializeAsString();
}

void tell_group(Outlet& outlet, const ChannelId& channel, Epoch epoch, const EventGroup& group, bool with_content,
                std::span<const AccountId> accounts) {
  if (accounts.empty()) return;
  std::vector<wire::EventBytes> bytes;
  std::size_t size = 0;
  auto send = [&](Seq last) {
    if (bytes.empty()) return;
    auto frame = shared(wire::encode_events_frame(channel, bytes));
    outlet.push({PushKind::events, channel, last, group.time, std::move(frame), {}, epoch}, accounts);
    bytes.clear();
    size = 0;
  };
  Seq seq = group.last - group.events.size();
  for (const auto& event : group.events) {
    ++seq;
    bytes.push_back({event.header, with_content ? std::string_view(event.content) : std::string_view(),
                     seq % wire::kDigestEvery == 0 ? view(event.digest) : std::string_view()});
    size += event.header.size() + event.content.size();
    if (size >= kFrameBytes) send(seq);
  }
  send(seq);
}

void fill_registers(const Channel& channel, const Member& member, v1::RegistersChanged& out) {
  const Badge now = badge(channel, member);
  out.set_channel_id(std::string(channel.id.view()));
  wire::from_registers(member, *out.mutable_registers());
  out.set_unread(now.unread);
  out.set_unread_mentions(now.mentions);
}

}  // namespace

void Turn::decide_registers(const RegisterCommand& command, const Origin& origin, LoadedChannel& channel) {
  auto answer = [&](auto body) { answers_.push_back({origin, command.channel, SendId{}, std::move(body)}); };
  RegisterCommand known = command;
  const Member* before = channel.state().find(command.account);
  auto* move = std::get_if<registers::MoveCursor>(&known.body);
  if (move != nullptr && before != nullptr && move->read > before->read && !move->totals_at_read) {
    // It lay beyond the head when the turn began.
    move->totals_at_read = channel.totals_at(command.account, move->read);
    if (!move->totals_at_read) return answer(Error(ErrorCode::seq_in_future));
  }
  auto changed = change_registers(channel.state(), known);
  if (!changed) return answer(changed.error());
  v1::Registers registers;
  wire::from_registers(*changed, registers);
  answer(RegistersAnswer{shared(wire::serialize(wire::Encoding::binary, registers))});
  if (*changed == *before) return;
  const bool others_must_know = changed->read != before->read || changed->marked_unread != before->marked_unread ||
                                changed->muted_until != before->muted_until || changed->pinned != before->pinned ||
                                changed->archived != before->archived || changed->hidden != before->hidden;
  ChannelTurn& turn = of(channel);
  if (changed->hide_read != before->hide_read) turn.hid_before.emplace(command.account, before->hide_read);
  channel.set_registers(command.account, std::move(*changed));
  if (others_must_know) turn.registers_of.insert(command.account);
}

void Turn::tell(Outlet& outlet, const std::function<std::optional<Epoch>(PartitionId)>& committed_under,
                std::uint32_t preview_bytes) {
  for (auto& answer : answers_) {
    const auto epoch = committed_under(partition_of(answer.channel));
    if (!epoch) continue;
    answer.epoch = *epoch;
    outlet.answer(std::move(answer));
  }
  for (auto& [id, turn] : channels_) {
    if (const auto epoch = committed_under(partition_of(id))) tell_channel(outlet, turn, *epoch, preview_bytes);
  }
}

void Turn::tell_channel(Outlet& outlet, ChannelTurn& turn, Epoch epoch, std::uint32_t preview_bytes) {
  const Channel& channel = turn.channel->state();
  if (channel.hidden) return;
  std::vector<AccountId> members;
  members.reserve(channel.members.size());
  for (const auto& [account, member] : channel.members) {
    if (member.active()) members.push_back(account);
  }
  for (auto& group : turn.groups) {
    for (auto& event : group.events) {
      if (event.content.size() > preview_bytes) event.content = preview_of(event.content, preview_bytes);
    }
    std::vector<AccountId> full = group.told.empty() ? members : group.told;
    if (group.target != 0) {
      std::vector<AccountId> blind;
      for (const auto& account : full) {
        if (!channel.members.at(account).sees(group.target)) blind.push_back(account);
      }
      std::erase_if(full,
                    [&](const AccountId& account) { return std::binary_search(blind.begin(), blind.end(), account); });
      tell_group(outlet, channel.id, epoch, group, true, full);
      tell_group(outlet, channel.id, epoch, group, false, blind);
    } else {
      tell_group(outlet, channel.id, epoch, group, true, full);
    }
  }
  // Devices that asked for it know it as it was then.
  if (turn.was_hidden) turn.registers_of.insert(members.begin(), members.end());
  for (const auto& account : turn.registers_of) {
    const Member* member = channel.find(account);
    v1::ServerFrame frame;
    fill_registers(channel, *member, *frame.mutable_registers_changed());
    outlet.push({PushKind::registers, channel.id, channel.head, channel.time, encode(frame), {}, epoch}, {&account, 1});
  }
  if (!turn.floors_moved && !turn.was_hidden && turn.hid_before.empty()) return;
  std::map<std::pair<Seq, Seq>, std::vector<AccountId>> by_floor;
  for (const auto& account : members) {
    const bool hides = channel.members.at(account).hide_read;
    const auto hid = turn.hid_before.find(account);
    const Floor before = turn.floors_before.for_viewer(account, hid == turn.hid_before.end() ? hides : hid->second);
    const Floor now = turn.channel->floors().for_viewer(account, hides);
    if (turn.was_hidden || !(before == now)) by_floor[{now.delivered, now.read}].push_back(account);
  }
  for (const auto& [floor, viewers] : by_floor) {
    v1::ServerFrame frame;
    auto& moved = *frame.mutable_receipts_moved();
    moved.set_channel_id(std::string(channel.id.view()));
    moved.set_delivered_by_all(floor.first);
    moved.set_read_by_all(floor.second);
    outlet.push({PushKind::receipts, channel.id, channel.head, channel.time, encode(frame), {}, epoch}, viewers);
  }
}

}  // namespace parley
