#include <algorithm>

#include "bench/scenarios.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

client::Settings quiet_settings() {
  client::Settings settings;
  settings.want = client::Want::nothing;
  return settings;
}

class Idle final : public Crew {
 public:
  explicit Idle(const Workplace& place) : Crew(place, quiet_settings()) {}

  WorkerResult run() {
    sign_up();
    place_.supervisor.barrier("accounts");
    WorkerResult result;
    result.start_ns = now_ns();
    connect_all("signing in");
    result.end_ns = now_ns();
    // Another worker may still bring up its sessions.
    place_.supervisor.barrier("ready");
    place_.supervisor.progress("silent sessions", sessions_.size(), 0);
    place_.loop.run_for(Duration(static_cast<std::int64_t>(place_.options.seconds * 1000)));
    place_.supervisor.barrier("end");
    const bool all_live = std::all_of(sessions_.begin(), sessions_.end(), [](const auto& s) { return s->live(); });
    if (!all_live) note_error("not all sessions stayed");
    result.sessions = sessions_.size();
    fill_errors(result);
    return result;
  }
};

}  // namespace

WorkerResult run_idle(const Workplace& place) {
  return Idle(place).run();
}

}  // namespace parley::bench
