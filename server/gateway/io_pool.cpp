#include "gateway/io_pool.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <exception>
#include <string>

#include "base/log.hpp"
#include "gateway/event_loop.hpp"

namespace parley {
namespace {

thread_local const IoThread* current = nullptr;

// The root of a task: nothing a task throws may take the thread, and with it every connection on it, down.
void run_guarded(Task& task) {
  try {
    task();
  } catch (const std::exception& error) {
    log::error("io_task_failed", {{"what", error.what()}});
  }
  task = nullptr;
}

}  // namespace

IoThread::IoThread(std::size_t index) : index_(index), loop_(std::make_unique<Loop>()) {
  thread_ = std::thread([this] { run(); });
}

IoThread::~IoThread() {
  stop();
}

bool IoThread::is_current() const {
  return current == this;
}

void IoThread::run() {
  current = this;
  ::pthread_setname_np(::pthread_self(), ("io-" + std::to_string(index_)).c_str());
  for (;;) {
    try {
      loop_->context.run();
      return;
    } catch (const std::exception& error) {
      log::error("io_handler_failed", {{"what", error.what()}});
    }
  }
}

void IoThread::post(Task task) {
  {
    const std::lock_guard lock(loop_->mutex);
    if (loop_->stopped) return;
    loop_->inbox.push_back(std::move(task));
    if (std::exchange(loop_->run_scheduled, true)) return;
  }
  boost::asio::post(loop_->context, [this] { run_inbox(); });
}

void IoThread::run_inbox() {
  {
    const std::lock_guard lock(loop_->mutex);
    loop_->run_scheduled = false;
    loop_->batch.swap(loop_->inbox);
  }
  for (Task& task : loop_->batch) run_guarded(task);
  loop_->batch.clear();
}

void IoThread::post_after(Duration delay, Task task) {
  {
    const std::lock_guard lock(loop_->mutex);
    if (loop_->stopped) return;
  }
  auto timer = std::make_unique<boost::asio::steady_timer>(loop_->context, delay);
  auto& started = *timer;
  started.async_wait([timer = std::move(timer), task = std::move(task)](boost::system::error_code failed) mutable {
    if (!failed) run_guarded(task);
  });
}

void IoThread::stop() {
  std::vector<Task> left;
  {
    const std::lock_guard lock(loop_->mutex);
    loop_->stopped = true;
    left.swap(loop_->inbox);  // destroyed outside the lock: a destructor may post
  }
  loop_->context.stop();
  if (thread_.joinable()) thread_.join();
}

IoPool::IoPool(std::size_t threads) {
  // A peer that is gone must be an error of write, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  for (std::size_t i = 0; i < threads; ++i) threads_.push_back(std::make_unique<IoThread>(i));
}

IoPool::~IoPool() {
  stop();
}

void IoPool::stop() {
  for (auto& thread : threads_) thread->stop();
}

}  // namespace parley
