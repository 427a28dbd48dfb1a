#include "sim/faults.hpp"

#include <utility>

namespace parley::sim {
namespace {

constexpr std::int64_t kClockJump = 600'000;
constexpr std::int64_t kWrongClock = 400LL * 24 * 3600 * 1000;

}  // namespace

void Faults::count(std::string_view kind) {
  world_.trace("fault: " + std::string(kind));
  ++counts_[std::string(kind)];
}

void Faults::in(Duration delay, Task task) {
  world_.at(delay, [this, task = std::move(task)]() mutable {
    if (!over_) task();
  });
}

std::shared_ptr<Link> Faults::some_link() {
  const auto links = cluster_.links();
  return links.empty() ? nullptr : links[dice().below(links.size())];
}

void Faults::strike() {
  switch (dice().below(16)) {
    case 0:
    case 1:
      return crash();
    case 2:
    case 3:
    case 4:
    case 5:
      return connection();
    case 6:
      return herd();
    case 7:
      return disk();
    case 8:
    case 9:
    case 10:
      return commit();
    case 11:
      return clock();
    case 12:
      return memory();
    case 13:
      return bus();
    default:
      return partitions();
  }
}

/// Amid whatever the process does then, which may be its start, and now and then again.
void Faults::crash() {
  const std::size_t node = some_node();
  const std::uint64_t times = dice().once_in(4) ? 1 + dice().below(3) : 1;
  for (std::uint64_t i = 0; i < times; ++i) {
    in(span(1 + static_cast<std::int64_t>(i) * 4000), [this, node] {
      world_.in_steps(dice().below(300), [this, node] {
        if (over_) return;
        count("process crash");
        cluster_.crash(node);
      });
    });
  }
}

void Faults::connection() {
  const auto link = some_link();
  if (!link) return;
  const LinkWay way = dice().once_in(2) ? LinkWay::up : LinkWay::down;
  switch (dice().below(5)) {
    case 0:
      count("connection half open");
      return link->deafen(way);
    case 1:
      count("connection dead on both ways");
      link->deafen(LinkWay::up);
      return link->deafen(LinkWay::down);
    case 2:
      count("connection stalls");
      link->hold(way, true);
      // Also where all else is over: what stands still is no promise of the server's.
      return world_.at(span(dice().once_in(4) ? 90'000 : 5000), [weak = std::weak_ptr(link), way] {
        if (const auto live = weak.lock()) live->hold(way, false);
      });
    default:
      count("connection cut");
      return world_.in_steps(dice().below(50), [link] { link->cut(); });
  }
}

void Faults::herd() {
  count("all connections cut at once");
  for (const auto& link : cluster_.links()) link->cut();
}

void Faults::disk() {
  Storage& storage = cluster_.storage();
  switch (dice().below(3)) {
    case 0:
      count("disk slow for a while");
      storage.slow_down(true);
      return in(span(20'000), [&storage] { storage.slow_down(false); });
    case 1:
      count("disk full for a while");
      storage.fill_disk(true);
      return in(span(8000), [&storage] { storage.fill_disk(false); });
    default:
      count("reads fail for a while");
      storage.fail_reads(true);
      return in(span(3000), [&storage] { storage.fail_reads(false); });
  }
}

void Faults::commit() {
  Storage& storage = cluster_.storage();
  switch (dice().below(4)) {
    case 0:
      count("commit refused by a full disk");
      return storage.next_commit(CommitFate::disk_full);
    case 1:
      count("commit of unknown fate, kept");
      return storage.next_commit(CommitFate::unavailable_kept);
    case 2:
      count("commit of unknown fate, lost");
      return storage.next_commit(CommitFate::unavailable_lost);
    default:
      count("commit of unknown fate, torn");
      return storage.next_commit(CommitFate::unavailable_torn);
  }
}

void Faults::fail_a_commit_soon() {
  in(span(200), [this] { commit(); });
  SimBus* bus = cluster_.bus();
  if (bus == nullptr || !dice().once_in(2)) return;
  count("bus slow for a while");
  bus->slow_down(true);
  in(span(4000), [bus] { bus->slow_down(false); });
  in(span(600), [this] {
    count("partitions taken away");
    cluster_.take_partitions_away(span(500));
  });
}

void Faults::clock() {
  const auto jump = static_cast<std::int64_t>(dice().below(2 * kClockJump)) - kClockJump;
  count(jump < 0 ? "clock jumps back" : "clock jumps forward");
  // Mostly by little, which is where comparisons go wrong.
  cluster_.set_clock_off(some_node(), Duration(jump / (std::int64_t{1} << dice().below(16))));
}

void Faults::memory() {
  const std::size_t node = some_node();
  const bool full = dice().once_in(3);
  count(full ? "memory full" : "memory tight");
  cluster_.set_memory(node, full ? MemoryState::full : MemoryState::tight);
  in(span(full ? 5000 : 20'000), [this, node] { cluster_.set_memory(node, MemoryState::roomy); });
}

void Faults::bus() {
  SimBus* bus = cluster_.bus();
  if (bus == nullptr) return;
  switch (dice().below(3)) {
    case 0:
      count("bus loses frames for a while");
      bus->lose(true);
      return in(span(10'000), [bus] { bus->lose(false); });
    case 1:
      count("bus slow for a while");
      bus->slow_down(true);
      return in(span(10'000), [bus] { bus->slow_down(false); });
    default:
      count("bus loses the next frames");
      return bus->lose_next(1 + dice().below(4));
  }
}

void Faults::partitions() {
  if (dice().once_in(2)) {
    count("partitions taken away");
    return cluster_.take_partitions_away(span(dice().once_in(4) ? 20'000 : 3000));
  }
  const std::size_t node = some_node();
  const bool all = dice().once_in(2);
  const Duration stands = span(dice().once_in(4) ? 60'000 : 5000);
  count(all ? "process stands still" : "owners stand still");
  std::optional<Duration> expires;
  if (!dice().once_in(3)) expires = Duration(static_cast<std::int64_t>(dice().below(stands.count())));
  cluster_.pause(node, stands, all, expires);
}

void Faults::strike_oddly() {
  SimBus* bus = cluster_.bus();
  if (bus == nullptr || dice().once_in(2)) return people();
  count("bus repeats frames for a while");
  bus->repeat(true);
  in(span(10'000), [bus] { bus->repeat(false); });
}

void Faults::fail_people(Duration while_for) {
  count("store of people fails for a while");
  cluster_.fail_people(1 + dice().below(6));
  in(while_for, [this] { cluster_.fail_people(0); });
}

void Faults::fail_people_soon() {
  in(span(300), [this] { fail_people(span(60'000)); });
}

void Faults::people() {
  if (dice().once_in(2)) return fail_people(span(10'000));
  count("store of people slow for a while");
  cluster_.slow_people(1 + dice().below(6));
  in(span(20'000), [this] { cluster_.slow_people(0); });
}

void Faults::swap_partitions() {
  const std::size_t node = some_node();
  const Duration stands = span(3000);
  count("partitions lost and back amid a commit");
  cluster_.swap_amid_commits(node, stands);
  if (!dice().once_in(6)) return;
  in(span(stands.count()), [this, node] {
    count("process crash amid a held commit");
    cluster_.crash(node);
  });
}

Duration Faults::some_clock() {
  if (dice().once_in(2)) return Duration(0);
  if (dice().once_in(8)) {
    count("device's clock stands at 1970");
    return Duration(0) - world_.now().time_since_epoch();
  }
  const auto off = static_cast<std::int64_t>(dice().below(2 * kWrongClock)) - kWrongClock;
  count(off < 0 ? "device's clock is behind" : "device's clock is ahead");
  return Duration(off / (std::int64_t{1} << dice().below(20)));
}

void Faults::end() {
  over_ = true;
  Storage& storage = cluster_.storage();
  storage.next_commit(CommitFate::ok);
  storage.fill_disk(false);
  storage.slow_down(false);
  storage.fail_reads(false);
  cluster_.fail_people(0);
  cluster_.slow_people(0);
  if (SimBus* bus = cluster_.bus()) {
    bus->lose(false);
    bus->slow_down(false);
    bus->repeat(false);
  }
  for (std::size_t node = 0; node < cluster_.nodes(); ++node) {
    cluster_.set_memory(node, MemoryState::roomy);
    cluster_.set_clock_off(node, Duration(0));
  }
}

}  // namespace parley::sim
