#include "bench/session.hpp"

#include <fmt/format.h>

#include <cstring>

namespace parley::bench {
namespace {

void fill_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::uint64_t value = fast_random();
    const std::size_t part = std::min(out.size(), sizeof value);
    std::memcpy(out.data(), &value, part);
    out = out.subspan(part);
  }
}

}  // namespace

Session::Session(EventLoop& loop, const Address& address, Accounts& accounts, Person person, client::Settings settings,
                 SessionUser& user, std::uint32_t index)
    : loop_(loop),
      accounts_(accounts),
      user_(user),
      person_(std::move(person)),
      store_({.events = 0, .state = false}),
      connection_(loop, address, *this),
      client_(std::move(settings), store_, *this, *this, fill_random),
      index_(index) {
  client_.set_access_token(loop_.now(), person_.access_token, person_.access_life);
}

void Session::start() {
  stopping_ = false;
  if (auto started = client_.start(loop_.now()); !started) user_.on_trouble(*this, started.error().text());
}

void Session::stop() {
  stopping_ = true;
  client_.stop(loop_.now());
}

void Session::use_new_token() {
  client_.set_access_token(loop_.now(), person_.access_token, person_.access_life);
}

// ---- what the client wishes

void Session::connect() {
  connection_.open();
}
void Session::send(std::string_view frame) {
  connection_.send(frame);
}
void Session::close(std::uint16_t code) {
  connection_.close(code);
}

void Session::wake_at(Time at) {
  wake_ = at;
  const auto delay = std::max<Duration>(at - loop_.now(), Duration(0));
  loop_.at(loop_.turn_ns() + std::chrono::nanoseconds(delay).count(), [this, at] {
    if (wake_ != at) return;
    wake_ = kNever;
    client_.tick(loop_.now());
  });
}

void Session::need_token() {
  accounts_.renew_one(person_, [this](const Result<void>& renewed) {
    if (renewed) return use_new_token();
    user_.on_trouble(*this, renewed.error().text());
    client_.token_unavailable(loop_.now(), renewed.error());
  });
}

// ---- what the client tells

void Session::on_state(client::State state, const Error& why) {
  if (stopping_ || why.code == ErrorCode::ok) return;
  if (state == client::State::waiting || state == client::State::stopped) {
    user_.on_trouble(*this, fmt::format("{}: {}", why.name(), why.text()));
  }
}
void Session::on_synced() {
  user_.on_synced(*this);
}
void Session::on_events(const client::ChannelState& channel, std::span<const v1::Event* const> events,
                        client::Placement placement) {
  user_.on_events(*this, channel, events, placement);
}
void Session::on_sent(const client::SendResult& result) {
  user_.on_sent(*this, result);
}
void Session::on_repeated(const client::ChannelState& channel, Seq seq) {
  user_.on_repeated(*this, channel, seq);
}

// ---- what the connection tells

void Session::on_open() {
  client_.connected(loop_.now());
}
void Session::on_message(std::string_view payload) {
  client_.frame(loop_.now(), payload);
}
void Session::on_ping() {
  client_.heard(loop_.now());
}
void Session::on_end(std::uint16_t close_code, const std::string& why) {
  if (!stopping_ && close_code == 0) user_.on_trouble(*this, why);
  client_.disconnected(loop_.now(), close_code);
}

}  // namespace parley::bench
