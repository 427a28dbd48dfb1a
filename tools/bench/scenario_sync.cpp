#include <fmt/format.h>

#include <algorithm>

#include "bench/away.hpp"
#include "bench/scenarios.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

constexpr const char* kSync = "/v1/sync";
constexpr std::uint32_t kMostHistories = 20;

client::Settings quiet_settings() {
  client::Settings settings;
  settings.want = client::Want::nothing;
  return settings;
}

/// Phones that are woken for a moment: each asks once what it missed, and gets the channels that changed with their
/// newest messages.
class Sync final : public Away {
 public:
  explicit Sync(const Workplace& place)
      : Away(place, quiet_settings()),
        http_(place.loop, place.address, place.options.connecting),
        versions_(place.share.sessions) {}

  WorkerResult run() {
    sign_up();
    make_groups();
    for (const Room& room : rooms_) before_.push_back(room.head);
    ask_all("first sync", false);
    post_missed();
    place_.supervisor.barrier("ready");
    result_.start_ns = now_ns();
    ask_all("in sync", true);
    result_.end_ns = now_ns();
    place_.supervisor.barrier("end");
    result_.sessions = sessions_.size();
    fill_errors(result_);
    return std::move(result_);
  }

 private:
  void ask_all(std::string_view what, bool measured) {
    std::size_t asked = 0;
    answered_ = 0;
    const Duration patience(static_cast<std::int64_t>(place_.options.seconds * 1000));
    const bool done = wait(patience, [&] {
      for (; asked < sessions_.size() && asked < answered_ + place_.options.connecting; ++asked) ask(asked, measured);
      place_.supervisor.progress(what, answered_, sessions_.size());
      return answered_ == sessions_.size();
    });
    if (!done) give_up(fmt::format("{}: only {} of {} have an answer", what, answered_, sessions_.size()));
  }

  void ask(std::size_t index, bool measured) {
    v1::Sync request;
    request.set_version(versions_[index]);
    request.set_history_for_top(std::min(place_.options.missed, kMostHistories));
    http_.post(kSync, request.SerializeAsString(), sessions_[index]->person().access_token,
               [this, index, measured, start = now_ns()](const HttpAnswer& answer) {
                 ++answered_;
                 if (measured) result_.latency.add(static_cast<std::uint64_t>(now_ns() - start));
                 v1::SyncAnswer found;
                 if (answer.status != 200 || !found.ParseFromString(answer.body)) {
                   return note_error(fmt::format("{} was answered with {}", kSync, answer.status));
                 }
                 if (!found.inbox().next_page().empty()) note_error("the inbox does not fit one page");
                 versions_[index] = found.inbox().version();
                 if (measured) check(index, found);
               });
  }

  void check(std::size_t index, const v1::SyncAnswer& found) {
    std::size_t changed = 0;
    for (const std::uint32_t r : mine_[index]) {
      const Room& room = rooms_[r];
      if (room.head == before_[r]) continue;
      ++changed;
      const auto& rows = found.inbox().rows();
      const auto row = std::ranges::find(rows, room.channel.view(), &v1::InboxRow::channel_id);
      if (row == rows.end() || row->head() < room.head) ++result_.faults.lost;
    }
    for (const v1::History& history : found.histories()) {
      if (history.events().empty() || history.events().rbegin()->header().seq() != history.head())
        ++result_.faults.lost;
    }
    const auto histories = static_cast<std::size_t>(found.histories_size());
    if (histories < std::min<std::size_t>(changed, kMostHistories)) note_error("newest messages are missing");
  }

  HttpClient http_;
  std::vector<std::string> versions_;  // of each session's inbox
  std::vector<Seq> before_;            // heads of rooms, before anything was missed
  std::size_t answered_ = 0;
  WorkerResult result_;
};

}  // namespace

WorkerResult run_sync(const Workplace& place) {
  return Sync(place).run();
}

}  // namespace parley::bench
