#include "sim/report.hpp"

#include <cstdio>

#include "base/hex.hpp"

namespace parley::sim {
namespace {

constexpr std::size_t kDigits = 16;

}  // namespace

std::string line_of(const RunResult& result) {
  std::uint64_t faults = 0;
  for (const auto& [kind, count] : result.faults) faults += count;
  char virtual_seconds[32];
  std::snprintf(virtual_seconds, sizeof virtual_seconds, "%.0f", result.virtual_seconds);
  return "seed " + std::to_string(result.seed) + "  " + hex_encode(view(result.digest)).substr(0, kDigits) +
         "  sends " + std::to_string(result.sends) + "  events " + std::to_string(result.events) + "  faults " +
         std::to_string(faults) + "  virtual " + virtual_seconds + " s";
}

void print_run(const RunResult& result) {
  std::printf("%s\n", line_of(result).c_str());
  print_broken(result);
}

void print_broken(const RunResult& result) {
  for (const auto& line : result.broken) std::printf("  BROKEN %s\n", line.c_str());
}

}  // namespace parley::sim
