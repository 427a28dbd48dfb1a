#include "app/data_dir.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace parley {
namespace {

std::string reason() {
  return std::generic_category().message(errno);
}

std::string read_some(int descriptor) {
  char text[32];
  const ssize_t size = pread(descriptor, text, sizeof text, 0);
  std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return pid.substr(0, pid.find('\n'));
}

}  // namespace

Result<DataDir> DataDir::lock(const std::string& path, Restoring restoring) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return fail(ErrorCode::store_unavailable,
                fmt::format("cannot make the data directory {}: {}. Name another one with --data, or make it yourself "
                            "and give it to the user that runs parleyd.",
                            path, error.message()));
  }
  auto whole = std::filesystem::weakly_canonical(path, error);
  if (error) whole = path;
  if (restoring == Restoring::no) {
    if (auto is_whole = check_whole(whole); !is_whole) return fail(is_whole.error());
  }
  const auto file = whole / "LOCK";
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    return fail(
        ErrorCode::store_unavailable,
        fmt::format("cannot write to the data directory {}: {}. It has to belong to the user that runs parleyd.",
                    whole.string(), reason()));
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const std::string pid = read_some(descriptor);
    close(descriptor);
    return fail(
        ErrorCode::store_unavailable,
        fmt::format("another parleyd{} has the data directory {}. Stop that one first, or give this one another "
                    "directory with --data.",
                    pid.empty() ? "" : fmt::format(" (process {})", pid), whole.string()));
  }
  const std::string pid = fmt::format("{}\n", getpid());
  const bool written = ftruncate(descriptor, 0) == 0 &&
                       pwrite(descriptor, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  if (!written) {
    const std::string why = reason();
    close(descriptor);
    return fail(ErrorCode::store_unavailable, fmt::format("cannot write {}: {}", file.string(), why));
  }
  return DataDir(std::move(whole), descriptor);
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

DataDir::~DataDir() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> DataDir::check_owner(const std::filesystem::path& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0 || found.st_uid == geteuid()) return {};
  const passwd* user = getpwuid(found.st_uid);
  const std::string name = user == nullptr ? fmt::format("#{}", found.st_uid) : std::string(user->pw_name);
  return fail(
      ErrorCode::store_unavailable,
      fmt::format("{} belongs to the user {}: run this as that user (sudo -u {} ...), or the server could not open "
                  "what is made here",
                  path.string(), name, name));
}

Result<void> DataDir::check_whole(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path / kRestoring, error)) return {};
  return fail(ErrorCode::store_unavailable,
              fmt::format("a restore or import into {} did not come to its end: do it again", path.string()));
}

Result<void> DataDir::check_directory(const std::filesystem::path& path) {
  struct stat found{};
  const bool there = stat(path.c_str(), &found) == 0;
  if ((!there && errno == EACCES) || (there && S_ISDIR(found.st_mode) && access(path.c_str(), R_OK | X_OK) != 0)) {
    return fail(
        ErrorCode::store_unavailable,
        fmt::format("no permission to read {}: run this as the user that it belongs to (sudo -u ...)", path.string()));
  }
  if (there && S_ISDIR(found.st_mode)) return {};
  return fail(ErrorCode::not_found, fmt::format("there is no directory {}", path.string()));
}

std::filesystem::path DataDir::channels_of(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path / "CURRENT", error) ? path : path / "channels";
}

}  // namespace parley
