#include "engines/rocksdb/snapshot.hpp"

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/unique_id.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/hex.hpp"
#include "engines/rocksdb/database.hpp"

namespace parley {
namespace {

constexpr std::size_t kUniqueBytes = 16;

Result<std::string> unique_id(const std::string& file) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  if (const auto opened = reader.Open(file); !opened.ok()) {
    return fail(rocks::to_error(opened, "cannot read " + file));
  }
  std::string id;
  const auto status = rocksdb::GetUniqueIdFromTableProperties(*reader.GetTableProperties(), &id);
  if (!status.ok() || id.size() != kUniqueBytes) return std::string();
  return hex_encode(id);
}

}  // namespace

Result<std::vector<SnapshotFile>> snapshot_files(const std::string& directory) {
  std::vector<SnapshotFile> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    SnapshotFile file{.name = at->path().filename().string(), .bytes = at->file_size(error)};
    if (error) break;
    if (file.name.ends_with(".sst")) {
      auto id = unique_id(at->path().string());
      if (!id) return fail(id.error());
      file.unique = std::move(*id);
    }
    files.push_back(std::move(file));
  }
  if (error) return fail(ErrorCode::store_unavailable, "cannot list " + directory + ": " + error.message());
  std::ranges::sort(files, {}, &SnapshotFile::name);
  return files;
}

Result<Incarnation> renew_incarnation(RocksOptions options) {
  options.create_if_missing = false;
  options.read_only = false;
  auto database = rocks::Database::open(options);
  if (!database) return fail(database.error());
  return (*database)->renew_incarnation();
}

}  // namespace parley
