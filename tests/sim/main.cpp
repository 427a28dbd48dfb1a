// parley_sim [OPTIONS] [FIRST_SEED [RUNS]]: runs the simulator, one line for each seed, and a sum at the end. Exit code
// 1: a promise was broken.
//
//   --tier 2           over the real store on a disk that fails, instead of a model of one
//   --minutes N       until so much time has passed, instead of RUNS; FIRST_SEED is new each time where it is not given
//   --jobs N          so many runs at a time (1)
//   --shrink SECONDS  for the first runs that fail, look so long for fewer steps that fail (0)
//   --keep 0-7,12     one run, of these steps alone, and what is left of its story
//   --corpus FOLDER   what is said and stored goes there, for the fuzzers to start from
//
// PARLEY_SIM_VERBOSE=1 with one seed tells its whole trace.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "sim/apart.hpp"
#include "sim/report.hpp"
#include "sim/run.hpp"

namespace parley::sim {
namespace {

using WallClock = std::chrono::steady_clock;

/// How many of the runs that fail are shortened.
constexpr std::size_t kShrunk = 3;
constexpr std::chrono::seconds kProgress{10};

struct Options {
  std::optional<std::uint64_t> first;
  std::uint64_t runs = 1;
  int tier = 1;
  std::chrono::minutes minutes{0};
  std::size_t jobs = 1;
  std::chrono::seconds shrink{0};
  std::optional<Steps> keep;
  std::string corpus;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<Options> parse(const std::vector<std::string_view>& words) {
  Options options;
  std::size_t plain = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.starts_with("--")) {
      if (++i == words.size()) return std::nullopt;
      const auto value = number(words[i]);
      if (word == "--corpus") {
        options.corpus = words[i];
      } else if (word == "--keep") {
        options.keep = parse_steps(words[i]);
        if (!options.keep) return std::nullopt;
      } else if (!value) {
        return std::nullopt;
      } else if (word == "--tier") {
        if (*value != 1 && *value != 2) return std::nullopt;
        options.tier = static_cast<int>(*value);
      } else if (word == "--minutes") {
        options.minutes = std::chrono::minutes(*value);
      } else if (word == "--jobs") {
        options.jobs = std::max<std::size_t>(*value, 1);
      } else if (word == "--shrink") {
        options.shrink = std::chrono::seconds(*value);
      } else {
        return std::nullopt;
      }
      continue;
    }
    const auto value = number(word);
    if (!value || plain == 2) return std::nullopt;
    if (plain++ == 0) {
      options.first = *value;
    } else {
      options.runs = *value;
    }
  }
  return options;
}

struct Sum {
  std::uint64_t runs = 0, sends = 0, events = 0;
  double virtual_seconds = 0;
  FaultCounts faults;
  std::vector<RunResult> failed;

  void add(RunResult result) {
    ++runs;
    sends += result.sends;
    events += result.events;
    virtual_seconds += result.virtual_seconds;
    for (const auto& [kind, count] : result.faults) faults[kind] += count;
    if (!result.broken.empty()) failed.push_back(std::move(result));
  }
  void print(const char* what) const {
    std::printf("%s%llu runs, %zu of them broken, %.1f virtual hours, %llu sends, %llu events\n", what,
                static_cast<unsigned long long>(runs), failed.size(), virtual_seconds / 3600.0,
                static_cast<unsigned long long>(sends), static_cast<unsigned long long>(events));
    std::fflush(stdout);
  }
};

/// In this process, for those who look at a single run.
int run_here(const Options& options, bool verbose) {
  std::unique_ptr<Corpus> corpus;
  if (!options.corpus.empty()) corpus = std::make_unique<Corpus>(options.corpus);
  bool broken = false;
  const std::uint64_t first = options.first.value_or(1);
  for (std::uint64_t seed = first; seed < first + options.runs; ++seed) {
    const RunResult result =
        run(seed, {.tier = options.tier, .verbose = verbose, .corpus = corpus.get(), .keep = options.keep});
    if (options.keep) print_story(result);
    print_run(result);
    broken = broken || !result.broken.empty();
  }
  return broken ? 1 : 0;
}

int run_many(const Options& options) {
  const bool timed = options.minutes.count() > 0;
  const std::uint64_t first =
      options.first.value_or(timed ? (std::uint64_t{std::random_device()()} << 20U) : std::uint64_t{1});
  const auto start = WallClock::now();
  auto told = start;
  std::uint64_t next = first;
  if (timed) std::printf("Seeds from %llu on\n", static_cast<unsigned long long>(first));
  Sum sum;
  run_all_apart(
      options.jobs, {.tier = options.tier},
      [&]() -> std::optional<std::uint64_t> {
        if (timed ? WallClock::now() >= start + options.minutes : next >= first + options.runs) return std::nullopt;
        return next++;
      },
      [&](RunResult result) {
        print_run(result);
        sum.add(std::move(result));
        if (timed && WallClock::now() >= told + kProgress) {
          told = WallClock::now();
          sum.print("so far: ");
        }
        std::fflush(stdout);
      });
  for (std::size_t i = 0; options.shrink.count() > 0 && i < std::min(sum.failed.size(), kShrunk); ++i) {
    print_shortened(sum.failed[i], options.tier, options.shrink);
  }
  if (sum.runs > 1) {
    std::printf("\n");
    for (const auto& [kind, count] : sum.faults) {
      std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), kind.c_str());
    }
    for (const auto& result : sum.failed) {
      std::printf("broken: seed %llu  %s\n", static_cast<unsigned long long>(result.seed),
                  result.broken.front().c_str());
    }
    sum.print("");
  }
  return sum.failed.empty() ? 0 : 1;
}

}  // namespace
}  // namespace parley::sim

int main(int argc, char** argv) {
  const auto options = parley::sim::parse({argv + 1, argv + argc});
  if (!options) {
    std::fprintf(stderr,
                 "parley_sim [--tier 2] [--minutes N] [--jobs N] [--shrink SECONDS] [--keep 0-7,12] [--corpus FOLDER] "
                 "[FIRST_SEED [RUNS]]\n");
    return 2;
  }
  const bool verbose = std::getenv("PARLEY_SIM_VERBOSE") != nullptr;
  if (!verbose) parley::log::set_level(parley::log::Level::off);
  if (verbose || options->keep || !options->corpus.empty()) return parley::sim::run_here(*options, verbose);
  return parley::sim::run_many(*options);
}
