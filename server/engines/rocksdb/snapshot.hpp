// A moment of the channel store as files in a directory of its own: what a backup copies, and what a restored store
// needs before it may be served.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "engines/rocksdb/channel_store.hpp"

namespace parley {

struct SnapshotFile {
  std::string name;  // in the directory
  std::uint64_t bytes = 0;
  /// Of a table file: 32 hexadecimal digits that no other table of this or any other store has, so that a file which
  /// has them need not be copied again. Empty for all else.
  std::string unique{};
};

/// What lies in a directory that RocksChannelStore::snapshot made, ascending by name. Blocks. damaged,
/// store_unavailable.
Result<std::vector<SnapshotFile>> snapshot_files(const std::string& directory);

/// Gives the store that lies in `options.path` and is open nowhere a new identity: what was told to clients of the old
/// one counts no more. Blocks. Errors as RocksChannelStore::open.
Result<Incarnation> renew_incarnation(RocksOptions options);

}  // namespace parley
