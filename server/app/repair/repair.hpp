// Makes a sound channel store of a damaged one. The damaged one is kept, whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/repair/repair_channel.hpp"
#include "app/verify.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace parley {

struct RepairReport {
  std::vector<std::filesystem::path> left_over;  // of repairs that were killed; gone where this one was done
  bool needed = false;                           // else the store is sound, and nothing below is set
  std::uint64_t channels = 0;
  std::uint64_t events = 0;
  std::uint64_t rebuilt = 0;
  std::uint64_t lost = 0;
  std::uint64_t remains = 0;
  bool new_incarnation = false;  // clients compare what they have with the server's
  // Only of a repair that was done:
  std::filesystem::path kept;  // holds the damaged store and repair.json, which says why
  std::vector<Damage> after;   // what verify finds in the repaired store
};

/// Repairs DIR/channels of `data`, which nobody may have open, or with `!really` only says what would be done. Tells
/// `note` everything, once, and `progress` how far it is. Needs as much room as the store has; an interruption leaves
/// the store as it was. Blocks. Errors: store_unavailable, disk_full; damaged where nothing at all can be read.
Result<RepairReport> repair_store(const std::filesystem::path& data, bool really, Time now, const RepairSink& note,
                                  const StepProgress& progress = {});

}  // namespace parley
