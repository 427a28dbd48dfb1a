// Runs of the simulator in processes of their own: an assertion that fails or a run without end is a result like
// others, and all cores have something to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "sim/run.hpp"

namespace parley::sim {

/// Whatever becomes of it, a result comes back. Nothing is logged but why the process died.
RunResult run_apart(std::uint64_t seed, const RunOptions& options = {});

/// `jobs` runs at a time, until `next` has no more seeds; `done` gets the results in the order in which they end.
/// `next` is asked again after each result.
void run_all_apart(std::size_t jobs, const RunOptions& options,
                   const std::function<std::optional<std::uint64_t>()>& next,
                   const std::function<void(RunResult)>& done);

}  // namespace parley::sim
