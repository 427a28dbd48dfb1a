// How RocksDB is set up, and why: each choice is explained where it is made (options.cpp).
#pragma once

#include <rocksdb/options.h>

#include <memory>

#include "engines/rocksdb/channel_store.hpp"

namespace parley::rocks {

struct FamilyOptions {
  rocksdb::DBOptions database;
  rocksdb::ColumnFamilyOptions state;
  rocksdb::ColumnFamilyOptions events;
  rocksdb::ColumnFamilyOptions outcomes;
};
FamilyOptions make_options(const RocksOptions& options, std::shared_ptr<rocksdb::EventListener> listener);

}  // namespace parley::rocks
