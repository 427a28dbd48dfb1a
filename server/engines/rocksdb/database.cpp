#include "engines/rocksdb/database.hpp"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <system_error>

#include "engines/rocksdb/disk.hpp"
#include "engines/rocksdb/keys.hpp"
#include "engines/rocksdb/migrations.hpp"
#include "engines/rocksdb/options.hpp"
#include "engines/rocksdb/torn_tail.hpp"

namespace parley::rocks {

Error to_error(const rocksdb::Status& status, std::string_view doing) {
  std::string text = fmt::format("{}: {}", doing, status.ToString());
  if (status.IsCorruption()) return {ErrorCode::damaged, std::move(text)};
  if (status.IsNoSpace()) return {ErrorCode::disk_full, std::move(text)};
  return {ErrorCode::store_unavailable, std::move(text)};
}

/// Notices failed syncs, which a write's status does not tell apart from a failed append, and how long good ones take.
class IoWatch final : public rocksdb::EventListener {
 public:
  explicit IoWatch(std::function<void(std::string_view)> warn) : warn_(std::move(warn)) {}

  bool ShouldBeNotifiedOnFileIO() override { return true; }
  void OnFileSyncFinish(const rocksdb::FileOperationInfo& info) override {
    if (info.path.ends_with(".log")) log_sync_ns_.store(info.duration.count());
  }
  void OnIOError(const rocksdb::IOErrorInfo& info) override {
    using rocksdb::FileOperationType;
    const FileOperationType operation = info.operation;
    if (operation == FileOperationType::kSync || operation == FileOperationType::kFsync ||
        operation == FileOperationType::kRangeSync) {
      sync_failed_.store(true);
    }
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status* error) override {
    if (error->IsNoSpace()) ran_full_.store(true);
    if (warn_) warn_("the channel store: " + error->ToString());
  }
  /// The committer sees to it when there is room.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status error,
                            bool* automatic) override {
    if (error.IsNoSpace()) *automatic = false;
  }
  [[nodiscard]] bool sync_failed() const { return sync_failed_.load(); }
  [[nodiscard]] bool ran_full() const { return ran_full_.load(); }
  [[nodiscard]] std::chrono::nanoseconds log_sync() const { return std::chrono::nanoseconds(log_sync_ns_.load()); }

 private:
  std::function<void(std::string_view)> warn_;
  std::atomic<bool> sync_failed_ = false;
  std::atomic<bool> ran_full_ = false;
  std::atomic<std::int64_t> log_sync_ns_ = 0;
};

