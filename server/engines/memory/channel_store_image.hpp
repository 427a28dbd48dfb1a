// Reads and writes of a MemoryDisk's image: what a store does once waiting, faults and locks are out of the way.
#pragma once

#include <vector>

#include "engines/memory/channel_store.hpp"

namespace parley::memory {

/// All of `batch`, or nothing (stale_owner).
Result<void> write(MemoryDisk::Image& image, const PartitionBatch& batch);
Result<PartitionState> take_over(MemoryDisk::Image& image, PartitionId partition, Epoch epoch);

StoreAnswer read(const MemoryDisk::Image& image, const StoreQuery& query);
std::vector<ChannelId> channels_of(const MemoryDisk::Image& image, const AccountId& account);
PartitionState partition_state(const MemoryDisk::Image& image, PartitionId partition);

}  // namespace parley::memory
