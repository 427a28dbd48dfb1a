#include "parley/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/assert.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace parley::cli {
namespace {

constexpr std::string_view kMagic = "PARLEYJ1";
constexpr std::size_t kHeader = 12;
constexpr std::size_t kLargestRecord = 64u << 20;
constexpr mode_t kPrivate = 0600;

template <class Number>
void put_number(std::string& out, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

template <class Number>
Number get_number(const char* bytes) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value |= static_cast<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return value;
}

std::string frame(std::string_view record) {
  std::string out;
  out.reserve(kHeader + record.size());
  put_number(out, static_cast<std::uint32_t>(record.size()));
  put_number(out, static_cast<std::uint64_t>(XXH3_64bits(record.data(), record.size())));
  out.append(record);
  return out;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool read_at(int fd, std::uint64_t offset, std::string& out) {
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t n = ::pread(fd, out.data() + got, out.size() - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

std::uint64_t size_of(int fd) {
  struct stat info{};
  return ::fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

/// The entry in the directory is durable only when the directory is.
bool sync_directory(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

Result<void> system_fault(std::string_view what, const std::string& path) {
  return fail(ErrorCode::store_unavailable, fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

}  // namespace

Journal::Journal(std::string path) : path_(std::move(path)) {}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> Journal::fault(std::string_view what) const {
  return system_fault(what, path_);
}

Result<void> Journal::open_file() {
  if (fd_ >= 0) ::close(fd_);
  end_ = 0;
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kPrivate);
  if (fd_ < 0) return fault("cannot open");
  return {};
}

/// True when the path names another file than the one that is open.
Result<bool> Journal::was_replaced() const {
  struct stat mine{};
  struct stat named{};
  if (::fstat(fd_, &mine) != 0) return fail(fault("cannot look at").error());
  if (::stat(path_.c_str(), &named) != 0) return true;
  return mine.st_ino != named.st_ino || mine.st_dev != named.st_dev;
}

Result<void> Journal::read(const Visitor& visitor, bool repair) {
  bool anew = fd_ < 0;
  if (!anew) {
    auto replaced = was_replaced();
    if (!replaced) return fail(replaced.error());
    anew = *replaced || size_of(fd_) < end_;
  }
  if (anew) {
    if (auto opened = open_file(); !opened) return opened;
    visitor.begin();
  }
  const std::uint64_t size = size_of(fd_);
  if (end_ == 0) {
    std::string magic(kMagic.size(), '\0');
    if (size < kMagic.size()) {
      if (!repair) return {};
      if (::ftruncate(fd_, 0) != 0 || !write_all(fd_, kMagic) || ::fsync(fd_) != 0 || !sync_directory(path_)) {
        return fault("cannot write");
      }
    } else if (!read_at(fd_, 0, magic)) {
      return fault("cannot read");
    } else if (magic != kMagic) {
      return fail(ErrorCode::store_unavailable, fmt::format("{} is not a file of this program", path_));
    }
    end_ = kMagic.size();
  }
  std::string head(kHeader, '\0');
  std::string record;
  while (end_ + kHeader <= size) {
    if (!read_at(fd_, end_, head)) return fault("cannot read");
    const auto length = get_number<std::uint32_t>(head.data());
    if (length > kLargestRecord || end_ + kHeader + length > size) break;
    record.resize(length);
    if (!read_at(fd_, end_ + kHeader, record)) return fault("cannot read");
    if (XXH3_64bits(record.data(), record.size()) != get_number<std::uint64_t>(head.data() + 4)) break;
    visitor.take(record);
    end_ += kHeader + length;
  }
  if (repair && end_ < size && ::ftruncate(fd_, static_cast<off_t>(end_)) != 0) return fault("cannot cut");
  return {};
}

Result<void> Journal::append(std::string_view record) {
  PARLEY_ASSERT(fd_ >= 0 && end_ >= kMagic.size() && record.size() <= kLargestRecord);
  const std::string bytes = frame(record);
  if (!write_all(fd_, bytes) || ::fdatasync(fd_) != 0) return fault("cannot write");
  end_ += bytes.size();
  return {};
}

Result<void> Journal::rewrite(std::span<const std::string> records) {
  std::string bytes(kMagic);
  for (const std::string& record : records) bytes += frame(record);
  if (auto written = write_file(path_, bytes); !written) return written;
  if (auto opened = open_file(); !opened) return opened;
  end_ = bytes.size();
  return {};
}

Result<FileLock> FileLock::take(const std::string& path, Wait wait) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivate);
  if (fd < 0) return fail(system_fault("cannot open", path).error());
  int result = 0;
  do {
    result = ::flock(fd, wait == Wait::yes ? LOCK_EX : LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return FileLock(fd);
  const bool busy = errno == EWOULDBLOCK;
  auto why =
      busy ? Error(ErrorCode::overloaded, "Another process holds it.") : system_fault("cannot lock", path).error();
  ::close(fd);
  return fail(std::move(why));
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}
FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  const std::string temporary = fmt::format("{}.{}.new", path, ::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kPrivate);
  if (fd < 0) return system_fault("cannot write", temporary);
  const bool written = write_all(fd, bytes) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0 || !sync_directory(path)) {
    auto failed = system_fault("cannot write", path);
    ::unlink(temporary.c_str());
    return failed;
  }
  return {};
}

Result<std::string> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return fail(ErrorCode::not_found, path + " is not there");
  if (fd < 0) return fail(system_fault("cannot read", path).error());
  std::string bytes(size_of(fd), '\0');
  const bool read = read_at(fd, 0, bytes);
  ::close(fd);
  if (!read && !bytes.empty()) return fail(system_fault("cannot read", path).error());
  return bytes;
}

}  // namespace parley::cli
