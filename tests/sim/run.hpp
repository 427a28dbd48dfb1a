// One run of the simulation from one seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "sim/corpus.hpp"
#include "sim/witness.hpp"

namespace parley::sim {

struct RunResult {
  std::uint64_t seed = 0;
  Digest digest{};                  // of the trace
  std::vector<std::string> broken;  // promises, with what was seen; empty: all held
  std::uint64_t sends = 0, events = 0, crashes = 0, cuts = 0, faults = 0;
  double virtual_seconds = 0;
  Witness::Kinds kinds;  // of frames and commands that were sent
};

/// `corpus`: gets every frame, and the store at the end.
RunResult run(std::uint64_t seed, bool verbose = false, Corpus* corpus = nullptr);

}  // namespace parley::sim
