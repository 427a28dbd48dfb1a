// What the disk under the store can do just now. Internal to the engine.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <optional>

#include "engines/rocksdb/channel_store.hpp"

namespace parley::rocks {

rocksdb::Env& env_of(const RocksOptions& options);

/// Bytes that an ordinary user may still write where the store lies; nothing where that cannot be told.
std::optional<std::uint64_t> free_bytes(const RocksOptions& options);

/// disk_full while less than RocksOptions::reserve_bytes is left.
Result<void> check_room(const RocksOptions& options);

/// disk_full while less is left than opening for writing takes at least: its list of files, its options, a new log.
Result<void> check_room_to_open(const RocksOptions& options);

/// Whether opening for writing may be tried: there is room, and a small file beside the store's can be written, synced
/// and taken away. Blocks. disk_full, store_unavailable.
Result<void> try_disk(const RocksOptions& options);

}  // namespace parley::rocks
