// Takes a backup: one moment of both stores, copied into a folder of backups.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/backup/folder.hpp"
#include "base/result.hpp"
#include "engines/rocksdb/channel_store.hpp"

namespace parley::backup {

struct Taken {
  Manifest manifest;
  std::uint64_t copied_files = 0;  // the others were in the folder already
  std::uint64_t copied_bytes = 0;
};

/// `channels` is the open store of the data directory `data`; the server may run on it, and goes on. Its snapshot lies
/// in `data`/snapshot.tmp for as long as the copying takes. One at a time for each data directory. Blocks; nothing is
/// left in the folder after an error.
Result<Taken> take_backup(RocksChannelStore& channels, const std::filesystem::path& data, const Folder& folder,
                          const OnProgress& on_progress);

/// As programs are told of it; `pruned` are the backups that were removed afterwards.
boost::json::object to_json(const Taken& taken, const std::vector<std::string>& pruned);

/// Removes the snapshot that an interrupted backup left: it would keep files for ever that the store has long dropped.
Result<void> remove_old_snapshot(const std::filesystem::path& data);

}  // namespace parley::backup
