// What a run is told as: on the command line and by the tests.
#pragma once

#include <string>

#include "sim/run.hpp"

namespace parley::sim {

/// Seed, digest of the trace, and how much there was.
std::string line_of(const RunResult& result);

/// That line and what was broken, to stdout.
void print_run(const RunResult& result);
void print_broken(const RunResult& result);

}  // namespace parley::sim
