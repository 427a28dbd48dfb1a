#include "sim/run.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/device_check.hpp"
#include "sim/people_check.hpp"
#include "sim/person.hpp"
#include "sim/stored_log.hpp"
#include "sim/workload.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

constexpr int kPeople = 5;
constexpr int kDevices = 2;
constexpr int kSteps = 400;
constexpr Duration kSettle{std::chrono::minutes(20)};

class Run {
 public:
  Run(std::uint64_t seed, bool verbose, Corpus* corpus)
      : world_(seed), cluster_(world_, seed % 2 == 1), corpus_(corpus) {
    cluster_.collect_into(corpus);
    world_.verbose = verbose;
    result_.seed = seed;
    for (int i = 0; i < kPeople; ++i) {
      const std::string name = "person" + std::to_string(i);
      accounts_.push_back({cluster_.sign_up(name), name});
      for (int d = 0; d < kDevices; ++d) {
        devices_.push_back(
            std::make_unique<Device>(around_, accounts_.back().id, name, name + "." + std::to_string(d)));
        devices_.back()->start();
      }
    }
    workload_.open_big_group();
  }

  RunResult all() {
    for (int step = 0; step < kSteps; ++step) {
      if (restores_ && step == kSteps / 3) backup_ = cluster_.disk().image;
      if (restores_ && step == 2 * kSteps / 3) restore();
      world_.run_for(Duration(static_cast<std::int64_t>(dice().below(400))));
      one_step();
    }
    settle();
    check();
    result_.digest = world_.digest();
    result_.virtual_seconds = static_cast<double>(world_.uptime().count()) / 1000.0;
    return std::move(result_);
  }

 private:
  Dice& dice() { return world_.dice(); }

  void one_step() {
    switch (dice().below(40)) {
      case 0:
        if (dice().once_in(3)) {
          ++result_.crashes;
          cluster_.crash(dice().below(cluster_.nodes()));
        }
        return;
      case 1:
      case 2:
        ++result_.cuts;
        return cluster_.cut_one();
      case 3:
        return lose_a_day();
      case 4:
        return fail_a_commit();
      case 5:
        return cluster_.lose_bus_frames(dice().once_in(2));
      default:
        return workload_.act();
    }
  }

  /// Nobody does anything for a day or so: tokens end, and sends of yesterday are retried.
  void lose_a_day() {
    if (dice().once_in(30)) world_.run_for(std::chrono::hours(1 + dice().below(30)));
  }

  /// The whole server comes back from an old backup.
  void restore() {
    for (const auto& device : devices_) device->may_be_signed_out();
    cluster_.restore(backup_);
    witness_.forget_history();
  }

  void fail_a_commit() {
    ++result_.faults;
    using Fate = MemoryStoreFaults::Fate;
    constexpr Fate fates[] = {Fate::disk_full, Fate::unavailable_kept, Fate::unavailable_lost};
    cluster_.fail_next_commit(fates[dice().below(3)]);
  }

  /// The faults are over: everything has to be delivered within bounded time.
  void settle() {
    cluster_.lose_bus_frames(false);
    web_.lose(false);
    cluster_.fail_next_commit(MemoryStoreFaults::Fate::ok);
    world_.run_for(Duration(30'000));
    for (const auto& device : devices_) {
      if (!device->running() && !device->given_up()) device->start();
    }
    const bool settled = world_.run_until(
        [&] {
          return std::all_of(devices_.begin(), devices_.end(),
                             [](const auto& device) { return device->given_up() || device->settled(); });
        },
        kSettle);
    if (!settled) {
      for (const auto& device : devices_) {
        if (!device->given_up() && !device->settled()) {
          result_.broken.push_back(
              "P1: " + device->name() + " did not settle; state " +
              (!device->running() ? "dead" : std::string(client::name_of(device->core().state()))) + ", outbox " +
              std::to_string(device->store().outbox().size()));
        }
      }
    }
    std::size_t jobs = 1;
    world_.run_until([&] { return (jobs = count_jobs()) == 0; }, kSettle);
    if (jobs > 0) result_.broken.push_back("P1: " + std::to_string(jobs) + " jobs are not done");
    world_.run_for(std::chrono::minutes(2));
  }

  /// Runs the world a little.
  std::size_t count_jobs() {
    std::optional<std::size_t> count;
    cluster_.accounts().oversight().jobs(
        cluster_.outside(), 1000, [&](const Result<std::vector<Job>>& jobs) { count = jobs ? jobs->size() : 1; });
    world_.run_for(Duration(1000));
    return count.value_or(1);
  }

  SeenPeople see_people() {
    SeenPeople seen;
    std::vector<AccountId> ids;
    for (const auto& account : accounts_) ids.push_back(account.id);
    for (const auto& viewer : ids) {
      cluster_.accounts().people().people(cluster_.outside(), viewer, ids,
                                          [&seen, viewer](const Result<std::vector<Person>>& people) {
                                            if (!people) return;
                                            for (const Person& person : *people) seen[viewer][person.id] = person;
                                          });
    }
    world_.run_for(Duration(1000));
    return seen;
  }

  void check() {
    const SeenPeople people = see_people();
    auto scan = cluster_.scan();
    if (corpus_ != nullptr) corpus_->store(*scan);
    const auto logs = read_store(*scan, words_, result_.broken);
    for (const auto& [id, log] : logs) result_.events += log.events.size();
    std::vector<Wish> wishes;
    for (const auto& account : accounts_) wishes.push_back({account.id, account.erased});
    // The people of a restored server are of today here, and its channels of the day of the backup.
    if (!restores_) check_people(logs, people, wishes, result_.broken);
    result_.sends = workload_.sends();
    result_.kinds = witness_.kinds();
    result_.broken.insert(result_.broken.end(), witness_.broken().begin(), witness_.broken().end());
    for (const auto& device : devices_) {
      result_.broken.insert(result_.broken.end(), device->broken().begin(), device->broken().end());
      check_sends(logs, cluster_.incarnation(), device->view(), device->sends(), device->settled(), result_.broken);
      if (!device->settled()) continue;
      check_view(logs, words_, device->view(), result_.broken);
      device->check_quiet(result_.broken);
    }
  }

  World world_;
  Words words_;
  Cluster cluster_;
  Corpus* corpus_;
  Web web_{world_, cluster_};
  Witness witness_{cluster_.limits(), words_, cluster_.committed_log()};
  Surroundings around_{world_, cluster_, web_, &witness_};
  std::vector<Account> accounts_;
  const bool restores_ = world_.dice().once_in(5);
  MemoryDisk::Image backup_;
  std::vector<std::unique_ptr<Device>> devices_;
  Workload workload_{around_, words_, accounts_, devices_};
  RunResult result_;
};

}  // namespace

RunResult run(std::uint64_t seed, bool verbose, Corpus* corpus) {
  return Run(seed, verbose, corpus).all();
}

}  // namespace parley::sim
