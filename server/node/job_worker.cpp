#include "node/job_worker.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/log.hpp"
#include "base/sha256.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/records.hpp"

namespace parley {
namespace {

/// Jobs of different accounts run together, so that their commits are one: a crowd that signs up waits for few syncs.
constexpr std::uint32_t kJobsAtOnce = 64;
constexpr Duration kLookEvery{5000};
constexpr Duration kFirstRetry{1000};
constexpr Duration kLongestRetry{300'000};
/// How often the worker's place is written down, in channels.
constexpr std::size_t kProgressEvery = 16;
constexpr std::uint32_t kErasePage = 100;
constexpr std::uint64_t kEraseBytes = 4U << 20U;

/// Once more after it settled, because the channel may have taken the account in since it was told.
SendId job_send_id(const Job& job, const ChannelId& channel, std::string_view part) {
  const std::string number = std::to_string(job.id) + (job.settling() ? " settling" : "");
  return SendId(make_uuid_v8(view(sha256({"parley job", number, channel.view(), part}))));
}

bool is_everywhere(JobKind kind) {
  return kind == JobKind::set_hide_read || kind == JobKind::delete_account;
}

/// The server could not do it now; anything else is an answer.
bool must_retry(const v1::ServerFrame& frame) {
  if (!frame.has_error()) return false;
  const ErrorInfo* info = find_error(frame.error().name());
  return info != nullptr && (info->kind == ErrorKind::busy || info->kind == ErrorKind::down);
}

}  // namespace

struct JobWorker::Run {
  Job job;
  std::vector<ChannelId> channels;
  std::size_t at = 0;
  Seq erased_up_to = 0;  // in the current channel
};

JobWorker::JobWorker(Io& io, Jobs& jobs) : io_(io), jobs_(jobs), alive_(std::make_shared<bool>(true)) {}

JobWorker::~JobWorker() = default;

void JobWorker::start() {
  io_.executor().post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || stopped_) return;
    look();
    io_.executor().post_after(kLookEvery, [this, alive] {
      if (!alive.expired()) start();
    });
  });
}

void JobWorker::kick() {
  io_.executor().post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) look();
  });
}

void JobWorker::stop() {
  stopped_ = true;
}

void JobWorker::look() {
  if (stopped_) return;
  again_ = true;
  if (looking_) return;
  looking_ = true;
  again_ = false;
  jobs_.next_jobs(io_.executor(), io_.now(), kJobsAtOnce,
                  [this, alive = std::weak_ptr(alive_)](Result<std::vector<Job>> jobs) {
                    if (alive.expired()) return;
                    if (jobs) return found(std::move(*jobs));
                    looking_ = false;
                  });
}

void JobWorker::found(std::vector<Job> jobs) {
  if (jobs.size() < kJobsAtOnce) {  // those that are ripe and not there were finished elsewhere
    std::erase_if(settling_, [&](const auto& entry) {
      return entry.second && std::ranges::find(jobs, entry.first, &Job::id) == jobs.end();
    });
  }
  // One of each account: its intentions are carried out in their order.
  std::set<AccountId> accounts;
  std::erase_if(jobs, [&](const Job& job) { return !is_ripe(job) || !accounts.insert(job.account).second; });
  if (!jobs.empty()) return work(std::move(jobs));
  looking_ = false;
  if (again_) look();
}

/// Whether it need not settle, or has. Measured here and anew after a start, because wall clocks jump.
bool JobWorker::is_ripe(const Job& job) {
  if (!job.settling()) return true;
  const auto [entry, is_new] = settling_.try_emplace(job.id, false);
  if (is_new) {
    io_.executor().post_after(kFactsLive, [this, alive = std::weak_ptr(alive_), id = job.id] {
      if (alive.expired()) return;
      io_.node().queue->when_done(io_.executor(), [this, alive, id] {
        if (alive.expired()) return;
        settling_[id] = true;
        look();
      });
    });
  }
  return entry->second;
}

void JobWorker::work(std::vector<Job> jobs) {
  running_ = jobs.size();
  unwritten_ = false;
  for (Job& job : jobs) {
    auto run = std::make_shared<Run>();
    run->job = std::move(job);
    begin(run);
  }
}

void JobWorker::begin(const std::shared_ptr<Run>& run) {
  const Job& job = run->job;
  if (job.kind == JobKind::create_own_channels) {
    run->channels = {self_channel_id(job.account), account_channel_id(job.account)};
    return next_channel(run);
  }
  if (job.kind == JobKind::set_block) {
    run->channels = {direct_channel_id(job.account, job.peer)};
    return next_channel(run);
  }
  io_.node().store->channels_of(
      job.account, io_.executor(), [this, alive = std::weak_ptr(alive_), run](Result<std::vector<ChannelId>> channels) {
        if (alive.expired()) return;
        if (!channels) return finish(run, false);
        run->channels = std::move(*channels);
        if (auto done = ChannelId::parse(run->job.cursor)) {
          run->at = static_cast<std::size_t>(std::upper_bound(run->channels.begin(), run->channels.end(), *done) -
                                             run->channels.begin());
        }
        next_channel(run);
      });
}

