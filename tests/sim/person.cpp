#include "sim/person.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "parley/v1/frames.pb.h"

namespace parley::sim {
namespace {
constexpr std::size_t kOutboxEntries = 300;
constexpr Duration kAnswerTakes{10'000};
}  // namespace

Device::Device(const Surroundings& around, AccountId account, std::string handle, std::string name)
    : world_(around.world),
      cluster_(around.cluster),
      web_(around.web),
      witness_(around.witness),
      some_clock_(around.some_clock),
      standings_(around.standings),
      account_(account),
      first_(around.cluster.incarnation()),
      handle_(std::move(handle)),
      name_(std::move(name)),
      disk_(around.world.dice(), [this] {
        world_.at(Duration(0), [this] {
          crash();
          world_.at(Duration(static_cast<std::int64_t>(1000 + world_.dice().below(20'000))), [this] {
            if (!running() && !given_up_) start();
          });
        });
      }) {
  ear_.name = name_;
  ear_.account = account_;
}

Device::~Device() {
  if (link_) link_->close_by_device();
}

// ---- life and death ----------------------------------------------------------------------------------------------

void Device::start() {
  client::Settings settings;
  settings.want = client::Want::everything;
  settings.mode = mode_;
  settings.window = 8;
  if (world_.dice().once_in(4)) settings.channel_window = 1;
  settings.outbox_entries = kOutboxEntries;
  core_ = std::make_unique<client::Client>(settings, disk_, *this, *this,
                                           [this](std::span<std::uint8_t> out) { world_.fill(out); });
  told_.clear();
  told_up_to_.clear();
  shown_.clear();
  if (some_clock_) clock_off_ = some_clock_();
  auto started = core_->start(now());
  if (!started) say("the store could not be loaded");
}

void Device::crash() {
  world_.trace("crash of " + name_);
  ++life_;
  ++wake_;
  if (link_) std::exchange(link_, nullptr)->close_by_device();
  core_.reset();
  access_token_.clear();
  for (const SendId& send_id : disk_.untold()) {
    if (const auto sent = sends_.find(send_id); sent != sends_.end()) sent->second.lost = true;
  }
}

void Device::crash_at_write(std::size_t n) {
  disk_.die_at(n);
}

void Device::restore_backup() {
  crash();
  disk_.disk = backup_->disk;
  refreshes_ = backup_->refreshes;
  reads_.clear();
  may_be_out_ = true;  // its refresh token is an old one
  const auto& outbox = disk_.disk.store.outbox();
  for (auto& [send_id, sent] : sends_) {
    if (outbox.contains(send_id)) {
      sent.replayed = true;
    } else if (!sent.told) {
      sent.lost = true;
    }
  }
  world_.trace(name_ + " is back from a backup");
}

void Device::give_up() {
  given_up_ = true;
  if (running()) crash();
}

bool Device::settled() const {
  return core_ && core_->state() == client::State::live && core_->outbox_size() == 0;
}

void Device::check_quiet(std::vector<std::string>& broken) const {
  for (const auto& [request, since] : ear_.open) {
    if (world_.now() - since < kAnswerTakes) continue;
    broken.push_back("P9: " + name_ + " has no answer to request " + std::to_string(request));
  }
}

/// Runs on the device, if it still lives then.
void Device::later(std::function<void(client::Client&)> task) {
  world_.at(Duration(0), [this, life = life_, task = std::move(task)] {
    if (life == life_ && core_) task(*core_);
  });
}

// ---- the user ----------------------------------------------------------------------------------------------------

bool Device::send(v1::Command& command) {
  const auto id = core_->send(now(), command);
  // The device died while it wrote: the command may be in the outbox, and may not.
  const bool dying = !id && id.error().code == ErrorCode::store_unavailable;
  if (!id && !dying) return false;
  const SendId send_id = id ? *id : SendId::from_bytes(command.send_id()).value_or(SendId{});
  sends_[send_id].channel = ChannelId::from_bytes(command.channel_id()).value_or(ChannelId{});
  sends_[send_id].lost = dying;
  ear_.made.add(send_id);
  world_.trace(name_ + " sends " + send_id.str());
  return true;
}

std::optional<SendId> Device::post(const ChannelId& channel, const std::string& text, Seq reply_to) {
  const auto id = core_->post(now(), channel, text, reply_to);
  if (!id && id.error().code != ErrorCode::store_unavailable) return std::nullopt;
  std::optional<SendId> send_id = id ? std::optional(*id) : std::nullopt;
  if (!send_id) {
    // The device died while it wrote: it may be in the outbox, and may not.
    for (const auto& [waiting, entry] : store().outbox()) {
      if (entry.command.contains(text)) send_id = waiting;
    }
    if (!send_id) return std::nullopt;
  }
  sends_[*send_id].channel = channel;
  sends_[*send_id].lost = !id;
  ear_.made.add(*send_id);
  world_.trace(name_ + " posts " + send_id->str());
  return send_id;
}

void Device::ask_by_hand(v1::ClientFrame& frame) {
  if (frame.has_move_cursor()) ear_.receipts.by_hand.insert(frame.move_cursor().SerializeAsString());
  (void)core_->ask(now(), frame, [](Result<const v1::ServerFrame*>) {});
}

void Device::want_everything() {
  std::vector<ChannelId> all;
  core_->each_channel([&](const client::ChannelState& channel) { all.push_back(channel.id); });
  for (const auto& id : all) core_->want(now(), id, client::Want::everything);
}

void Device::read(const ChannelId& channel, Seq seq) {
  if (!core_->read(now(), channel, seq)) return;
  Seq& known = reads_[channel];
  known = std::max(known, seq);
}

void Device::sent_elsewhere(const SendId& send_id) {
  ear_.made.leaves_elsewhere(send_id);
  if (const auto sent = sends_.find(send_id); sent != sends_.end()) sent->second.replayed = true;
}

void Device::ask(const std::string& method, const std::string& path, const google::protobuf::Message* body,
                 Web::Answer answer) {
  web_.ask(method, path, access_token_, body, std::move(answer));
}

// ---- Host --------------------------------------------------------------------------------------------------------

void Device::connect() {
  if (link_) std::exchange(link_, nullptr)->close_by_device();
  ear_.open.clear();
  ear_.asked.clear();
  ear_.pushed.clear();
  ear_.token.clear();
  ear_.sends = {};
  ear_.questions.clear();
  ear_.receipts.renew();
  ear_.session = {};
  link_ = cluster_.connect(*this);
  if (link_ == nullptr) later([this](client::Client& core) { core.disconnected(now(), 0); });
}

void Device::send(std::string_view frame) {
  if (witness_ != nullptr) witness_->asked(ear_, frame, world_.now());
  if (link_) link_->send_to_server(std::string(frame));
}

void Device::close(std::uint16_t) {
  if (link_) std::exchange(link_, nullptr)->close_by_device();
  ear_.open.clear();
}

void Device::wake_at(Time at) {
  const Duration delay = std::max(Duration(0), at - now());
  world_.at(delay, [this, life = life_, wake = ++wake_] {
    if (life == life_ && wake == wake_ && core_) core_->tick(now());
  });
}

// ---- Listener ----------------------------------------------------------------------------------------------------

void Device::on_channel(const client::ChannelState& channel) {
  Shown& shown = shown_[channel.id];
  if (shown.incarnation != channel.incarnation) shown = {channel.incarnation};
  if (channel.registers.delivered < shown.delivered || channel.registers.read < shown.read) {
    say("P5: a cursor went back");
  }
  shown.delivered = channel.registers.delivered;
  shown.read = channel.registers.read;
}

void Device::on_channel_gone(const ChannelId& channel) {
  told_.erase(told_.lower_bound({channel, 0}), told_.upper_bound({channel, ~Seq{0}}));
  told_up_to_.erase(channel);
  shown_.erase(channel);
  reads_.erase(channel);
}

void Device::on_history_dropped(const client::ChannelState& channel, Seq after) {
  if (cluster_.incarnation() == first_) say("P7: drops what it has, though the server was never restored");
  told_.erase(told_.lower_bound({channel.id, after + 1}), told_.upper_bound({channel.id, ~Seq{0}}));
  // Below `after` there may have been a hole, which is filled in order from here on.
  const auto next = told_.upper_bound({channel.id, ~Seq{0}});
  const bool none = next == told_.begin() || std::prev(next)->first != channel.id;
  told_up_to_[channel.id] = none ? 0 : std::prev(next)->second;
}

void Device::on_events(const client::ChannelState& channel, std::span<const v1::Event* const> events,
                       client::Placement placement) {
  for (const auto* event : events) {
    const Seq seq = event->header().seq();
    if (!told_.emplace(channel.id, seq).second) say("P3: event told twice: seq " + std::to_string(seq));
    Seq& last = told_up_to_[channel.id];
    if (placement != client::Placement::older) {
      if (seq <= last) say("P2: events told out of order: seq " + std::to_string(seq));
      last = seq;
    }
    world_.trace(name_ + " sees " + channel.id.str() + " " + std::to_string(seq));
  }
}

void Device::on_sent(const client::SendResult& result) {
  world_.trace(name_ + " outcome " + result.send_id.str() + " " + std::to_string(result.seq) +
               std::string(result.refused));
  auto it = sends_.find(result.send_id);
  if (it == sends_.end()) return say("P3: an outcome for what was not sent");
  Sent& sent = it->second;
  if (sent.told && !sent.replayed) say("P3: an outcome told twice");
  const bool same_history = sent.incarnation == core_->session().incarnation;
  if (sent.told && same_history && sent.seq != 0 && sent.seq != result.seq) {
    say("P3: another outcome for the same send, seq " + std::to_string(sent.seq) + " and then " +
        std::to_string(result.seq) + std::string(result.refused));
  }
  sent.told = true;
  sent.seq = result.seq;
  sent.refused = std::string(result.refused);
  sent.incarnation = core_->session().incarnation;
}

// ---- LinkEnd -----------------------------------------------------------------------------------------------------

void Device::link_opened() {
  core_->connected(now());
}
void Device::link_frame(std::string bytes) {
  core_->frame(now(), bytes);
}
void Device::link_closed(std::uint16_t code) {
  link_.reset();
  ear_.open.clear();
  core_->disconnected(now(), code);
}
void Device::link_pinged() {
  if (core_) core_->heard(now());
}
void Device::server_looked(Time servers_clock) {
  SessionEndWatch::server_looked(ear_.session, servers_clock);
}
void Device::server_says(std::string_view bytes, std::size_t queued) {
  if (witness_ != nullptr) witness_->said(ear_, bytes, queued, world_.now());
  if (standings_ == nullptr || !standings_->grace) return;
  const auto ended = standings_->ended.find(device_);
  if (ended == standings_->ended.end() || world_.uptime() <= ended->second + *standings_->grace) return;
  v1::ServerFrame frame;  // it may be told just that
  if (frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && frame.has_error()) return;
  say("P9: something is told to a device that was signed out");
}

}  // namespace parley::sim
