// The server's process, seen from outside: which one listens, and how much memory it has.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace parley::bench {

/// The process of this machine that listens on TCP `port`; nullopt: none, or it may not be seen.
std::optional<pid_t> find_listener(std::uint16_t port);

/// Resident memory in bytes; nullopt: no such process.
std::optional<std::uint64_t> resident_bytes(pid_t pid);

/// The same once it has stood still for a while (within half a percent for half a second), at most `patience_ms` later.
std::optional<std::uint64_t> settled_resident_bytes(pid_t pid, int patience_ms);

}  // namespace parley::bench
