// What RocksDB says of itself: the file LOG in the store's directory. Internal to the engine.
//
// RocksDB's own logger ends the process (an assertion) with the first line after one that did not fit on the disk. This
// one drops what cannot be written and goes on.
#pragma once

#include <rocksdb/env.h>

#include <memory>

#include "engines/rocksdb/channel_store.hpp"

namespace parley::rocks {

/// Sets the file of the run before aside, as LOG.old.MICROSECONDS, and does so again when it has grown; RocksDB removes
/// the older ones. Of a store that is opened for reading only nothing is written.
std::shared_ptr<rocksdb::Logger> make_store_log(const RocksOptions& options);

}  // namespace parley::rocks
