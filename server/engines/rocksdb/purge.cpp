#include "engines/rocksdb/purge.hpp"

#include <rocksdb/metadata.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engines/rocksdb/keys.hpp"

namespace parley::rocks {
namespace {

struct Waiting {
  std::vector<std::string> keys;        // as stored
  std::vector<std::string> event_keys;  // of each, ascending
  std::uint64_t oldest_ms = UINT64_MAX;
};

Result<Waiting> find_waiting(const Database& database, const rocksdb::Snapshot* snapshot) {
  Waiting waiting;
  const std::string upper = after_prefix(kRewrittenPrefix);
  const rocksdb::Slice upper_bound(upper);
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.iterate_upper_bound = &upper_bound;
  std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator(options, database.state()));
  for (it->Seek(std::string(kRewrittenPrefix)); it->Valid(); it->Next()) {
    auto rewritten = parse_rewritten_key({it->key().data(), it->key().size()});
    if (!rewritten) return fail(ErrorCode::damaged, "what waits to be purged cannot be read");
    waiting.keys.push_back(it->key().ToString());
    waiting.event_keys.push_back(std::move(rewritten->event_key));
    waiting.oldest_ms = std::min(waiting.oldest_ms, rewritten->unix_ms);
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "cannot read what waits to be purged"));
  return waiting;
}

/// Largest keys of the files of the lowest level in use: what lies in one of them is rewritten in one go.
std::vector<std::string> bottom_files(const Database& database, rocksdb::ColumnFamilyHandle* family) {
  rocksdb::ColumnFamilyMetaData metadata;
  database.db().GetColumnFamilyMetaData(family, &metadata);
  std::vector<std::string> ends;
  for (auto level = metadata.levels.rbegin(); level != metadata.levels.rend() && level->level > 0; ++level) {
    if (level->files.empty()) continue;
    for (const auto& file : level->files) ends.push_back(file.largestkey);
    std::sort(ends.begin(), ends.end());
    break;
  }
  return ends;
}

rocksdb::Status compact(const Database& database, rocksdb::ColumnFamilyHandle* family, const std::string& first,
                        const std::string& last, std::atomic<bool>& cancel) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.canceled = &cancel;
  // The old value may share a bottom file with the new one, if a snapshot once kept both.
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Slice begin(first);
  const rocksdb::Slice end(last);
  return database.db().CompactRange(options, family, &begin, &end);
}

/// Rewrites the files in which `keys` (ascending) lie.
rocksdb::Status compact_around(const Database& database, rocksdb::ColumnFamilyHandle* family,
                               const std::vector<std::string>& keys, std::atomic<bool>& cancel) {
  const std::vector<std::string> ends = bottom_files(database, family);
  const auto file_of = [&](const std::string& key) { return std::ranges::lower_bound(ends, key) - ends.begin(); };
  rocksdb::Status status;
  for (std::size_t first = 0; status.ok() && first < keys.size();) {
    std::size_t last = first;
    while (last + 1 < keys.size() && file_of(keys[last + 1]) == file_of(keys[first])) ++last;
    status = compact(database, family, keys[first], keys[last], cancel);
    first = last + 1;
  }
  return status;
}

/// Where the annotations of each channel begin and end: reactions stand there, too.
std::vector<std::string> annotation_keys(const std::vector<std::string>& event_keys) {
  std::vector<std::string> keys;
  for (const std::string& event_key : event_keys) {
    const auto channel = ChannelId::from_bytes(std::string_view(event_key).substr(0, 16));
    std::string first = annotation_key(*channel, 0);
    if (!keys.empty() && first == keys[keys.size() - 2]) continue;
    keys.push_back(std::move(first));
    keys.push_back(annotation_key(*channel, std::numeric_limits<Seq>::max()));
  }
  return keys;
}

/// Old values still seen by a snapshot would survive the rewriting.
bool old_values_are_seen(const Database& database, rocksdb::SequenceNumber now) {
  std::uint64_t oldest = 0;
  const bool known = database.db().GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
  return !known || (oldest != 0 && oldest < now);
}

std::uint64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

Result<std::size_t> purge_rewritten(const Database& database, std::atomic<bool>& cancel) {
  auto& db = database.db();
  Result<Waiting> waiting;
  rocksdb::SequenceNumber now = 0;
  {
    const rocksdb::Snapshot* snapshot = db.GetSnapshot();
    now = snapshot->GetSequenceNumber();
    waiting = find_waiting(database, snapshot);
    db.ReleaseSnapshot(snapshot);
  }
  if (!waiting) return fail(waiting.error());
  if (waiting->event_keys.empty() || old_values_are_seen(database, now)) return 0;

  // Flushing everything frees the log files that hold old values.
  auto status = db.Flush({}, {database.state(), database.events(), database.outcomes()});
  const auto& keys = waiting->event_keys;
  if (status.ok()) status = compact_around(database, database.events(), keys, cancel);
  if (status.ok()) status = compact_around(database, database.state(), annotation_keys(keys), cancel);
  if (!status.ok()) return fail(to_error(status, "cannot purge"));

  rocksdb::WriteBatch done;
  for (const std::string& key : waiting->keys) done.Delete(database.state(), key);
  status = db.Write({}, &done);
  if (!status.ok()) return fail(to_error(status, "cannot purge"));
  return keys.size();
}

Purger::Purger(Holder& holder) : holder_(holder) {
  thread_ = std::thread([this] { run(); });
}

Purger::~Purger() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    cancel_.store(true);
  }
  woken_.notify_one();
  thread_.join();
}

void Purger::run() {
  std::unique_lock lock(mutex_);
  while (!woken_.wait_for(lock, holder_.options().purge_every, [&] { return stopping_; })) {
    lock.unlock();
    purge_if_due();
    lock.lock();
  }
}

void Purger::purge_if_due() {
  const auto used = holder_.use_to_write();
  if (!used) return;
  const auto waiting = find_waiting(**used, nullptr);
  const auto patience = static_cast<std::uint64_t>(holder_.options().purge_after.count());
  if (!waiting || waiting->event_keys.empty() || waiting->oldest_ms + patience > unix_ms()) return;
  const auto purged = purge_rewritten(**used, cancel_);
  if (!purged && !cancel_ && holder_.options().on_warning) holder_.options().on_warning(purged.error().text());
}

}  // namespace parley::rocks
