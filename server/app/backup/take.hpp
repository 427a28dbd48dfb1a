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
  std::uint64_t mended_files = 0;  // of these: in the folder already, and not as their digests say
  /// Backups whose manifests cannot be read: nobody knows which files they need, so none is removed from the folder.
  std::vector<std::string> unreadable;
};

/// Whether backups of the data directory `data` may lie in `folder`: not in it itself or among its stores, but fine
/// below. Errors: invalid_argument.
Result<void> check_place(const std::filesystem::path& data, const std::filesystem::path& folder);

/// `channels` is the open store of the data directory `data`; the server may run on it, and goes on. Its snapshot lies
/// in `data`/snapshot.tmp for as long as the copying takes. What the folder has already is read and compared with its
/// digest, and copied anew where it does not fit, which mends the earlier backups too. `data` notes that it
/// was taken (last.hpp). One at a time for each data directory. Blocks; nothing is left in the folder after an error.
Result<Taken> take_backup(RocksChannelStore& channels, const std::filesystem::path& data, const Folder& folder,
                          const OnProgress& on_progress);

/// As programs are told of it; `pruned` are the backups that were removed afterwards.
boost::json::object to_json(const Taken& taken, const std::vector<std::string>& pruned);

/// Removes the snapshot that an interrupted backup left: it would keep files for ever that the store has long dropped.
Result<void> remove_old_snapshot(const std::filesystem::path& data);

}  // namespace parley::backup
