// Every partition is somebody's who decides what is asked of it, also where nobody has anything to say just now.
#pragma once

#include <string>
#include <vector>

#include "sim/cluster.hpp"
#include "sim/world.hpp"

namespace parley::sim {

/// When all faults are over: asks something of each partition, which changes nothing, and runs the world until that is
/// decided. What is not goes to `broken`.
void check_partitions(World& world, Cluster& cluster, std::vector<std::string>& broken);

}  // namespace parley::sim
