#include "app/store_metrics.hpp"

#include <sys/statvfs.h>

#include <system_error>
#include <utility>

#include "app/backup/last.hpp"
#include "base/time.hpp"
#include "engines/rocksdb/channel_store.hpp"

namespace parley {
namespace {

std::int64_t size_of(const std::filesystem::path& file) {
  std::error_code gone;
  const auto size = std::filesystem::file_size(file, gone);
  return gone ? 0 : static_cast<std::int64_t>(size);
}

std::int64_t size_of_folder(const std::filesystem::path& folder) {
  std::int64_t sum = 0;
  std::error_code failed;
  for (auto entry = std::filesystem::directory_iterator(folder, failed);
       !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    sum += size_of(entry->path());  // one that a compaction has just removed counts as nothing
  }
  return sum;
}

}  // namespace

StoreMetrics::StoreMetrics(Metrics& metrics, std::filesystem::path data, std::filesystem::path channels,
                           std::filesystem::path people)
    : data_path_(std::move(data)),
      channels_path_(std::move(channels)),
      people_path_(std::move(people)),
      channels_bytes_(metrics.gauge("parley_data_bytes", "Bytes of files on disk, by store.", {{"store", "channels"}})),
      people_bytes_(metrics.gauge("parley_data_bytes", "Bytes of files on disk, by store.", {{"store", "people"}})),
      disk_free_(metrics.gauge("parley_disk_free_bytes", "Room that is left where the channel store lies.")),
      disk_size_(metrics.gauge("parley_disk_size_bytes", "Size of the file system where the channel store lies.")),
      posting_allowed_(metrics.gauge("parley_posting_allowed",
                                     "1 while the channel store takes writes, 0 while its disk fails or is full.")),
      open_(
          metrics.gauge("parley_store_open", "1 while the channel store is open, 0 while it is closed after a fault.")),
      stopped_(metrics.gauge("parley_store_writes_stopped",
                             "1 while writes wait for the channel store's compaction, else 0.")),
      pending_compaction_(
          metrics.gauge("parley_store_pending_compaction_bytes", "Bytes that the channel store has yet to compact.")),
      running_compactions_(metrics.gauge("parley_store_compactions", "Compactions that run now.")),
      memory_tables_(metrics.gauge("parley_store_memory_table_bytes", "Bytes in the channel store's memory tables.")),
      last_backup_(metrics.gauge("parley_last_backup_time_seconds",
                                 "The moment that the last backup holds, Unix time; 0 where none was ever taken.")) {}

void StoreMetrics::update(RocksChannelStore& store) {
  channels_bytes_.set(size_of_folder(channels_path_));
  std::int64_t people = 0;
  for (const char* suffix : {"", "-wal", "-shm"}) people += size_of(people_path_.string() + suffix);
  people_bytes_.set(people);
  struct statvfs disk{};
  if (::statvfs(channels_path_.c_str(), &disk) == 0) {
    disk_free_.set(static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize));
    disk_size_.set(static_cast<std::int64_t>(disk.f_blocks * disk.f_frsize));
  }
  const auto backed_up = backup::last_backup(data_path_);
  last_backup_.set(backed_up ? to_unix_ms(backed_up->time) / 1000 : 0);
  posting_allowed_.set(store.writable() ? 1 : 0);
  const auto now = store.pressure();
  open_.set(now ? 1 : 0);
  if (!now) return;
  stopped_.set(now->writes_stopped ? 1 : 0);
  pending_compaction_.set(static_cast<std::int64_t>(now->pending_compaction_bytes));
  running_compactions_.set(static_cast<std::int64_t>(now->compactions));
  memory_tables_.set(static_cast<std::int64_t>(now->memory_table_bytes));
}

}  // namespace parley
