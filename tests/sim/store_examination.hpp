// What a real store holds is looked at from outside: all of it, by `verify`, and after a bit was flipped.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engines/rocksdb/channel_store.hpp"
#include "sim/world.hpp"

namespace parley::sim {

/// Everything a store serves, under names that say what it is.
struct StoreImage {
  std::map<std::pair<ChannelId, Seq>, std::string> events;
  std::map<std::string, std::string> others;  // heads, cards, members, outcomes, annotations, lists, partitions
  bool operator==(const StoreImage&) const = default;
};

/// Blocks. Not on a thread of the store's.
Result<StoreAnswer> read_now(ChannelStore& store, const StoreQuery& query);
std::vector<Result<void>> commit_now(ChannelStore& store, std::vector<PartitionBatch> batches);
/// What cannot be read is told to `broken`.
StoreImage read_all(RocksChannelStore& store, std::vector<std::string>& broken);
/// Everything that `parleyd verify` does; what it finds goes to `broken`.
void verify_all(RocksChannelStore& store, std::string_view when, std::vector<std::string>& broken);
/// Flips a bit somewhere in DATA/channels, which nobody has open and which held `before`: it is noticed or does not
/// matter, nothing else than before is served, and a repair says what it lost.
void flip_and_repair(const std::filesystem::path& data, const StoreImage& before, Dice& dice,
                     std::vector<std::string>& broken);

}  // namespace parley::sim
