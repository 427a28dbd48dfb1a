#include <fmt/format.h>

#include "bench/away.hpp"
#include "bench/scenarios.hpp"

namespace parley::bench {
namespace {

client::Settings returning_settings(const Options& options) {
  client::Settings settings;
  settings.want = client::Want::nothing;
  if (options.fresh_tokens) settings.resume_life = Duration(0);
  return settings;
}

class Storm final : public Away {
 public:
  explicit Storm(const Workplace& place)
      : Away(place, returning_settings(place.options)), started_(place.share.sessions) {}

  WorkerResult run() {
    sign_up();
    make_groups();
    connect_all("signing in");
    const std::vector<Session*> all = everybody();
    disconnect(all);
    post_missed();
    if (place_.options.fresh_tokens) renew_tokens();
    place_.supervisor.barrier("ready");
    come_back(all);
    place_.supervisor.barrier("end");
    return judge();
  }

 private:
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
    if (!storming_) return Away::on_synced(session);
    std::int64_t& started = started_[session.index()];
    if (started == 0) return;  // it was in sync before
    ++back_;
    result_.end_ns = now_ns();
    result_.latency.add(static_cast<std::uint64_t>(result_.end_ns - started));
    started = 0;
  }

  std::vector<std::int64_t> started_;  // by session; 0: not on its way
  std::uint64_t back_ = 0;
  bool storming_ = false;
  WorkerResult result_;
};

}  // namespace

WorkerResult run_storm(const Workplace& place) {
  return Storm(place).run();
}

}  // namespace parley::bench
