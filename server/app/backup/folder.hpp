// A folder of backups:
//
//     PARLEY-BACKUPS             what this is
//     LOCK                       held by the one program that writes here, or by those that read
//     files/UNIQUE.sst           table files, each kept once however many backups have it
//     backups/ID/manifest.json   one backup: which files, how large, which digests
//     backups/ID/manifest.sha256 digest of the manifest
//     backups/ID/people.sqlite, backups/ID/channels/…   what is this backup's own
//     backups/ID.partial/        one that was interrupted: removed by the next run
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/backup/manifest.hpp"
#include "base/result.hpp"

namespace parley::backup {

/// How far a long work is. `done` and `total` are bytes.
struct Progress {
  std::string_view step;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
/// Called often, on the thread that works; false ends the work, which leaves everything as it was.
using OnProgress = std::function<bool(const Progress&)>;

/// A backup in the list; `why` says what is wrong with its manifest, and is empty for a good one.
struct Listed {
  std::string id;
  Manifest manifest;
  std::string why{};
  bool is_newer = false;  // nothing is wrong: a newer program made it
};

class Folder {
 public:
  /// `look` holds nothing, as good for `list`; `read` keeps those away that write, and needs no right to write; `write`
  /// keeps all others away, and makes a folder of a missing or empty directory.
  enum class Use : std::uint8_t { look, read, write };

  /// Held for this process. Errors: not_found, store_unavailable (another process works here, it is something else, or
  /// a newer program's).
  static Result<Folder> open(const std::filesystem::path& path, Use use);
  /// Whether `path` is a folder of backups, or one backup in there.
  static bool is_of_backups(const std::filesystem::path& path);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&&) = delete;
  ~Folder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Oldest first. Reads manifests only.
  [[nodiscard]] Result<std::vector<Listed>> list() const;
  /// Removes what interrupted runs left: whatever no backup of the list names.
  Result<void> clean() const;
  /// Removes the oldest until `keep` good ones are left, and the files that only those had; what was removed.
  Result<std::vector<std::string>> prune(std::size_t keep) const;
  /// Reads every file of a backup and compares size and digest. The first that does not fit is the error (damaged).
  Result<void> verify(const Manifest& manifest, const OnProgress& on_progress) const;

  [[nodiscard]] std::filesystem::path shared() const { return path_ / "files"; }
  [[nodiscard]] std::filesystem::path backups() const { return path_ / "backups"; }

 private:
  Folder(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace parley::backup
