// Whether threads still come round to what is posted to them.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "ports/executor.hpp"

namespace parley {

class Pulse {
 public:
  /// Not before the executors; they outlive the calls.
  void watch(Executor& executor) { threads_.emplace_back(&executor, std::make_shared<std::atomic<bool>>(true)); }

  /// True when every executor has run what the beat before posted to it. One thread calls it.
  bool beat() {
    bool all = true;
    for (auto& [executor, answered] : threads_) {
      if (!answered->exchange(false)) {
        all = false;  // its task is still waiting: another would not be quicker
        continue;
      }
      executor->post([answered] { *answered = true; });
    }
    return all;
  }

 private:
  std::vector<std::pair<Executor*, std::shared_ptr<std::atomic<bool>>>> threads_;
};

}  // namespace parley
