#include "engines/system/thread_executor.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace parley {
namespace {
thread_local const ThreadExecutor* current = nullptr;
}  // namespace

ThreadExecutor::ThreadExecutor(std::string name) : thread_([this, name = std::move(name)] { run(name); }) {}

ThreadExecutor::~ThreadExecutor() {
  stop();
}

// Under the lock: once it is let go the task may run, and whoever waited for it may destroy the executor.
void ThreadExecutor::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  inbox_.push_back(std::move(task));
  if (std::exchange(sleeping_, false)) wake_.notify_one();
}

void ThreadExecutor::post_after(Duration delay, Task task) {
  const Instant due = std::chrono::steady_clock::now() + delay;
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  timers_.push_back({due, timer_order_++, std::move(task)});
  std::push_heap(timers_.begin(), timers_.end(), later);
  if (std::exchange(sleeping_, false)) wake_.notify_one();
}

bool ThreadExecutor::is_current() const {
  return current == this;
}

void ThreadExecutor::stop() {
  PARLEY_ASSERT(!is_current());
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    sleeping_ = false;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ThreadExecutor::collect(std::vector<Task>& batch) {
  batch.swap(inbox_);
  if (timers_.empty()) return;
  const Instant now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.front().due <= now) {
    std::pop_heap(timers_.begin(), timers_.end(), later);
    batch.push_back(std::move(timers_.back().task));
    timers_.pop_back();
  }
}

void ThreadExecutor::run(const std::string& name) {
  current = this;
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
  std::vector<Task> batch;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    collect(batch);
    if (batch.empty()) {
      sleeping_ = true;
      if (timers_.empty()) {
        wake_.wait(lock, [this] { return !sleeping_; });
      } else {
        const Instant due = timers_.front().due;
        wake_.wait_until(lock, due, [this] { return !sleeping_; });
      }
      sleeping_ = false;
      continue;
    }
    lock.unlock();
    for (Task& task : batch) {
      task();
      task = nullptr;  // what the task holds goes before the next one runs
      if (stopping_) break;
    }
    batch.clear();
    lock.lock();
  }
  // Destroying a task may post: not under the lock.
  std::vector<Task> left = std::move(inbox_);
  std::vector<Timer> timers = std::move(timers_);
  lock.unlock();
}

}  // namespace parley
