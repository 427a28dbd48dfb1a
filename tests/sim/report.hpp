// What a run is told as: on the command line and by the tests.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sim/run.hpp"

namespace parley::sim {

/// Seed, digest of the trace, and how much there was.
std::string line_of(const RunResult& result);

/// That line and what was broken, to stdout.
void print_run(const RunResult& result);
void print_broken(const RunResult& result);
/// The steps of the run, and what came of each.
void print_story(const RunResult& result);

/// What a line of RunResult::broken is about: "P1" to "P10" where it names one, also behind the name of a device; else
/// what stands before the last colon.
std::string promise_of(std::string_view broken);

/// Leaves out steps of a run that failed for as long as the same promise breaks, and prints what is left, its story,
/// and the command that runs it again. Takes `most`, and the time of a run.
void print_shortened(const RunResult& failed, int tier, std::chrono::seconds most);

}  // namespace parley::sim
