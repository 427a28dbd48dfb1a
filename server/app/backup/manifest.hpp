// What one backup consists of: a JSON file that names every file with its size and SHA-256.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace parley::backup {

/// Raised with every change that an older program would misread.
inline constexpr std::uint64_t kFormat = 1;

struct BackupFile {
  std::string path;    // in a data directory: "people.sqlite" or "channels/NAME"
  std::string stored;  // in the folder of backups: "files/NAME", shared, or "backups/ID/…"
  std::uint64_t bytes = 0;
  std::string sha256;  // hexadecimal
};

struct Manifest {
  std::string id;
  Time time = kNever;       // the moment that was backed up
  std::string incarnation;  // of the store that it came from
  std::string version;      // of the program that made it
  std::vector<BackupFile> files;

  [[nodiscard]] std::uint64_t bytes() const;
};

std::string to_json(const Manifest& manifest);
/// Errors: damaged, also for paths that lead anywhere else; store_unavailable for a newer format.
Result<Manifest> parse_manifest(std::string_view json);

}  // namespace parley::backup
