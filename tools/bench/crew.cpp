#include "bench/crew.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/version.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

/// Signing up hashes a password each: more at once only wait in the server.
constexpr std::size_t kSignUpsAtOnce = 16;
/// No session came in for so long: the server will not have more.
constexpr Duration kStandstill{30'000};
/// As many failures with not a single success are enough to say why.
constexpr std::uint64_t kHopeless = 20;

client::Settings completed(client::Settings settings) {
  settings.client = fmt::format("parley-bench {}", version());
  settings.answer_timeout = Duration(60'000);  // a saturated server is slow, not dead
  settings.connect_timeout = Duration(60'000);
  return settings;
}

}  // namespace

Crew::Crew(Workplace place, client::Settings settings)
    : place_(place),
      settings_(completed(std::move(settings))),
      accounts_(place.loop, place.address, place.options.invitation, kSignUpsAtOnce) {}

Crew::~Crew() = default;

void Crew::give_up(const std::string& text) const {
  throw RunFailed(text);
}

void Crew::sign_up() {
  const std::size_t count = place_.share.sessions;
  auto people = accounts_.make(count, [&](std::size_t made) { place_.supervisor.progress("accounts", made, count); });
  if (!people) give_up(people.error().text());
  sessions_.reserve(count);
  for (Person& person : *people) {
    sessions_.push_back(std::make_unique<Session>(place_.loop, place_.address, accounts_, std::move(person), settings_,
                                                  *this, static_cast<std::uint32_t>(sessions_.size())));
  }
}

void Crew::connect_all(std::string_view what) {
  std::vector<Session*> all;
  for (auto& session : sessions_) all.push_back(session.get());
  connect(all, what);
}

void Crew::connect(const std::vector<Session*>& who, std::string_view what) {
  connecting_ = true;
  synced_ = troubles_ = 0;
  std::size_t started = 0;
  std::int64_t last_ns = now_ns();
  std::uint64_t before = 0;
  place_.loop.run_until([&] {
    if (synced_ != before) last_ns = place_.loop.turn_ns();
    before = synced_;
    while (started < who.size() && started < synced_ + place_.options.connecting) who[started++]->start();
    place_.supervisor.progress(what, synced_, who.size());
    if (synced_ == 0 && troubles_ >= kHopeless) give_up(fmt::format("no session comes up: {}", last_trouble_));
    if (place_.loop.turn_ns() - last_ns > std::chrono::nanoseconds(kStandstill).count()) {
      give_up(fmt::format("{} of {} sessions are in sync and no more come up{}", synced_, who.size(),
                          last_trouble_.empty() ? "" : ": " + last_trouble_));
    }
    return synced_ >= who.size();
  });
  connecting_ = false;
}

void Crew::disconnect(const std::vector<Session*>& who) {
  for (Session* session : who) session->stop();
  place_.loop.run_for(Duration(200));
}

void Crew::carry_out(std::vector<Order> orders, std::string_view what) {
  const std::size_t all = orders.size();
  for (Order& order : orders) {
    const auto sent = order.session->client().send(place_.loop.now(), *order.command);
    if (!sent) give_up(fmt::format("a command cannot be sent: {}", sent.error().text()));
    open_orders_[*sent] = std::move(order.posted);
  }
  const bool done = wait(Duration(120'000), [&] {
    place_.supervisor.progress(what, all - open_orders_.size(), all);
    return open_orders_.empty() || !refusal_.empty();
  });
  if (!refusal_.empty()) give_up(refusal_);
  if (!done) give_up(fmt::format("{}: the server owes {} of {} outcomes", what, open_orders_.size(), all));
}

bool Crew::wait(Duration patience, const std::function<bool()>& done) {
  const std::int64_t end = now_ns() + std::chrono::nanoseconds(patience).count();
  bool good = false;
  place_.loop.run_until([&] {
    good = done();
    return good || place_.loop.turn_ns() > end;
  });
  return good;
}

void Crew::note_error(const std::string& text) {
  if (++errors_ == 1) first_error_ = text;
}

void Crew::fill_errors(WorkerResult& result) const {
  result.errors = errors_;
  result.first_error = first_error_;
}

void Crew::on_synced(Session& /*session*/) {
  if (connecting_) ++synced_;
}

void Crew::on_sent(Session& /*session*/, const client::SendResult& result) {
  const auto order = open_orders_.find(result.send_id);
  if (order == open_orders_.end()) return;
  if (!result.refused.empty()) {
    std::string advice;
    if (result.refused == "channel_full") advice = "; the server's limit group_members is lower than --members";
    refusal_ = fmt::format("the server refused a command: {} ({}){}", result.refused, result.text, advice);
  } else if (order->second) {
    order->second(result.seq);
  }
  open_orders_.erase(order);
}

void Crew::on_trouble(Session& session, const std::string& why) {
  last_trouble_ = why;
  if (connecting_ && ++troubles_ < 100'000 && session.client().state() != client::State::stopped) return;
  note_error(fmt::format("a session broke: {}", why));
}

ChannelId random_channel_id() {
  std::array<std::uint8_t, 10> random{};
  const std::uint64_t a = fast_random();
  const std::uint64_t b = fast_random();
  std::memcpy(random.data(), &a, 8);
  std::memcpy(random.data() + 8, &b, 2);
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  return ChannelId(make_uuid_v7(to_unix_ms(now), random));
}

std::unique_ptr<v1::Command> make_group(const ChannelId& channel, const std::vector<AccountId>& members) {
  auto command = std::make_unique<v1::Command>();
  command->set_channel_id(std::string(channel.view()));
  auto& create = *command->mutable_create_channel();
  create.set_kind(v1::CHANNEL_KIND_GROUP);
  create.set_title("Bench");
  for (std::size_t i = 1; i < members.size(); ++i) create.add_members(std::string(members[i].view()));
  return command;
}

std::unique_ptr<v1::Command> make_post(const ChannelId& channel, std::string text) {
  auto command = std::make_unique<v1::Command>();
  command->set_channel_id(std::string(channel.view()));
  command->mutable_post()->mutable_content()->set_text(std::move(text));
  return command;
}

}  // namespace parley::bench
