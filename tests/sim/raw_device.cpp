#include "sim/raw_device.hpp"

#include <algorithm>
#include <utility>

namespace parley::sim {

RawDevice::RawDevice(World& world, Cluster& cluster, AccountId account)
    : world_(world), cluster_(cluster), account_(account) {
  IdBytes bytes{};
  world.fill(bytes);
  device_ = DeviceId(bytes);
}

RawDevice::~RawDevice() {
  hang_up();
}

std::unique_ptr<RawDevice> RawDevice::same_device() const {
  auto other = std::make_unique<RawDevice>(world_, cluster_, account_);
  other->device_ = device_;
  return other;
}

void RawDevice::hang_up() {
  if (link_) std::exchange(link_, nullptr)->close_by_device();
}

void RawDevice::connect() {
  hang_up();
  open_ = false;
  closed.reset();
  link_ = cluster_.connect(*this);
  world_.run_until([this] { return open_; }, std::chrono::minutes(1));
}

void RawDevice::hello(v1::Mode mode) {
  connect();
  v1::ClientFrame frame;
  frame.mutable_hello()->set_version(1);
  frame.mutable_hello()->set_access_token(cluster_.mint_token(account_, device_));
  frame.mutable_hello()->set_mode(mode);
  ask(frame);
}

void RawDevice::send(v1::ClientFrame& frame) {
  frame.set_request(++last_request_);
  link_->send_to_server(frame.SerializeAsString());
}

v1::ServerFrame RawDevice::ask(v1::ClientFrame& frame) {
  send(frame);
  const auto* answer = wait_for([this](const v1::ServerFrame& one) { return one.request() == last_request_; });
  return answer != nullptr ? *answer : v1::ServerFrame();
}

v1::ServerFrame RawDevice::post(const ChannelId& channel, const std::string& text) {
  IdBytes id{};
  world_.fill(id);
  return post(channel, text, SendId(id));
}

v1::ServerFrame RawDevice::post(const ChannelId& channel, const std::string& text, const SendId& send_id) {
  v1::ClientFrame frame;
  auto& command = *frame.mutable_command();
  command.set_channel_id(std::string(channel.view()));
  command.set_send_id(std::string(send_id.view()));
  command.mutable_post()->mutable_content()->set_text(text);
  return ask(frame);
}

ChannelId RawDevice::open_direct(const AccountId& peer) {
  IdBytes id{};
  world_.fill(id);
  v1::ClientFrame frame;
  auto& command = *frame.mutable_command();
  command.set_send_id(std::string(SendId(id).view()));
  command.mutable_create_channel()->set_kind(v1::CHANNEL_KIND_DIRECT);
  command.mutable_create_channel()->set_peer(std::string(peer.view()));
  const auto answer = ask(frame);
  return ChannelId::from_bytes(answer.outcome().channel_id()).value_or(ChannelId{});
}

const v1::ServerFrame* RawDevice::wait_for(const std::function<bool(const v1::ServerFrame&)>& fits) {
  const v1::ServerFrame* found = nullptr;
  world_.run_until(
      [&] {
        auto it = std::find_if(frames.begin(), frames.end(), fits);
        found = it == frames.end() ? nullptr : &*it;
        return found != nullptr;
      },
      std::chrono::minutes(1));
  return found;
}

std::size_t RawDevice::count(const std::function<bool(const v1::ServerFrame&)>& fits) const {
  return static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(), fits));
}

void RawDevice::link_frame(std::string bytes) {
  frames.emplace_back();
  frames.back().ParseFromString(bytes);
}

}  // namespace parley::sim
