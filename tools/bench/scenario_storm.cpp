#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "bench/body.hpp"
#include "bench/scenarios.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

client::Settings returning_settings(const Options& options) {
  client::Settings settings;
  settings.want = client::Want::nothing;
  if (options.fresh_tokens) settings.resume_life = Duration(0);
  return settings;
}

class Storm final : public Crew {
 public:
  explicit Storm(const Workplace& place)
      : Crew(place, returning_settings(place.options)), started_(place.share.sessions), mine_(place.share.sessions) {}

  WorkerResult run() {
    sign_up();
    make_groups();
    connect_all("signing in");
    std::vector<Session*> all;
    for (auto& session : sessions_) all.push_back(session.get());
    disconnect(all);
    post_missed();
    if (place_.options.fresh_tokens) renew(all);
    place_.supervisor.barrier("ready");
    come_back(all);
    place_.supervisor.barrier("end");
    return judge();
  }

 private:
  struct Room {
    ChannelId channel;
    Session* owner = nullptr;
    Seq head = 0;
  };

  void make_groups() {
    std::vector<std::uint32_t> order(sessions_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::mt19937_64 random(1);
    const std::uint32_t members = place_.options.members;
    std::vector<Order> orders;
    std::vector<std::vector<std::uint32_t>> rooms;
    for (std::uint32_t layer = 0; layer < place_.options.channels; ++layer) {
      std::shuffle(order.begin(), order.end(), random);
      for (std::size_t first = 0; first + members <= order.size(); first += members) {
        rooms.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                           order.begin() + static_cast<std::ptrdiff_t>(first + members));
      }
    }
    rooms_.resize(rooms.size());
    for (std::size_t r = 0; r < rooms.size(); ++r) {
      Room& room = rooms_[r];
      room = {random_channel_id(), sessions_[rooms[r].front()].get(), 0};
      std::vector<AccountId> accounts;
      for (const std::uint32_t index : rooms[r]) {
        accounts.push_back(sessions_[index]->person().account);
        mine_[index].push_back(static_cast<std::uint32_t>(r));
      }
      orders.push_back({room.owner, make_group(room.channel, accounts), [&room](Seq seq) { room.head = seq; }});
    }
    with_owners([&] { carry_out(std::move(orders), "channels"); });
  }

  /// The groups of one layer hold every session once: so many layers, so many channels of each.
  void post_missed() {
    const std::size_t per_layer = sessions_.size() / place_.options.members;
    const std::size_t rooms = std::min(rooms_.size(), place_.options.missed * per_layer);
    if (rooms == 0) return;
    std::vector<Order> orders;
    for (std::size_t r = 0; r < rooms; ++r) {
      Room& room = rooms_[r];
      std::string text;
      write_body(text, {}, place_.options.body);
      orders.push_back({room.owner, make_post(room.channel, std::move(text)), [&room](Seq seq) { room.head = seq; }});
    }
    with_owners([&] { carry_out(std::move(orders), "messages while away"); });
  }

  void with_owners(const std::function<void()>& work) {
    std::vector<Session*> owners;
    for (const Room& room : rooms_) owners.push_back(room.owner);
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    if (owners.empty()) return;
    connect(owners, "owners of channels");
    work();
    disconnect(owners);
  }

  void renew(const std::vector<Session*>& all) {
    std::vector<Person*> people;
    for (Session* session : all) people.push_back(&session->person());
    auto renewed = accounts_.renew(
        std::move(people), [&](std::size_t done) { place_.supervisor.progress("new tokens", done, all.size()); });
    if (!renewed) give_up(renewed.error().text());
    for (Session* session : all) session->use_new_token();
  }

  void come_back(const std::vector<Session*>& all) {
    storming_ = true;
    result_.start_ns = now_ns();
    std::size_t started = 0;
    const bool done = wait(Duration(static_cast<std::int64_t>(place_.options.seconds * 1000)), [&] {
      for (; started < all.size() && started < back_ + place_.options.connecting; ++started) {
        started_[all[started]->index()] = now_ns();
        all[started]->start();
      }
      place_.supervisor.progress("back in sync", back_, all.size());
      return back_ == all.size();
    });
    if (!done) note_error(fmt::format("only {} of {} sessions came back", back_, all.size()));
    storming_ = false;
  }

  WorkerResult judge() {
    for (const auto& session : sessions_) {
      for (const std::uint32_t r : mine_[session->index()]) {
        const client::ChannelState* state = session->client().find(rooms_[r].channel);
        if (state == nullptr || state->head < rooms_[r].head) ++result_.faults.lost;
      }
    }
    result_.sessions = back_;
    fill_errors(result_);
    return std::move(result_);
  }

  void on_synced(Session& session) override {
    if (!storming_) return Crew::on_synced(session);
    std::int64_t& started = started_[session.index()];
    if (started == 0) return;  // it was in sync before
    ++back_;
    result_.end_ns = now_ns();
    result_.latency.add(static_cast<std::uint64_t>(result_.end_ns - started));
    started = 0;
  }

  std::vector<Room> rooms_;
  std::vector<std::int64_t> started_;             // by session; 0: not on its way
  std::vector<std::vector<std::uint32_t>> mine_;  // rooms by session
  std::uint64_t back_ = 0;
  bool storming_ = false;
  WorkerResult result_;
};

}  // namespace

WorkerResult run_storm(const Workplace& place) {
  return Storm(place).run();
}

}  // namespace parley::bench
