#include "node/channel_cache.hpp"

#include <utility>

#include "base/assert.hpp"

namespace parley {

LoadedChannel* ChannelCache::find(const ChannelId& id) {
  auto it = entries_.find(id);
  if (it == entries_.end()) return nullptr;
  order_.splice(order_.begin(), order_, it->second.place);
  return &it->second.channel;
}

LoadedChannel& ChannelCache::insert(const ChannelId& id, LoadedChannel channel) {
  order_.push_front(id);
  auto [it, fresh] = entries_.try_emplace(id, Entry{std::move(channel), order_.begin()});
  PARLEY_ASSERT(fresh);
  return it->second.channel;
}

void ChannelCache::drop(const ChannelId& id) {
  auto it = entries_.find(id);
  if (it == entries_.end()) return;
  order_.erase(it->second.place);
  entries_.erase(it);
}

void ChannelCache::drop_partition(PartitionId partition) {
  for (auto it = order_.begin(); it != order_.end();) {
    const ChannelId id = *it++;
    if (partition_of(id) == partition) drop(id);
  }
}

void ChannelCache::clear() {
  entries_.clear();
  order_.clear();
}

void ChannelCache::trim_to(std::size_t count) {
  while (entries_.size() > count) {
    const ChannelId oldest = order_.back();
    PARLEY_ASSERT(!entries_.at(oldest).channel.changed());
    drop(oldest);
  }
}

}  // namespace parley
