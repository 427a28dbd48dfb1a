// A RocksDB store in a directory of its own, for tests.
#pragma once

#include <memory>
#include <string>

#include "engines/rocksdb/channel_store.hpp"

namespace parley::test {

/// Gone with everything in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Little memory, and no part of the disk kept free.
RocksOptions small_rocks_options(const std::string& path);
/// Throws where `open` fails.
std::unique_ptr<RocksChannelStore> open_rocks(RocksOptions options);

}  // namespace parley::test
