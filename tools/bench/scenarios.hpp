// What can be run, each in a worker's process with its share of the sessions. All throw RunFailed.
#pragma once

#include "bench/crew.hpp"

namespace parley::bench {

/// Pairs: each side writes to the other.
WorkerResult run_direct(const Workplace& place);
/// Groups of --members: all, or --senders of them, write.
WorkerResult run_group(const Workplace& place);
/// Sessions that do nothing. Barriers "accounts" (no session yet) and "end" (all of them, silent).
WorkerResult run_idle(const Workplace& place);
/// Sessions with channels come back at once.
WorkerResult run_storm(const Workplace& place);

/// Everybody has a peer and a group, writes, types, reads, comes and goes: at --rate.
WorkerResult run_mixed(const Workplace& place);
/// Devices that were away ask POST /v1/sync what they missed.
WorkerResult run_sync(const Workplace& place);
/// Fills channels and reads pages of them. Barrier "filled" between the two.
WorkerResult run_history(const Workplace& place);

/// Rooms of --members at parley-bare-publisher.
WorkerResult run_publish(const Workplace& place);

/// Sessions that have to be in one worker.
std::uint32_t unit_of(const Options& options);

}  // namespace parley::bench
