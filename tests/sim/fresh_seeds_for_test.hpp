// Seeds that nobody has tried yet: with each commit others, and for everybody who tests that commit the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace parley::sim {

/// Runs one seed after the other, until `span` is over, a test fails, or there were `most`. From PARLEY_SIM_SEED on
/// where that is set, else from one that follows from the commit the tree was configured at. Prints from where, and how
/// many.
void try_fresh_seeds(std::chrono::seconds span, std::uint64_t most, const std::function<void(std::uint64_t seed)>& run);

}  // namespace parley::sim
