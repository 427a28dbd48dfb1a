#include "engines/rocksdb/disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "engines/rocksdb/database.hpp"

namespace parley::rocks {
namespace {

constexpr std::size_t kTrialBytes = 4096;
constexpr std::uint64_t kBytesToOpen = 8 << 20;

}  // namespace

rocksdb::Env& env_of(const RocksOptions& options) {
  return options.env != nullptr ? *options.env : *rocksdb::Env::Default();
}

std::optional<std::uint64_t> free_bytes(const RocksOptions& options) {
  std::uint64_t bytes = 0;
  if (!env_of(options).GetFreeSpace(options.path, &bytes).ok()) return std::nullopt;
  return bytes;
}

Result<void> check_room(const RocksOptions& options) {
  const auto free = free_bytes(options);
  if (!free || *free >= options.reserve_bytes) return {};
  return fail(ErrorCode::disk_full, fmt::format("the disk of {} has {} bytes left and {} are kept free: make room",
                                                options.path, *free, options.reserve_bytes));
}

Result<void> check_room_to_open(const RocksOptions& options) {
  const auto free = free_bytes(options);
  const std::uint64_t needed = std::min(kBytesToOpen, options.reserve_bytes);
  if (!free || *free >= needed) return {};
  return fail(ErrorCode::disk_full, fmt::format("the disk of {} is full ({} bytes left, {} are needed to open the "
                                                "store): make room",
                                                options.path, *free, needed));
}

Result<void> try_disk(const RocksOptions& options) {
  if (options.read_only) return fail(ErrorCode::store_unavailable, "the store was opened for reading only");
  if (auto room = check_room(options); !room) return room;
  rocksdb::Env& env = env_of(options);
  const std::string path = options.path + "/trial";
  std::unique_ptr<rocksdb::WritableFile> file;
  std::unique_ptr<rocksdb::Directory> directory;
  auto status = env.NewWritableFile(path, &file, {});
  if (status.ok()) status = file->Append(std::string(kTrialBytes, '\0'));
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  if (status.ok()) status = env.NewDirectory(options.path, &directory);
  if (status.ok()) status = directory->Fsync();
  file.reset();
  env.DeleteFile(path).PermitUncheckedError();
  if (!status.ok()) return fail(to_error(status, "the disk still fails"));
  return {};
}

}  // namespace parley::rocks
