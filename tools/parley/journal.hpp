// An append-only file of records that survives a crash: each has a length and a checksum, a torn tail is cut off, and
// append() returns when the record is on the disk.
//
//   file    "PARLEYJ1" record*
//   record  length (4 bytes, little endian) · XXH3-64 of the payload (8 bytes, little endian) · payload
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::cli {

/// Several processes may share a journal when every call is made under one lock between them (FileLock).
class Journal {
 public:
  /// Nothing is opened yet. The file is made with mode 0600.
  explicit Journal(std::string path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  struct Visitor {
    std::function<void()> begin;  // what was read before is void: reading starts anew
    std::function<void(std::string_view record)> take;
  };
  /// Reads what was not read yet (all of it, the first time), also what other processes have written since. With
  /// `repair` a torn tail is cut off; without, it is left alone. Errors: store_unavailable with a text.
  Result<void> read(const Visitor& visitor, bool repair);
  /// On the disk when it returns. Everything before must have been read. Errors: store_unavailable; then the journal is
  /// to be used no more.
  Result<void> append(std::string_view record);
  /// Replaces all records by these, atomically.
  Result<void> rewrite(std::span<const std::string> records);
  /// Bytes of the file as far as it was read or written.
  [[nodiscard]] std::uint64_t size() const { return end_; }

 private:
  Result<void> open_file();
  Result<bool> was_replaced() const;
  Result<void> fault(std::string_view what) const;

  std::string path_;
  int fd_ = -1;
  std::uint64_t end_ = 0;  // of the last whole record that is known
};

/// A lock between processes, held while the object lives.
class FileLock {
 public:
  enum class Wait : std::uint8_t { yes, no };
  /// overloaded: another process holds it (with Wait::no). store_unavailable: the file cannot be made.
  static Result<FileLock> take(const std::string& path, Wait wait);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// Replaces the file by `bytes`, atomically and durably, with mode 0600.
Result<void> write_file(const std::string& path, std::string_view bytes);
/// not_found where there is none.
Result<std::string> read_file(const std::string& path);

}  // namespace parley::cli
