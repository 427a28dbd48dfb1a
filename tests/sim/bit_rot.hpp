// When a run is over, bits flip in what the model store holds, one at a time and in every kind of record. `verify` has
// to find each, and whoever asks the servers then hears what they heard before, or that it is damaged: never anything
// else. Nothing is decided over what is damaged, and nothing written over it.
#pragma once

#include <string>
#include <vector>

#include "sim/cluster.hpp"
#include "sim/world.hpp"

namespace parley::sim {

/// Nobody else may be connected. All nodes crash and come back several times; in the end the store holds what it did.
/// `storage` is that of `cluster`, `people` may sign in. What is wrong goes to `broken`; how many bits flipped:
/// returned.
std::uint64_t flip_bits(World& world, Cluster& cluster, MemoryStorage& storage, const std::vector<AccountId>& people,
                        std::vector<std::string>& broken);

}  // namespace parley::sim
