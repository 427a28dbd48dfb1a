// One run of the simulation from one seed: people do things while things go wrong, then nothing goes wrong any more,
// all is delivered, and everything is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "base/time.hpp"
#include "sim/corpus.hpp"
#include "sim/faults.hpp"
#include "sim/steps.hpp"
#include "sim/witness.hpp"

namespace parley::sim {

/// A run has so many steps: in each somebody does something, or something goes wrong.
inline constexpr std::size_t kRunSteps = 400;

/// One step, and what came of it at once.
struct StoryLine {
  std::size_t step = 0;
  Duration at{0};
  std::string what;
};

struct RunOptions {
  int tier = 1;               // 2: over the real store, with a trace of its own each time
  bool verbose = false;       // every line of the trace to stdout
  Corpus* corpus = nullptr;   // gets every frame, and the store at the end
  std::optional<Steps> keep;  // only these steps; nullopt: all
  /// Told of each line of the story as soon as it is there: where the process dies there is no result to have it in.
  std::function<void(const StoryLine&)> tell{};
};

struct RunResult {
  std::uint64_t seed = 0;
  Digest digest{};                  // of the trace
  std::vector<std::string> broken;  // promises, with what was seen; empty: all held
  std::uint64_t sends = 0, events = 0;
  FaultCounts faults;
  double virtual_seconds = 0;
  Witness::Kinds kinds;  // of frames and commands that were sent
  std::vector<StoryLine> story;
};

RunResult run(std::uint64_t seed, const RunOptions& options = {});

}  // namespace parley::sim
