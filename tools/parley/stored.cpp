#include "parley/stored.hpp"

#include <cstring>

#include "client/channel_view.hpp"
#include "parley/v1/client_state.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

template <class I>
std::string bytes_of(const I& id) {
  return id.is_nil() ? std::string() : std::string(id.view());
}

template <class I>
I id_of(const std::string& bytes) {
  return I::from_bytes(bytes).value_or(I{});
}

template <class Repeated>
void put_ranges(const std::vector<Interval>& ranges, Repeated* out) {
  for (const Interval& range : ranges) {
    auto& stored = *out->Add();
    stored.set_from(range.from);
    stored.set_to(range.to);
  }
}

template <class Repeated>
std::vector<Interval> get_ranges(const Repeated& stored) {
  std::vector<Interval> ranges;
  for (const auto& range : stored) ranges.push_back({range.from(), range.to()});
  return ranges;
}

void put_registers(const client::Registers& registers, v1::Registers& out) {
  out.set_delivered(registers.delivered);
  out.set_read(registers.read);
  out.set_marked_unread(registers.marked_unread);
  out.set_muted_until(registers.muted_until);
  out.set_pinned(registers.pinned);
  out.set_archived(registers.archived);
  put_ranges(registers.hidden, out.mutable_hidden());
}

}  // namespace

void to_stored(const client::SessionRecord& session, v1::StoredSession& out) {
  out.set_account(bytes_of(session.account));
  out.set_device(bytes_of(session.device));
  out.set_incarnation(bytes_of(session.incarnation));
  out.set_version(session.version);
  out.set_resume_token(session.resume_token);
  out.set_resume_made(to_unix_ms(session.resume_made));
}

client::SessionRecord from_stored(const v1::StoredSession& session) {
  client::SessionRecord record;
  record.account = id_of<AccountId>(session.account());
  record.device = id_of<DeviceId>(session.device());
  record.incarnation = id_of<Incarnation>(session.incarnation());
  record.version = session.version();
  record.resume_token = session.resume_token();
  record.resume_made = from_unix_ms(session.resume_made());
  return record;
}

void to_stored(const client::ChannelState& channel, v1::StoredChannel& out) {
  out.set_channel(bytes_of(channel.id));
  out.set_kind(static_cast<v1::ChannelKind>(channel.kind));
  out.set_role(static_cast<v1::Role>(channel.role));
  out.set_title(channel.title);
  out.set_avatar(channel.avatar);
  out.set_peer(bytes_of(channel.peer));
  out.set_members(channel.members);
  put_ranges(channel.visible, out.mutable_visible());
  out.set_head(channel.head);
  out.set_head_time(to_unix_ms(channel.head_time));
  out.set_unread(channel.unread);
  out.set_unread_mentions(channel.unread_mentions);
  out.set_contact(channel.contact);
  out.set_counted(channel.counted);
  put_registers(channel.registers, *out.mutable_registers());
  out.set_delivered_by_all(channel.delivered_by_all);
  out.set_read_by_all(channel.read_by_all);
  out.set_delivered_wanted(channel.delivered_wanted);
  out.set_read_wanted(channel.read_wanted);
  put_ranges(channel.have, out.mutable_have());
  for (const client::Point& point : channel.points) {
    auto& stored = *out.add_points();
    stored.set_seq(point.seq);
    stored.set_digest(std::string(view(point.digest)));
  }
  out.set_incarnation(bytes_of(channel.incarnation));
  out.set_unproven(channel.unproven);
}

client::ChannelState from_stored(const v1::StoredChannel& stored) {
  client::ChannelState channel;
  channel.id = id_of<ChannelId>(stored.channel());
  channel.kind = static_cast<ChannelKind>(stored.kind());
  channel.role = static_cast<Role>(stored.role());
  channel.title = stored.title();
  channel.avatar = stored.avatar();
  channel.peer = id_of<AccountId>(stored.peer());
  channel.members = stored.members();
  channel.visible = get_ranges(stored.visible());
  channel.head = stored.head();
  channel.head_time = from_unix_ms(stored.head_time());
  channel.unread = stored.unread();
  channel.unread_mentions = stored.unread_mentions();
  channel.contact = stored.contact();
  channel.counted = stored.counted();
  client::take_registers(channel, stored.registers());
  channel.delivered_by_all = stored.delivered_by_all();
  channel.read_by_all = stored.read_by_all();
  channel.delivered_wanted = stored.delivered_wanted();
  channel.read_wanted = stored.read_wanted();
  channel.have = get_ranges(stored.have());
  for (const auto& point : stored.points()) {
    client::Point& known = channel.points.emplace_back();
    known.seq = point.seq();
    if (point.digest().size() == known.digest.size()) {
      std::memcpy(known.digest.data(), point.digest().data(), known.digest.size());
    }
  }
  channel.incarnation = id_of<Incarnation>(stored.incarnation());
  channel.unproven = stored.unproven() && !channel.points.empty();
  return channel;
}

void to_stored(const client::OutboxEntry& entry, v1::StoredSend& out) {
  out.set_send_id(bytes_of(entry.send_id));
  out.set_channel(bytes_of(entry.channel));
  out.set_order(entry.order);
  out.set_created(to_unix_ms(entry.created));
  out.set_command(entry.command);
}

client::OutboxEntry from_stored(const v1::StoredSend& entry) {
  return {id_of<SendId>(entry.send_id()), id_of<ChannelId>(entry.channel()), entry.order(),
          from_unix_ms(entry.created()), entry.command()};
}

void to_stored(const client::Changes& changes, v1::StoredChange& out) {
  const auto put_range = [](const client::EventRange& range, v1::StoredRange& stored) {
    stored.set_channel(bytes_of(range.channel));
    stored.set_from(range.from);
    stored.set_to(range.to);
  };
  if (changes.session != nullptr) to_stored(*changes.session, *out.mutable_session());
  for (const auto* channel : changes.channels) to_stored(*channel, *out.add_channels());
  for (const auto& range : changes.dropped) put_range(range, *out.add_dropped());
  for (const auto& id : changes.gone_channels) out.add_gone_channels(bytes_of(id));
  for (const auto& stored : changes.events) {
    for (const v1::Event* event : stored.events) {
      auto& record = *out.add_events();
      record.set_channel(bytes_of(stored.channel));
      *record.mutable_event() = *event;
    }
  }
  for (const auto& range : changes.erased) put_range(range, *out.add_erased());
}

}  // namespace parley::cli
