// A thread for what waits for the server: access tokens, looking people up. The screen never waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "parley/profile.hpp"

namespace parley::cli::chat {

class Background {
 public:
  Background(Profile profile, const Address& address);
  /// What is under way is given up; what waits is dropped.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// One job after the other, on the thread.
  void run(std::function<void(Tokens&)> job);

 private:
  void work();

  Profile profile_;
  std::stop_source stop_;
  Http http_;
  Tokens tokens_;
  std::mutex mutex_;
  std::condition_variable_any more_;
  std::deque<std::function<void(Tokens&)>> jobs_;
  std::thread thread_;
};

}  // namespace parley::cli::chat
