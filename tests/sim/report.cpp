#include "sim/report.hpp"

#include <cstdio>

#include "base/hex.hpp"
#include "sim/apart.hpp"
#include "sim/shrink.hpp"

namespace parley::sim {
namespace {

using WallClock = std::chrono::steady_clock;

constexpr std::size_t kDigits = 16;
constexpr std::string_view kColon = ": ";

bool is_promise(std::string_view word) {
  if (!word.starts_with('P')) return false;
  word.remove_prefix(1);
  return word == "10" || (word.size() == 1 && word[0] >= '1' && word[0] <= '9');
}

/// Of a whole run.
std::string promise_of(const RunResult& result) {
  return result.broken.empty() ? "" : sim::promise_of(result.broken.front());
}

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

void print_story(const RunResult& result) {
  for (const auto& line : result.story) {
    std::printf("  %4zu  %9.3f s  %s\n", line.step, static_cast<double>(line.at.count()) / 1000.0, line.what.c_str());
  }
}

std::string promise_of(std::string_view broken) {
  std::string_view rest = broken;
  for (std::size_t at = rest.find(kColon); at != std::string_view::npos; at = rest.find(kColon)) {
    if (is_promise(rest.substr(0, at))) return std::string(rest.substr(0, at));
    rest.remove_prefix(at + kColon.size());
  }
  return std::string(broken.substr(0, broken.rfind(kColon)));
}

void print_shortened(const RunResult& failed, int tier, std::chrono::seconds most) {
  const auto end = WallClock::now() + most;
  std::size_t tries = 0;
  const auto fails = [&](const Steps& steps) {
    ++tries;
    return promise_of(run_apart(failed.seed, {.tier = tier, .keep = steps})) == promise_of(failed);
  };
  const auto enough = [end] { return WallClock::now() >= end; };
  const Steps left = shrink(first_steps(kRunSteps), fails, enough);
  const RunResult again = run_apart(failed.seed, {.tier = tier, .keep = left});
  std::printf(
      "\nseed %llu: of its %zu steps these %zu still break it (%zu tries); again: make sim %sSEED=%llu KEEP=%s\n",
      static_cast<unsigned long long>(failed.seed), kRunSteps, left.size(), tries, tier == 2 ? "TIER=2 " : "",
      static_cast<unsigned long long>(failed.seed), to_text(left).c_str());
  print_story(again);
  print_broken(again);
}

}  // namespace parley::sim
