// RocksDB's log format (write-ahead log and MANIFEST), as far as it takes to tell a write that a loss of power cut
// short from damage to what had been written. Internal to the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::rocks {

/// Where the last record of `log` begins, if that record is bad and nothing readable begins after it: it was being
/// written when the power went, was never synced, and nobody was told of it. nullopt: nothing is bad, or the damage
/// lies before records that can be read.
///
/// Sectors reach a disk in any order, so the record may have holes, not only be short. A flipped bit in the very last
/// record looks the same.
std::optional<std::uint64_t> find_torn_tail(std::string_view log);

/// Cuts the torn tail off the newest log and the MANIFEST of the store in `path`, and syncs them; what was cut is kept
/// in `path`/torn. Tells how many bytes that were; 0: there is no torn tail. store_unavailable.
Result<std::uint64_t> cut_torn_tails(const std::string& path);

}  // namespace parley::rocks
