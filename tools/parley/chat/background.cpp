#include "parley/chat/background.hpp"

namespace parley::cli::chat {

Background::Background(Profile profile, const Address& address)
    : profile_(std::move(profile)),
      http_(address, stop_.get_token()),
      tokens_(profile_, http_),
      thread_([this] { work(); }) {}

Background::~Background() {
  stop_.request_stop();
  thread_.join();
}

void Background::run(std::function<void(Tokens&)> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  more_.notify_one();
}

void Background::work() {
  while (!stop_.stop_requested()) {
    std::unique_lock lock(mutex_);
    if (!more_.wait(lock, stop_.get_token(), [this] { return !jobs_.empty(); })) return;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(tokens_);
  }
}

}  // namespace parley::cli::chat
