#include "client/client.hpp"

#include "client/core.hpp"

namespace parley::client {

Client::Client(Settings settings, ClientStore& store, Host& host, Listener& listener, RandomFill random)
    : core_(std::make_unique<Core>(std::move(settings), store, host, listener, std::move(random))) {}
Client::~Client() = default;

Result<void> Client::load() {
  return core_->load();
}
Result<void> Client::start(Time now) {
  auto started = core_->start(now);
  core_->arm(now);
  return started;
}
void Client::stop(Time now) {
  core_->stop(now);
}
void Client::sign_out(Time now) {
  core_->sign_out(now);
}
void Client::set_access_token(Time now, std::string token, Duration valid_for) {
  core_->set_access_token(now, std::move(token), valid_for);
  core_->arm(now);
}
void Client::token_unavailable(Time now, const Error& why) {
  core_->token_unavailable(now, why);
  core_->arm(now);
}
void Client::connected(Time now) {
  core_->connected(now);
  core_->arm(now);
}
void Client::disconnected(Time now, std::uint16_t close_code) {
  core_->disconnected(now, close_code);
  core_->arm(now);
}
void Client::frame(Time now, std::string_view bytes) {
  core_->frame(now, bytes);
  core_->arm(now);
}
void Client::heard(Time now) {
  core_->heard(now);
}
void Client::tick(Time now) {
  core_->tick(now);
  core_->arm(now);
}

Result<SendId> Client::send(Time now, v1::Command& command) {
  auto sent = core_->send(now, command);
  core_->arm(now);
  return sent;
}
Result<SendId> Client::post(Time now, const ChannelId& channel, std::string_view text, Seq reply_to) {
  auto sent = core_->post(now, channel, text, reply_to);
  core_->arm(now);
  return sent;
}
void Client::adopt(Time now, OutboxEntry entry) {
  core_->adopt(now, std::move(entry));
  core_->arm(now);
}
Result<void> Client::ask(Time now, v1::ClientFrame& frame, Answer answer) {
  auto asked = core_->ask(now, frame, std::move(answer));
  core_->arm(now);
  return asked;
}
void Client::hint(v1::ClientFrame& frame) {
  core_->hint(frame);
}
Result<void> Client::read(Time now, const ChannelId& channel, Seq seq) {
  auto done = core_->read(now, channel, seq);
  core_->arm(now);
  return done;
}
void Client::want(Time now, const ChannelId& channel, Want want) {
  core_->want(now, channel, want);
  core_->arm(now);
}
void Client::open(Time now, std::span<const ChannelId> channels) {
  core_->open(now, channels);
  core_->arm(now);
}
void Client::resync(Time now) {
  core_->resync(now);
  core_->arm(now);
}

State Client::state() const {
  return core_->state_;
}
const SessionRecord& Client::session() const {
  return core_->session_;
}
const ChannelState* Client::find(const ChannelId& channel) const {
  const auto* found = core_->find(channel);
  return found != nullptr && found->known ? &found->state : nullptr;
}
void Client::each_channel(const std::function<void(const ChannelState&)>& visit) const {
  for (const auto& [id, channel] : core_->channels_) {
    if (channel.known) visit(channel.state);
  }
}
std::vector<const OutboxEntry*> Client::outbox() const {
  return core_->outbox_.all();
}
std::size_t Client::outbox_size() const {
  return core_->outbox_.size();
}
const std::string& Client::sends_put_off() const {
  return core_->sends_put_off_;
}
Duration Client::clock_offset() const {
  return core_->clock_offset_;
}

}  // namespace parley::client
