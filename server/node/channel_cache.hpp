// The channels that an owner has in memory, least recently used first out. Belongs to one executor.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

#include "base/id.hpp"
#include "node/loaded_channel.hpp"

namespace parley {

class ChannelCache {
 public:
  explicit ChannelCache(std::size_t capacity) : capacity_(capacity) {}

  /// nullptr when it is not in memory. Counts as a use. The pointer is valid until the channel is dropped.
  LoadedChannel* find(const ChannelId& id);
  LoadedChannel& insert(const ChannelId& id, LoadedChannel channel);
  void drop(const ChannelId& id);
  void drop_partition(PartitionId partition);
  void clear();
  /// Lets the least recently used go until at most `capacity`, or `count`, are left. Only between turns: nothing may be
  /// unstored.
  void trim() { trim_to(capacity_); }
  void trim_to(std::size_t count);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    LoadedChannel channel;
    std::list<ChannelId>::iterator place;
  };
  std::size_t capacity_;
  std::list<ChannelId> order_;  // most recently used first
  std::unordered_map<ChannelId, Entry> entries_;
};

}  // namespace parley
