#include "engines/rocksdb/files.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/sst_file_reader.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engines/rocksdb/keys.hpp"

namespace parley::rocks {
namespace {

constexpr std::size_t kReadAtOnce = 1U << 20U;

/// Compares the whole file with the sum that was recorded when it was written: blocks have checksums of their own, the
/// footer has none. Files from before there were such sums pass.
rocksdb::Status verify_whole(const Database& database, const rocksdb::LiveFileMetaData& file, const std::string& path) {
  const auto factory = database.db().GetDBOptions().file_checksum_gen_factory;
  if (factory == nullptr || file.file_checksum.empty()) return {};
  const auto sum = factory->CreateFileChecksumGenerator({path, file.file_checksum_func_name});
  if (sum == nullptr || sum->Name() != file.file_checksum_func_name) return {};
  std::unique_ptr<rocksdb::SequentialFile> bytes;
  auto status = database.db().GetEnv()->NewSequentialFile(path, &bytes, {});
  std::string room(kReadAtOnce, '\0');
  rocksdb::Slice read;
  do {
    if (status.ok()) status = bytes->Read(room.size(), &read, room.data());
    if (status.ok()) sum->Update(read.data(), read.size());
  } while (status.ok() && !read.empty());
  if (!status.ok()) return status;
  sum->Finalize();
  if (sum->GetChecksum() != file.file_checksum) return rocksdb::Status::Corruption("the sum of the whole file", path);
  return {};
}

}  // namespace

Result<void> verify_files(const Database& database) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database.db().GetLiveFilesMetaData(&files);
  for (const auto& file : files) {
    auto* family = file.column_family_name == kEventsFamily     ? database.events()
                   : file.column_family_name == kOutcomesFamily ? database.outcomes()
                                                                : database.state();
    rocksdb::SstFileReader reader(database.db().GetOptions(family));
    auto status = reader.Open(file.db_path + file.name);
    if (status.ok()) status = reader.VerifyChecksum();
    if (status.ok()) status = verify_whole(database, file, file.db_path + file.name);
    if (status.ok()) continue;
    // What it held was read through the file that was open, and lies in a newer one now.
    if (!database.db().GetEnv()->FileExists(file.db_path + file.name).ok()) continue;
    return fail(ErrorCode::damaged, "a file of the store does not fit its checksums: " + status.ToString());
  }
  return {};
}

StoreStats stats_of(const Database& database, const std::string& path) {
  StoreStats stats;
  const std::pair<std::string, rocksdb::ColumnFamilyHandle*> families[] = {
      {kEventsFamily, database.events()}, {kOutcomesFamily, database.outcomes()}, {"state", database.state()}};
  for (const auto& [name, family] : families) {
    const auto ask = [&](const std::string& property) {
      std::uint64_t value = 0;
      database.db().GetIntProperty(family, property, &value);
      return value;
    };
    rocksdb::ColumnFamilyMetaData files;
    database.db().GetColumnFamilyMetaData(family, &files);
    stats.families.push_back({.name = name,
                              .keys = ask(rocksdb::DB::Properties::kEstimateNumKeys),
                              .bytes = ask(rocksdb::DB::Properties::kLiveSstFilesSize),
                              .all_bytes = ask(rocksdb::DB::Properties::kTotalSstFilesSize),
                              .files = files.file_count,
                              .memory_bytes = ask(rocksdb::DB::Properties::kCurSizeAllMemTables)});
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.path().extension() == ".log") stats.log_bytes += entry.file_size(error);
  }
  return stats;
}

}  // namespace parley::rocks
