#include "app/memory_guard.hpp"

#include <unistd.h>

#include <fstream>

#include "base/log.hpp"

namespace parley {
namespace {

constexpr Duration kEvery(1000);
constexpr std::uint64_t kTightFrom = 80;  // per cent of the bound
constexpr std::uint64_t kFullFrom = 95;
constexpr std::uint64_t kStays = 5;  // less than that below where a state begins, it stays

const char* name_of(MemoryState state) {
  switch (state) {
    case MemoryState::roomy:
      return "roomy";
    case MemoryState::tight:
      return "tight";
    case MemoryState::full:
      return "full";
  }
  return "unknown";
}

}  // namespace

MemoryState memory_state(MemoryState before, std::uint64_t used, std::uint64_t bound) {
  const std::uint64_t percent = used / (bound / 100);
  if (percent >= kFullFrom - (before == MemoryState::full ? kStays : 0)) return MemoryState::full;
  if (percent >= kTightFrom - (before != MemoryState::roomy ? kStays : 0)) return MemoryState::tight;
  return MemoryState::roomy;
}

std::optional<std::uint64_t> resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (!(statm >> size >> resident)) return std::nullopt;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void guard_memory(Executor& executor, std::uint64_t bound, SharedMemoryState& state) {
  if (bound == 0) return;
  executor.post_after(kEvery, [&executor, bound, &state] {
    if (const auto used = resident_bytes()) {
      const MemoryState before = state.load();
      const MemoryState now = memory_state(before, *used, bound);
      state.store(now);
      if (now != before) {
        log::warning("memory", {{"state", name_of(now)}, {"resident_bytes", *used}, {"bound_bytes", bound}});
      }
    }
    guard_memory(executor, bound, state);
  });
}

}  // namespace parley
