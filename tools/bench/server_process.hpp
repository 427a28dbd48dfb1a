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

/// Processor time used so far, in seconds; nullopt: no such process.
std::optional<double> processor_seconds(pid_t pid);

/// Waits until the process has next to nothing to do and its memory stands still: work that signing up left behind is
/// neither measured nor in the way then. False when that has not come after `patience_ms`, or the process is gone.
bool wait_until_quiet(pid_t pid, int patience_ms);

}  // namespace parley::bench
