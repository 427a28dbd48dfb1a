// Keeps the process within the memory that the operator allows: looks several times a second and says how full it is;
// caches and outboxes are kept small before it is full, and new work is refused when it is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "node/load_gate.hpp"
#include "ports/executor.hpp"

namespace parley {

/// What follows on `before` when `used` of `bound` bytes are in use. It takes less to stay in a state than to enter it,
/// so that it does not flutter.
MemoryState memory_state(MemoryState before, std::uint64_t used, std::uint64_t bound);

/// Resident memory of this process in bytes; nullopt where the system does not tell.
std::optional<std::uint64_t> resident_bytes();

/// Looks at the memory on `executor` as long as that runs, and sets `state`, which has to live as long. While it is not
/// roomy, calls `relieve` once a second, and gives what was freed back to the system. `bound` in bytes; 0: never looks.
void guard_memory(Executor& executor, std::uint64_t bound, SharedMemoryState& state, std::function<void()> relieve);

}  // namespace parley
