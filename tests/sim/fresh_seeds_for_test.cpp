#include "sim/fresh_seeds_for_test.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "base/sha256.hpp"
#include "base/version.hpp"

namespace parley::sim {
namespace {

/// Below this they are other people's: those that somebody gives by hand.
constexpr std::uint64_t kApart = 1U << 20U;

std::uint64_t first_fresh_seed() {
  if (const char* given = std::getenv("PARLEY_SIM_SEED")) return std::strtoull(given, nullptr, 10);
  const Digest digest = sha256({version()});
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | digest[i];
  return (number + 1) * kApart;
}

}  // namespace

void try_fresh_seeds(std::chrono::seconds span, std::uint64_t most,
                     const std::function<void(std::uint64_t seed)>& run) {
  const std::uint64_t first = first_fresh_seed();
  std::printf("seeds from %llu on\n", static_cast<unsigned long long>(first));
  std::fflush(stdout);
  const auto end = std::chrono::steady_clock::now() + span;
  std::uint64_t tried = 0;
  while (tried < most && std::chrono::steady_clock::now() < end && !testing::Test::HasFailure()) run(first + tried++);
  std::printf("%llu seeds tried\n", static_cast<unsigned long long>(tried));
}

}  // namespace parley::sim
