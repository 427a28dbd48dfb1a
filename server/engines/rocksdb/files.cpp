#include "engines/rocksdb/files.hpp"

#include <rocksdb/env.h>
#include <rocksdb/sst_file_reader.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "engines/rocksdb/keys.hpp"

namespace parley::rocks {

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
