// Puts a backup back: a new data directory whose history has a new identity and into which nobody is signed in.
#pragma once

#include <filesystem>
#include <string>

#include "app/backup/folder.hpp"
#include "base/result.hpp"

namespace parley::backup {

struct Restored {
  Manifest manifest;
  std::string incarnation;           // the new one
  std::filesystem::path moved_away;  // where lies what was in the directory; empty: there was nothing
};

/// `data` has to be missing or empty; with `replace` what is there moves aside, when everything is copied, every file
/// fits its digest and both stores could be opened. After an error it is as it was. Until the end the directory holds
/// "restore.tmp", with which no server starts; a restore that was interrupted is begun anew by the next. Blocks.
/// Errors: damaged, store_unavailable, disk_full.
Result<Restored> restore(const Folder& folder, const Manifest& manifest, const std::filesystem::path& data,
                         bool replace, const OnProgress& on_progress);

}  // namespace parley::backup
