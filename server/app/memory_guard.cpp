#include "app/memory_guard.hpp"

#include <unistd.h>

#include <fstream>
#include <memory>

#include "base/log.hpp"

/// jemalloc's, where it is linked.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size, void* value,
                                     std::size_t size);

namespace parley {
namespace {

constexpr Duration kEvery(200);
constexpr int kRelieveEvery = 5;          // looks
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

/// Pages that jemalloc keeps for later; by itself it gives them back only as time goes by.
void give_back_freed() {
  if (mallctl != nullptr) mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // MALLCTL_ARENAS_ALL
}

struct Guard {
  Executor& executor;
  const std::uint64_t bound;
  SharedMemoryState& state;
  const std::function<void()> relieve;
  int looks = 0;

  void look() {
    const auto used = resident_bytes();
    if (!used) return;
    const MemoryState before = state.load();
    const MemoryState now = memory_state(before, *used, bound);
    state.store(now);
    if (now != before) {
      log::warning("memory", {{"state", name_of(now)}, {"resident_bytes", *used}, {"bound_bytes", bound}});
    }
    if (now == MemoryState::roomy || looks++ % kRelieveEvery != 0) return;
    give_back_freed();
    relieve();
  }
};

void go_on(const std::shared_ptr<Guard>& guard) {
  guard->executor.post_after(kEvery, [guard] {
    guard->look();
    go_on(guard);
  });
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

void guard_memory(Executor& executor, std::uint64_t bound, SharedMemoryState& state, std::function<void()> relieve) {
  if (bound != 0) go_on(std::make_shared<Guard>(executor, bound, state, std::move(relieve)));
}

}  // namespace parley
