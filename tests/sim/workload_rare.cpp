// What few clients do and every server has to stand.
#include "parley/v1/frames.pb.h"
#include "sim/workload.hpp"
#include "wire/frames_json.hpp"

namespace parley::sim {
namespace {

constexpr std::size_t kRemembered = 200;
constexpr std::size_t kRecent = 12;

const std::map<Seq, std::string>* events_of(const Device& device, const ChannelId& channel) {
  const auto all = device.store().all_events().find(channel);
  return all == device.store().all_events().end() ? nullptr : &all->second;
}

/// The epoch that a device knows of: of the last change that it has stored.
std::uint64_t known_epoch(const Device& device, const ChannelId& channel) {
  const auto* events = events_of(device, channel);
  if (events == nullptr) return 0;
  for (auto it = events->rbegin(); it != events->rend(); ++it) {
    v1::Event event;
    if (event.ParseFromString(it->second) && event.header().has_crypto_committed()) {
      return event.header().crypto_committed().epoch();
    }
  }
  return 0;
}

/// What a refused command's answer has beside the error.
bool parse_refused(const std::string& body, v1::Outcome& outcome) {
  constexpr std::string_view kOutcome = "\"outcome\":";
  const std::size_t at = body.find(kOutcome);
  if (at == std::string::npos) return false;
  const std::string_view rest = std::string_view(body).substr(at + kOutcome.size());
  return wire::parse_json(rest.substr(0, rest.size() - 1), outcome).has_value();
}

}  // namespace

void Workload::act_rarely() {
  Device& device = some_device();
  if (!device.running()) return;
  const auto* channel = some_channel(device);
  if (channel == nullptr) return;
  switch (dice().below(9)) {
    case 6:
    case 7:
      return remove_a_reader(device, *channel);
    case 8:
      return type_much(device, *channel);
    case 0:
    case 1:
      return think_again(device, *channel);
    case 2:
      return move_cursor_too_far(device, *channel);
    case 3:
      return encrypt(device, *channel);
    case 4:
      return block_somebody_new(device);
    default:
      return dice().once_in(2) ? send_twice(device, *channel) : send_once_more(device);
  }
}

/// 0: none of the last few is one's own.
Seq Workload::some_own_message(Device& device, const ChannelId& channel) {
  const auto* events = events_of(device, channel);
  std::size_t left = kRecent;
  for (auto it = events == nullptr ? decltype(events->rbegin()){} : events->rbegin();
       events != nullptr && it != events->rend() && left > 0; ++it, --left) {
    v1::Event event;
    if (!event.ParseFromString(it->second) || !event.header().has_message()) continue;
    if (event.header().account() == device.account().view() && dice().once_in(2)) return it->first;
  }
  return 0;
}

/// One message of one's own is changed here and there at the same moment.
void Workload::think_again(Device& device, const client::ChannelState& channel) {
  const Seq target = some_own_message(device, channel.id);
  if (target == 0) return post(device, channel);
  Device* here = &device;
  Device* there = &device;
  for (const auto& other : devices_) {
    if (other.get() != &device && other->account() == device.account() && other->running()) there = other.get();
  }
  if (dice().once_in(2)) std::swap(here, there);
  v1::Command change;
  change.set_channel_id(std::string(channel.id.view()));
  v1::Command removal = change;
  if (dice().once_in(3)) {
    change.mutable_react()->set_target(target);
    fill_content(*change.mutable_react()->mutable_content());
  } else {
    change.mutable_edit()->set_target(target);
    fill_content(*change.mutable_edit()->mutable_content());
  }
  removal.mutable_delete_()->add_targets(target);
  if (dice().once_in(2)) {
    send(*here, change);
    if (there->running()) send(*there, removal);
  } else {
    send(*here, removal);
    if (there->running()) send(*there, change);
  }
}

/// Whoever leads a group removes somebody who looks at a page of it, and goes on with what is on that page.
void Workload::remove_a_reader(Device& reader, const client::ChannelState& channel) {
  if (channel.kind != ChannelKind::group || channel.role == Role::none) return;
  for (const auto& other : devices_) {
    if (!other->running() || other->account() == reader.account()) continue;
    const auto* theirs = other->core().find(channel.id);
    if (theirs == nullptr || theirs->role < Role::admin) continue;
    const Seq target = some_own_message(*other, channel.id);
    if (target == 0) continue;
    v1::ClientFrame page;
    page.mutable_get_history()->set_channel_id(std::string(channel.id.view()));
    page.mutable_get_history()->set_from(target);
    page.mutable_get_history()->set_limit(static_cast<std::uint32_t>(1 + dice().below(5)));
    page.mutable_get_history()->set_oldest_first(true);
    reader.ask_by_hand(page);
    v1::Command change;
    change.set_channel_id(std::string(channel.id.view()));
    v1::Command removal = change;
    v1::Command addition = change;
    removal.mutable_remove_member()->set_account(std::string(reader.account().view()));
    addition.mutable_add_members()->add_accounts(std::string(reader.account().view()));
    if (dice().once_in(3)) {
      change.mutable_edit()->set_target(target);
      fill_content(*change.mutable_edit()->mutable_content());
    } else {
      change.mutable_react()->set_target(target);
      change.mutable_react()->mutable_content()->set_text(words_.next() + "🎂");
    }
    send(*other, removal);
    send(*other, change);
    if (dice().once_in(2)) send(*other, addition);
    return;
  }
}

/// As a client does that counts wrongly, or has seen what a restore took away.
void Workload::move_cursor_too_far(Device& device, const client::ChannelState& channel) {
  v1::ClientFrame frame;
  auto& move = *frame.mutable_move_cursor();
  move.set_channel_id(std::string(channel.id.view()));
  const std::uint64_t which = 1 + dice().below(3);
  if ((which & 1U) != 0) move.set_delivered(channel.head + dice().below(4));
  if ((which & 2U) != 0) move.set_read(channel.head + dice().below(4));
  device.ask_by_hand(frame);
}

/// With the epoch that this device knows, which another one may have ended, or an older one.
void Workload::encrypt(Device& device, const client::ChannelState& channel) {
  const std::uint64_t known = known_epoch(device, channel.id);
  v1::Command command;
  command.set_channel_id(std::string(channel.id.view()));
  if (known == 0 || dice().once_in(3)) {
    command.mutable_crypto_commit()->set_epoch(known);
    command.mutable_crypto_commit()->mutable_content()->set_text(words_.next());
  } else {
    fill_content(*command.mutable_post()->mutable_content());
    command.mutable_post()->set_crypto_epoch(known - dice().below(2));
  }
  send(device, command);
}

/// As an app does that tells every key.
void Workload::type_much(Device& device, const client::ChannelState& channel) {
  v1::ClientFrame frame;
  frame.mutable_typing()->set_channel_id(std::string(channel.id.view()));
  for (std::uint64_t keys = 10 + dice().below(30); keys > 0; --keys) {
    frame.mutable_typing()->set_on(keys % 2 == 0);
    device.core().hint(frame);
  }
}

/// Before there is a channel with them, if so.
void Workload::block_somebody_new(Device& device) {
  const Account& peer = some_account();
  if (device.access_token().empty()) return;
  if (peer.id == device.account() || device.core().find(direct_channel_id(device.account(), peer.id)) != nullptr)
    return;
  set_block(device, peer, true);
}

void Workload::send_over_http(Device& device, const ChannelId& channel, const v1::Command& command) {
  witness_.sends(device.account(), command, world_.now());
  device.ask("POST", "/v1/channels/" + channel.str() + "/commands", &command,
             [heard = hear_over_http(device)](const std::optional<HttpResponse>& response) {
               if (!response) return;
               v1::ServerFrame frame;
               const bool read = response->status == 200 ? frame.mutable_outcome()->ParseFromString(response->body)
                                                         : parse_refused(response->body, *frame.mutable_outcome());
               if (read) heard(frame);
             });
}

/// The first way seems to be dead, so it goes over another one, too.
void Workload::send_twice(Device& device, const client::ChannelState& channel) {
  if (device.access_token().empty()) return;
  v1::Command command;
  command.set_channel_id(std::string(channel.id.view()));
  command.set_send_id(new_send_id());
  fill_content(*command.mutable_post()->mutable_content());
  const SendId send_id = *SendId::from_bytes(command.send_id());
  words_.sent(command.SerializeAsString(), channel.id, device.account(), send_id);
  world_.trace(device.name() + " sends twice " + send_id.str());
  ++sends_;
  send_over_http(device, channel.id, command);
  send_over_http(device, channel.id, command);
}

/// Whatever became of it, and however long ago.
void Workload::send_once_more(Device& device) {
  if (device.access_token().empty()) return;
  std::vector<Said*> own;
  for (Said& said : said_) {
    if (said.device->account() == device.account()) own.push_back(&said);
  }
  if (own.empty()) return;
  const std::size_t back = dice().once_in(2) ? dice().below(std::min(own.size(), kRecent)) : dice().below(own.size());
  const Said& said = *own[own.size() - 1 - back];
  v1::Command command;
  if (!command.ParseFromString(said.command)) return;
  const auto channel = ChannelId::from_bytes(command.channel_id()).value_or(ChannelId{});
  said.device->sent_elsewhere(*SendId::from_bytes(command.send_id()));
  world_.trace(device.name() + " sends once more " + SendId::from_bytes(command.send_id())->str());
  send_over_http(device, channel, command);
}

void Workload::remember(Device& device, const v1::Command& command) {
  said_.push_back({&device, command.SerializeAsString()});
  if (said_.size() > kRemembered) said_.pop_front();
}

}  // namespace parley::sim
