#include "bench/event_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/assert.hpp"

namespace parley::bench {
namespace {

constexpr std::int64_t kLongestWaitNs = 50'000'000;

std::uint32_t mask_of(bool readable, bool writable) {
  return (readable ? static_cast<std::uint32_t>(EPOLLIN) : 0U) | (writable ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  wall_start_ = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  start_ns_ = turn_ns_ = now_ns();
}

EventLoop::~EventLoop() {
  ::close(epoll_);
}

void EventLoop::watch(int fd, Watcher& watcher, bool readable, bool writable) {
  const auto at = static_cast<std::size_t>(fd);
  if (watchers_.size() <= at) watchers_.resize(at + 1, nullptr);
  watchers_[at] = &watcher;
  epoll_event event{};
  event.events = mask_of(readable, writable);
  event.data.fd = fd;
  const int done = ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  PARLEY_ASSERT(done == 0);
}

void EventLoop::change(int fd, bool readable, bool writable) {
  epoll_event event{};
  event.events = mask_of(readable, writable);
  event.data.fd = fd;
  const int done = ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  PARLEY_ASSERT(done == 0);
}

void EventLoop::unwatch(int fd) {
  watchers_.at(static_cast<std::size_t>(fd)) = nullptr;
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

bool EventLoop::later(const Timer& a, const Timer& b) {
  return a.at_ns != b.at_ns ? a.at_ns > b.at_ns : a.order > b.order;
}

void EventLoop::at(std::int64_t at_ns, std::function<void()> task) {
  timers_.push_back({at_ns, ++timers_made_, std::move(task)});
  std::push_heap(timers_.begin(), timers_.end(), later);
}

void EventLoop::defer(std::function<void()> task) {
  deferred_.push_back(std::move(task));
}

void EventLoop::every_turn(std::function<bool()> task) {
  every_turn_.push_back(std::move(task));
}

void EventLoop::flush_later(std::function<void()> task) {
  flushes_.push_back(std::move(task));
}

Time EventLoop::now() const {
  return wall_start_ + std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(turn_ns_ - start_ns_));
}

std::int64_t EventLoop::patience(std::int64_t longest_ns) const {
  if (!deferred_.empty() || !flushes_.empty()) return 0;
  std::int64_t wait = std::min(longest_ns, kLongestWaitNs);
  if (!timers_.empty()) wait = std::min(wait, timers_.front().at_ns - now_ns());
  return std::max<std::int64_t>(wait, 0);
}

void EventLoop::turn(std::int64_t longest_ns) {
  static thread_local std::array<epoll_event, 2048> events;
  const std::int64_t wait = patience(longest_ns);
  const timespec time{.tv_sec = wait / 1'000'000'000, .tv_nsec = wait % 1'000'000'000};
  const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &time, nullptr);
  turn_ns_ = now_ns();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    Watcher* watcher = watchers_[static_cast<std::size_t>(event.data.fd)];
    if (watcher == nullptr) continue;
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    watcher->on_ready(broken || (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0);
  }
  while (!timers_.empty() && timers_.front().at_ns <= turn_ns_) {
    std::pop_heap(timers_.begin(), timers_.end(), later);
    auto task = std::move(timers_.back().task);
    timers_.pop_back();
    task();
  }
  run_tasks();
}

void EventLoop::run_tasks() {
  for (std::size_t i = 0; i < every_turn_.size();) {
    if (every_turn_[i]()) {
      ++i;
    } else {
      every_turn_.erase(every_turn_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  for (auto& task : std::exchange(deferred_, {})) task();
  for (auto& task : std::exchange(flushes_, {})) task();
}

void EventLoop::run_until(const std::function<bool()>& done) {
  do {
    turn(kLongestWaitNs);
  } while (!done());
}

void EventLoop::run_for(Duration time) {
  const std::int64_t end = now_ns() + std::chrono::nanoseconds(time).count();
  do {
    turn(std::max<std::int64_t>(end - now_ns(), 0));
  } while (now_ns() < end);
}

}  // namespace parley::bench
