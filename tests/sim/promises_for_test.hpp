// A seed as a test: it fails where the run breaks a promise.
#pragma once

#include <cstdint>

#include "sim/run.hpp"

namespace parley::sim {

/// Runs that seed in a process of its own, and prints its line. The first one of a test that breaks a promise is
/// shortened for up to 20 s, where a run takes less than that, and what is left of it is printed.
RunResult expect_all_promises_hold(std::uint64_t seed, int tier = 1);

}  // namespace parley::sim
