#include "app/compact_command.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "app/command_line.hpp"
#include "app/data_dir.hpp"
#include "engines/rocksdb/channel_store.hpp"

namespace parley {
namespace {

std::uint64_t bytes_in(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::error_code gone;
    const std::uint64_t size = entry.file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace

int compact_command(const std::string& data) {
  RocksOptions options;
  options.path = DataDir::channels_of(data);
  options.create_if_missing = false;
  if (auto owned = DataDir::check_owner(options.path); !owned) {
    fmt::print(stderr, "parleyd: {}\n", owned.error().text());
    return kExitUsage;
  }
  const std::uint64_t before = bytes_in(options.path);
  const auto start = std::chrono::steady_clock::now();
  {
    auto store = RocksChannelStore::open(options);
    if (!store) {
      fmt::print(stderr, "parleyd: cannot open the channel store of {}: {}\n", data, store.error().text());
      return kExitUsage;
    }
    if (auto compacted = (*store)->compact(); !compacted) {
      fmt::print(stderr, "parleyd: {}\n", compacted.error().text());
      return kExitFailure;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("channel store: {} bytes before, {} after, {:.1f} s\n", before, bytes_in(options.path), took.count());
  return kExitOk;
}

}  // namespace parley