void JobWorker::next_channel(const std::shared_ptr<Run>& run) {
  if (run->at >= run->channels.size()) return finish(run, true);
  const Job& job = run->job;
  const ChannelId& channel = run->channels[run->at];
  auto done = [this, alive = std::weak_ptr(alive_), run](v1::ServerFrame& answer) {
    if (alive.expired()) return;
    if (must_retry(answer)) return finish(run, false);
    run->erased_up_to = 0;
    ++run->at;
    if (run->at % kProgressEvery != 0 || run->job.settling()) return next_channel(run);
    jobs_.job_progress(io_.executor(), run->job.id, run->channels[run->at - 1].str(), [this, alive, run](Result<void>) {
      if (!alive.expired()) next_channel(run);
    });
  };
  if (job.kind == JobKind::set_hide_read) {
    // As the account is now: it may have changed its mind while this worker stood still or the job settled.
    return io_.people_now(job.account, {job.account},
                          [this, alive = std::weak_ptr(alive_), run, channel,
                           done = std::move(done)](Result<std::vector<Person>> people) mutable {
                            if (alive.expired()) return;
                            if (!people) return finish(run, false);
                            if (people->empty() || people->front().deleted) return finish(run, true);
                            RegisterCommand command;
                            command.channel = channel;
                            command.account = run->job.account;
                            command.at = io_.now();
                            command.limits = io_.channel_limits();
                            command.body = registers::SetHideRead{!people->front().privacy.read_receipts};
                            io_.ask(std::move(command), std::move(done));
                          });
  }
  if (job.kind == JobKind::delete_account && job.flag) {
    // What was written goes first, page by page; then the account leaves.
    StoreQuery query;
    query.events.push_back({channel, run->erased_up_to + 1, ~Seq{0}, kErasePage, kEraseBytes, false});
    return io_.node().store->read(
        std::move(query), io_.executor(),
        [this, alive = std::weak_ptr(alive_), run, channel, done = std::move(done)](Result<StoreAnswer> found) mutable {
          if (alive.expired()) return;
          if (!found) return finish(run, false);
          command::Delete erase;
          const auto& rows = found->events[0];
          for (const auto& row : rows) {
            run->erased_up_to = row.seq;
            auto opened = wire::open_event(row.record);
            if (!opened || !opened->event.is_message() || opened->content_deleted) continue;
            if (opened->event.account == run->job.account) erase.targets.push_back(row.seq);
          }
          Command command;
          command.channel = channel;
          io_.stamp({run->job.account, DeviceId{}}, command);
          // What an operator allows in one command of a device is no reason to leave anything.
          command.stamp.limits.targets = kErasePage;
          if (rows.empty()) {
            command.body = command::RemoveDeletedAccount{};
            command.stamp.send_id = job_send_id(run->job, channel, "leave");
            return io_.ask(std::move(command), std::move(done));
          }
          if (erase.targets.empty()) return next_channel(run);
          command.stamp.send_id = job_send_id(run->job, channel, std::to_string(erase.targets.front()));
          command.body = std::move(erase);
          io_.ask(std::move(command), [this, alive, run](v1::ServerFrame& answer) {
            if (alive.expired()) return;
            if (must_retry(answer)) return finish(run, false);
            next_channel(run);
          });
        });
  }
  Command command;
  command.channel = channel;
  io_.stamp({job.account, DeviceId{}}, command);
  command.stamp.send_id = job_send_id(job, channel, "");
  switch (job.kind) {
    case JobKind::create_own_channels: {
      command::Create create;
      create.kind = run->at == 0 ? ChannelKind::self : ChannelKind::account;
      command.body = std::move(create);
      break;
    }
    case JobKind::set_block:
      command.body = command::SetBlock{job.peer, job.flag};
      break;
    default:
      command.body = command::RemoveDeletedAccount{};
      break;
  }
  io_.add_facts(std::move(command),
                [this, alive = std::weak_ptr(alive_), run, done = std::move(done)](Result<Command> ready) mutable {
                  if (alive.expired()) return;
                  if (!ready) return finish(run, false);
                  io_.ask(std::move(*ready), std::move(done));
                });
}

void JobWorker::finish(const std::shared_ptr<Run>& run, bool done) {
  auto next = [this, alive = std::weak_ptr(alive_)](const Result<void>& written) {
    if (alive.expired()) return;
    if (!written) unwritten_ = true;
    if (--running_ > 0) return;
    looking_ = false;
    if (!unwritten_) look();
  };
  const Job& job = run->job;
  settling_.erase(job.id);
  if (done && is_everywhere(job.kind) && !job.settling()) {
    return jobs_.job_progress(io_.executor(), job.id, std::string(kSettling), next);
  }
  if (done) return jobs_.job_done(io_.executor(), job.id, next);
  const std::uint32_t doublings = std::min(job.attempts, 8U);
  const Duration wait = std::min(kLongestRetry, kFirstRetry * (1U << doublings));
  log::warning("job_put_off", {{"job", job.id}, {"attempts", job.attempts}});
  jobs_.job_failed(io_.executor(), job.id, io_.now() + wait, next);
}

}  // namespace parley
