// The data directory: what lies where, and that only one server works on it.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace parley {

/// Holds the directory for this process until it is destroyed. Readable by the owner of the process alone.
class DataDir {
 public:
  /// There while a restore or an import fills the directory; nothing may be served from it until it is gone.
  static constexpr const char* kRestoring = "restore.tmp";
  enum class Restoring : bool { no, yes };

  /// Makes the directory where there is none. Errors: store_unavailable with a text that says what to do, such as the
  /// process that has it already, or that a restore was interrupted here (which only `Restoring::yes` may see).
  static Result<DataDir> lock(const std::string& path, Restoring restoring = Restoring::no);
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path channels() const { return channels_of(path_); }
  [[nodiscard]] std::filesystem::path people() const { return path_ / "people.sqlite"; }

  /// Fails where `path` belongs to another user than this process: what that makes there the server could not open.
  static Result<void> check_owner(const std::filesystem::path& path);
  /// Fails where a restore or an import into `path` did not come to its end.
  static Result<void> check_whole(const std::filesystem::path& path);
  /// Fails where `path` is no directory, or one that this process may not look into, which the text tells apart.
  static Result<void> check_directory(const std::filesystem::path& path);
  /// Where the channel store lies in a data directory; `path` itself if that is already one.
  static std::filesystem::path channels_of(const std::filesystem::path& path);

 private:
  DataDir(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace parley
