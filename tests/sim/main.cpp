// parley_sim [--corpus FOLDER] [FIRST_SEED [RUNS]]: runs the simulator; one seed alone is told in full with
// PARLEY_SIM_VERBOSE=1. FOLDER gets what was said and stored, for the fuzzers to start from.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/hex.hpp"
#include "sim/run.hpp"

int main(int argc, char** argv) {
  std::unique_ptr<parley::sim::Corpus> corpus;
  if (argc > 2 && std::string_view(argv[1]) == "--corpus") {
    corpus = std::make_unique<parley::sim::Corpus>(argv[2]);
    argc -= 2;
    argv += 2;
  }
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::uint64_t runs = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const bool verbose = std::getenv("PARLEY_SIM_VERBOSE") != nullptr;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    const auto result = parley::sim::run(seed, verbose, corpus.get());
    std::printf("seed %llu  %s  sends %llu  events %llu  crashes %llu  cuts %llu  faults %llu  virtual %.0f s\n",
                static_cast<unsigned long long>(seed),
                parley::hex_encode(parley::view(result.digest)).substr(0, 16).c_str(),
                static_cast<unsigned long long>(result.sends), static_cast<unsigned long long>(result.events),
                static_cast<unsigned long long>(result.crashes), static_cast<unsigned long long>(result.cuts),
                static_cast<unsigned long long>(result.faults), result.virtual_seconds);
    for (const auto& line : result.broken) std::printf("  BROKEN %s\n", line.c_str());
    if (!result.broken.empty()) ++failed;
  }
  return failed == 0 ? 0 : 1;
}
