#include "sim/person.hpp"

#include <utility>

#include "parley/v1/frames.pb.h"

namespace parley::sim {

Device::Device(World& world, Cluster& cluster, AccountId account, std::string name)
    : world_(world), cluster_(cluster), account_(account), name_(std::move(name)) {
  IdBytes bytes{};
  world.fill(bytes);
  device_ = DeviceId(bytes);
}

Device::~Device() {
  if (link_) link_->close_by_device();
}

void Device::start() {
  client::Settings settings;
  settings.want = client::Want::everything;
  settings.window = 8;
  core_ = std::make_unique<client::Client>(settings, store_, *this, *this,
                                           [this](std::span<std::uint8_t> out) { world_.fill(out); });
  told_.clear();
  told_up_to_.clear();
  core_->set_access_token(world_.now(), SimAuthenticator::token_of(account_, device_), std::chrono::hours(9));
  auto started = core_->start(world_.now());
  if (!started) broken_.push_back("the store could not be loaded");
}

void Device::crash() {
  world_.trace("crash of " + name_);
  ++life_;
  ++wake_;
  if (link_) std::exchange(link_, nullptr)->close_by_device();
  core_.reset();
}

bool Device::settled() const {
  return core_ && core_->state() == client::State::live && core_->outbox_size() == 0;
}

bool Device::send(v1::Command& command) {
  auto id = core_->send(world_.now(), command);
  if (!id) return false;
  sends_[*id].channel = *ChannelId::from_bytes(command.channel_id());
  world_.trace(name_ + " sends " + id->str());
  return true;
}

/// Runs on the device, if it still lives then.
void Device::later(std::function<void(client::Client&)> task) {
  world_.at(Duration(0), [this, life = life_, task = std::move(task)] {
    if (life == life_ && core_) task(*core_);
  });
}

void Device::connect() {
  if (link_) std::exchange(link_, nullptr)->close_by_device();
  link_ = cluster_.connect(*this);
  if (link_ == nullptr) later([this](client::Client& core) { core.disconnected(world_.now(), 0); });
}

void Device::send(std::string_view frame) {
  if (link_) link_->send_to_server(std::string(frame));
}

void Device::close(std::uint16_t) {
  if (link_) std::exchange(link_, nullptr)->close_by_device();
}

void Device::wake_at(Time at) {
  const Duration delay = std::max(Duration(0), at - world_.now());
  world_.at(delay, [this, life = life_, wake = ++wake_] {
    if (life == life_ && wake == wake_ && core_) core_->tick(world_.now());
  });
}

void Device::need_token() {
  later([this](client::Client& core) {
    core.set_access_token(world_.now(), SimAuthenticator::token_of(account_, device_), std::chrono::hours(9));
  });
}

void Device::on_events(const client::ChannelState& channel, std::span<const v1::Event* const> events,
                       client::Placement placement) {
  for (const auto* event : events) {
    const Seq seq = event->header().seq();
    if (!told_.emplace(channel.id, seq).second) broken_.push_back("event told twice: seq " + std::to_string(seq));
    Seq& last = told_up_to_[channel.id];
    if (placement != client::Placement::older) {
      if (seq <= last) broken_.push_back("events told out of order: seq " + std::to_string(seq));
      last = seq;
    }
    world_.trace(name_ + " sees " + channel.id.str() + " " + std::to_string(seq));
  }
}

void Device::on_sent(const client::SendResult& result) {
  auto it = sends_.find(result.send_id);
  if (it == sends_.end()) return broken_.push_back("an outcome for what was not sent");
  if (it->second.told) broken_.push_back("an outcome told twice");
  it->second.told = true;
  it->second.seq = result.seq;
  it->second.incarnation = core_->session().incarnation;
  it->second.refused = std::string(result.refused);
  world_.trace(name_ + " outcome " + result.send_id.str() + " " + std::to_string(result.seq) +
               std::string(result.refused));
}

void Device::link_opened() {
  core_->connected(world_.now());
}
void Device::link_frame(std::string bytes) {
  core_->frame(world_.now(), bytes);
}
void Device::link_closed(std::uint16_t code) {
  link_.reset();
  core_->disconnected(world_.now(), code);
}

}  // namespace parley::sim
