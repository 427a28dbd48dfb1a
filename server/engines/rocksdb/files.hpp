// The files of an open store: their checksums and sizes. Internal to the engine.
#pragma once

#include <string>

#include "engines/rocksdb/database.hpp"

namespace parley::rocks {

/// See RocksChannelStore::verify_files.
Result<void> verify_files(const Database& database);
/// See RocksChannelStore::stats; `path` is the store's.
StoreStats stats_of(const Database& database, const std::string& path);

}  // namespace parley::rocks
