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
  std::filesystem::path moved_away;  // where the directory that was there lies now; empty: there was none
};

/// `data` has to be missing or empty, or is moved aside with `replace`. Every file is compared with its digest while it
/// is copied. Until it is whole the directory holds "restore.tmp", with which no server starts; a restore that was
/// interrupted is begun anew by the next. Blocks. Errors: damaged, store_unavailable, disk_full.
Result<Restored> restore(const Folder& folder, const Manifest& manifest, const std::filesystem::path& data,
                         bool replace, const OnProgress& on_progress);

}  // namespace parley::backup
