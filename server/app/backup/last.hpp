// Which backup of a data directory was the last, so that a server can say how old it is. Kept in its last-backup.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace parley::backup {

struct Last {
  Time time = kNever;  // the moment that was backed up
  std::string id;
  std::string folder;  // where it lies
};

/// Of the data directory `data`; nothing where none was ever taken, or what is noted cannot be read. Any thread.
std::optional<Last> last_backup(const std::filesystem::path& data);

/// In place of what was noted before. Errors: disk_full, store_unavailable.
Result<void> note_last_backup(const std::filesystem::path& data, const Last& last);

}  // namespace parley::backup
