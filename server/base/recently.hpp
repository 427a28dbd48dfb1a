// What was done for a key lately, so that it is not done each time: a line in the log for something that stays broken.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <unordered_set>

namespace parley {

/// Remembers the last `most` different keys. Any thread.
template <class Key>
class Recently {
 public:
  explicit Recently(std::size_t most) : most_(most) {}

  /// False where `key` is among the last ones.
  bool is_new(const Key& key) {
    const std::lock_guard lock(mutex_);
    if (!keys_.insert(key).second) return false;
    order_.push_back(key);
    if (order_.size() > most_) {
      keys_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::unordered_set<Key> keys_;
  std::deque<Key> order_;
};

}  // namespace parley