namespace {

/// Makes `path` so that it survives a loss of power: each new directory's parent is synced.
Result<void> make_directories(rocksdb::Env& env, const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> missing;
  for (fs::path p = fs::absolute(path, error).lexically_normal(); !p.empty() && !fs::exists(p, error);
       p = p.parent_path()) {
    missing.push_back(p);
  }
  fs::create_directories(path, error);
  if (error)
    return fail(ErrorCode::store_unavailable, fmt::format("cannot make {}: {}", path.string(), error.message()));
  for (const fs::path& made : missing) {
    std::unique_ptr<rocksdb::Directory> parent;
    auto status = env.NewDirectory(made.parent_path().string(), &parent);
    if (status.ok()) status = parent->Fsync();
    if (!status.ok()) return fail(to_error(status, "cannot sync " + made.parent_path().string()));
  }
  return {};
}

/// Tells one state of the store's list of files from another: which it is, and how long.
std::string list_of_files(const std::string& path) {
  std::string current;
  std::getline(std::ifstream(path + "/CURRENT"), current);
  std::error_code error;
  return fmt::format("{} {}", current, std::filesystem::file_size(std::filesystem::path(path) / current, error));
}

/// There are files that a store has only once something was committed to it.
bool holds_data(rocksdb::Env& env, const std::string& path) {
  std::vector<rocksdb::Env::FileAttributes> files;
  if (!env.GetChildrenFileAttributes(path, &files).ok()) return false;
  return std::ranges::any_of(files, [](const auto& file) {
    return file.size_bytes > 0 && (file.name.ends_with(".sst") || file.name.ends_with(".log"));
  });
}

Error opening_error(const rocksdb::Status& status, const std::string& path) {
  const std::string text = status.ToString();
  const bool locked = status.IsIOError() && text.find("lock") != std::string::npos;
  if (locked) {
    return {ErrorCode::store_unavailable,
            fmt::format("another process has the store in {} open: stop it, or use another data directory", path)};
  }
  if (status.IsCorruption()) {
    return {ErrorCode::damaged,
            fmt::format("the store in {} is damaged ({}): repair it (parley repair), or restore it from a backup", path,
                        text)};
  }
  return to_error(status, "cannot open the store in " + path);
}

Error newer_format(const std::string& path, std::string_view what) {
  return {ErrorCode::store_unavailable,
          fmt::format("the store in {} was written by a newer version ({}; this one reads format {}): "
                      "use the newer program, or another data directory",
                      path, what, kFormat)};
}

Incarnation draw_incarnation() {
  std::random_device random;
  IdBytes bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return Incarnation(make_uuid_v8({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

}  // namespace

Result<std::shared_ptr<Database>> Database::open(const RocksOptions& options) {
  rocksdb::Env& env = env_of(options);
  const bool exists = env.FileExists(options.path + "/CURRENT").ok();
  std::error_code hidden;  // RocksDB says "not found" of what it may not look at
  if (!exists && !std::filesystem::exists(options.path + "/CURRENT", hidden) && hidden) {
    return fail(ErrorCode::store_unavailable, fmt::format("cannot look into {}: {}", options.path, hidden.message()));
  }
  if (!exists) {
    // RocksDB would make a new store here, and delete what is left of the old one.
    if (holds_data(env, options.path)) {
      return fail(ErrorCode::damaged,
                  fmt::format("the store in {} has lost its file CURRENT: repair it, or restore it from a backup",
                              options.path));
    }
    if (!options.create_if_missing || options.read_only) {
      return fail(ErrorCode::not_found, fmt::format("there is no channel store in {}", options.path));
    }
    if (auto made = make_directories(env, options.path); !made) return fail(made.error());
  }
  if (!options.read_only) {
    if (auto room = check_room_to_open(options); !room) return fail(room.error());
    // RocksDB deletes what an older list of files does not name.
    if (auto sound = exists ? check_logs(options.path) : Result<void>(); !sound) return fail(sound.error());
  }
  std::shared_ptr<Database> database(new Database());
  database->path_ = options.path;
  auto connected = options.read_only ? database->look(options) : database->connect(options, exists);
  if (!connected && connected.error().code == ErrorCode::damaged && !options.read_only) {
    const auto cut = cut_torn_tails(options.path);
    if (!cut) return fail(cut.error());
    if (*cut > 0) {
      if (options.on_warning) {
        options.on_warning(
            fmt::format("a loss of power cut the last write short; {} bytes that nobody was told of are in {}/torn",
                        *cut, options.path));
      }
      connected = database->connect(options, exists);
    }
  }
  if (!connected) return fail(connected.error());
  if (auto checked = database->check_or_make_meta(options); !checked) return fail(checked.error());
  return database;
}

Database::~Database() {
  disconnect();
}

void Database::disconnect() {
  if (db_ == nullptr) return;
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  handles_.clear();
  db_->Close().PermitUncheckedError();
  db_.reset();
}

Result<void> Database::look(const RocksOptions& options) {
  constexpr int kTries = 50;
  Result<void> connected;
  for (int tries = 0; tries < kTries; ++tries) {
    const std::string before = list_of_files(options.path);
    connected = check_logs(options.path);
    if (connected) connected = connect(options, true);
    // Where it changed meanwhile, a log may have gone whose content lies in a file that was not there yet.
    if (list_of_files(options.path) == before) break;
    disconnect();
    connected = fail(ErrorCode::overloaded, "the store changes faster than it can be opened: try again");
  }
  return connected;
}

Result<void> Database::connect(const RocksOptions& options, bool exists) {
  watch_ = std::make_shared<IoWatch>(options.on_warning);
  FamilyOptions all = make_options(options, watch_);

  if (exists) {
    std::vector<std::string> families;
    const auto listed = rocksdb::DB::ListColumnFamilies(all.database, options.path, &families);
    if (!listed.ok()) return fail(opening_error(listed, options.path));
    for (const std::string& name : families) {
      const bool known = name == rocksdb::kDefaultColumnFamilyName || name == kEventsFamily || name == kOutcomesFamily;
      if (!known) return fail(newer_format(options.path, fmt::format("it has a family '{}'", name)));
    }
  }

  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, all.state}, {kEventsFamily, all.events}, {kOutcomesFamily, all.outcomes}};
  rocksdb::DB* raw = nullptr;
  const auto status = options.read_only
                          ? rocksdb::DB::OpenForReadOnly(all.database, options.path, families, &handles_, &raw)
                          : rocksdb::DB::Open(all.database, options.path, families, &handles_, &raw);
  if (!status.ok()) return fail(opening_error(status, options.path));
  db_.reset(raw);
  return {};
}

Result<void> Database::check_or_make_meta(const RocksOptions& options) {
  const auto get = [&](std::string_view key, std::string& value) {
    return db_->Get({}, state(), rocksdb::Slice(key.data(), key.size()), &value);
  };
  std::string format, incarnation, partitions;
  const auto found = get(kMetaFormat, format);
  if (found.IsNotFound()) return make_meta(options);
  for (const auto& status : {found, get(kMetaIncarnation, incarnation), get(kMetaPartitions, partitions)}) {
    if (!status.ok()) return fail(opening_error(status, path_));
  }
  const auto number = decode_u64(format);
  if (number && *number > kFormat) return fail(newer_format(path_, fmt::format("format {}", *number)));
  if (number && *number < kFormat) {
    if (options.read_only) {
      return fail(ErrorCode::store_unavailable,
                  fmt::format("the store in {} has the older format {}: start the server once, which upgrades it",
                              path_, *number));
    }
    auto upgraded = migrate({*db_, state(), events(), outcomes()}, *number, steps(), options.on_warning);
    if (!upgraded) return fail(upgraded.error());
    return check_or_make_meta(options);
  }
  const auto id = Incarnation::from_bytes(incarnation);
  if (number != kFormat || !id || id->is_nil() || decode_u64(partitions) != std::uint64_t{kPartitions}) {
    return fail(ErrorCode::damaged,
                fmt::format("the store in {} does not say what it is: restore it from a backup", path_));
  }
  incarnation_ = *id;
  return {};
}

Result<void> Database::make_meta(const RocksOptions& options) {
  // Nothing is ever committed before this is, so a store without it was interrupted while being made, and is empty.
  std::unique_ptr<rocksdb::Iterator> any(db_->NewIterator({}, state()));
  any->SeekToFirst();
  if (any->Valid() || options.read_only) {
    return fail(ErrorCode::damaged, fmt::format("{} holds no channel store of Parley", path_));
  }
  incarnation_ = options.incarnation.is_nil() ? draw_incarnation() : options.incarnation;
  const auto slice = [](std::string_view text) { return rocksdb::Slice(text.data(), text.size()); };
  rocksdb::WriteBatch batch;
  batch.Put(state(), slice(kMetaFormat), encode_u64(kFormat));
  batch.Put(state(), slice(kMetaIncarnation), slice(incarnation_.view()));
  batch.Put(state(), slice(kMetaPartitions), encode_u64(kPartitions));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (const auto status = db_->Write(synced, &batch); !status.ok()) {
    return fail(to_error(status, "cannot make the store in " + path_));
  }
  return {};
}

Result<Incarnation> Database::renew_incarnation() {
  const Incarnation drawn = draw_incarnation();
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto key = rocksdb::Slice(kMetaIncarnation.data(), kMetaIncarnation.size());
  const auto status = db_->Put(synced, state(), key, rocksdb::Slice(drawn.view().data(), drawn.view().size()));
  if (!status.ok()) return fail(to_error(status, "cannot write to the store in " + path_));
  return drawn;
}

Result<std::vector<PartitionState>> Database::load_partitions() const {
  std::vector<PartitionState> states(kPartitions);
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    std::string value;
    const auto status = db_->Get({}, state(), partition_key(partition), &value);
    if (status.IsNotFound()) continue;
    if (!status.ok()) return fail(to_error(status, "cannot read a partition's state"));
    const auto state = decode_partition(value);
    if (!state) return fail(ErrorCode::damaged, fmt::format("the state of partition {} cannot be read", partition));
    states[partition] = *state;
  }
  return states;
}

Result<void> Database::flush() const {
  const auto status = db_->Flush(rocksdb::FlushOptions(), handles_);
  if (!status.ok()) return fail(to_error(status, "cannot write table files"));
  return {};
}

bool Database::sync_failed() const {
  return watch_->sync_failed();
}

bool Database::ran_full() const {
  return watch_->ran_full();
}

std::chrono::microseconds Database::last_log_sync() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(watch_->log_sync());
}

}  // namespace parley::rocks
