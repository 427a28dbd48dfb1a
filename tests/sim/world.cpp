#include "sim/world.hpp"

#include <cstdio>
#include <string>
#include <utility>

namespace parley::sim {
namespace {

constexpr Duration kBusy{20};

}  // namespace

std::uint64_t Dice::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

void SimExecutor::post_after(Duration delay, Task task) {
  world_.at(delay, [this, life = life_, task = std::move(task)]() mutable {
    if (life == life_) post(std::move(task));
  });
}

void SimExecutor::kill() {
  ++life_;
  ready_.clear();
}

World::World(std::uint64_t seed) : dice_(seed) {}

SimExecutor& World::make_executor() {
  executors_.push_back(std::make_unique<SimExecutor>(*this));
  return *executors_.back();
}

bool World::step() {
  ++steps_;
  while (!interruptions_.empty() && interruptions_.begin()->first <= steps_) {
    interruptions_.extract(interruptions_.begin()).mapped()();
  }
  std::vector<SimExecutor*> ready;
  for (const auto& executor : executors_) {
    if (!executor->ready_.empty() && !executor->paused_) ready.push_back(executor.get());
  }
  // Work takes time now and then: something else happens before all that is ready is done.
  const bool later = !timers_.empty() && timers_.begin()->first.first <= time_ + kBusy;
  if (!ready.empty() && !(later && dice_.once_in(16))) {
    SimExecutor& chosen = *ready[dice_.below(ready.size())];
    Task task = std::move(chosen.ready_.front());
    chosen.ready_.pop_front();
    task();
    return true;
  }
  if (timers_.empty()) return false;
  auto first = timers_.extract(timers_.begin());
  time_ = std::max(time_, first.key().first);
  first.mapped()();
  return true;
}

void World::run_for(Duration span) {
  const Duration end = time_ + span;
  bool over = false;
  at(span, [&over] { over = true; });
  while (!over && time_ <= end && step()) {
  }
}

bool World::run_until(const std::function<bool()>& wanted, Duration span) {
  const Duration end = time_ + span;
  while (!wanted()) {
    if (time_ > end || !step()) return false;
  }
  return true;
}

void World::at(Duration delay, Task task) {
  timers_.emplace(std::pair(time_ + delay, ++order_), std::move(task));
}

void World::with(Dice dice, const std::function<void()>& task) {
  const Dice before = std::exchange(dice_, dice);
  task();
  dice_ = before;
}

void World::fill(std::span<std::uint8_t> out) {
  for (auto& byte : out) byte = static_cast<std::uint8_t>(dice_.next());
}

void World::trace(std::string_view line) {
  digest_ = sha256({view(digest_), line});
  if (listener_) listener_(line);
  if (verbose)
    std::printf("%10lld %.*s\n", static_cast<long long>(time_.count()), static_cast<int>(line.size()), line.data());
}

}  // namespace parley::sim
