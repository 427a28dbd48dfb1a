// The format of the channel store, as numbered steps: how an older store becomes one of this program. A step that has
// been released never changes. Internal to the engine.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::rocks {

/// Where a step works: the families by what they hold.
struct MigratedStore {
  rocksdb::DB& db;
  rocksdb::ColumnFamilyHandle* state;
  rocksdb::ColumnFamilyHandle* events;
  rocksdb::ColumnFamilyHandle* outcomes;
};

struct Step {
  std::uint64_t makes = 0;  // the format after it: one more than before it
  std::string_view what;    // for the log
  /// Puts its next part into `changes`, a few megabytes at most, and moves `cursor` (empty at first) behind it; false:
  /// that was the last. The part and the cursor are written in one, so after a crash it goes on where it was.
  std::function<Result<bool>(const MigratedStore& store, std::string& cursor, rocksdb::WriteBatch& changes)> work;
};

/// The steps from format 1 on, which was the first. Empty so far.
std::span<const Step> steps();

/// Brings a store of format `from` through those of `all` that it lacks, and records when (`mupgraded` and the format).
/// Blocks. Errors: damaged (no step leads on from `from`), disk_full, store_unavailable, what a step says.
Result<void> migrate(const MigratedStore& store, std::uint64_t from, std::span<const Step> all,
                     const std::function<void(std::string_view)>& tell);

}  // namespace parley::rocks
