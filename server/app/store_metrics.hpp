// How much lies in the data directory, how much room is left, and how the channel store copes, as metrics.
#pragma once

#include <filesystem>

#include "base/metrics.hpp"

namespace parley {

class RocksChannelStore;

class StoreMetrics {
 public:
  /// `data` is the data directory, `channels` its folder of the channel store, `people` the file of the database of
  /// people.
  StoreMetrics(Metrics& metrics, std::filesystem::path data, std::filesystem::path channels,
               std::filesystem::path people);
  /// Reads the values anew; those of `store` keep the old ones where it is closed. Any thread.
  void update(RocksChannelStore& store);

 private:
  std::filesystem::path data_path_;
  std::filesystem::path channels_path_;
  std::filesystem::path people_path_;
  Gauge& channels_bytes_;
  Gauge& people_bytes_;
  Gauge& disk_free_;
  Gauge& disk_size_;
  Gauge& posting_allowed_;
  Gauge& open_;
  Gauge& stopped_;
  Gauge& pending_compaction_;
  Gauge& running_compactions_;
  Gauge& memory_tables_;
  Gauge& last_backup_;
};

}  // namespace parley
