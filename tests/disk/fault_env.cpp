#include "disk/fault_env.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <variant>
#include <vector>

namespace parley::test {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
namespace fs = std::filesystem;

bool is_log(const std::string& path) {
  return path.ends_with(".log");
}

std::string directory_of(const std::string& path) {
  return fs::path(path).parent_path().string();
}

std::optional<std::string> content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

constexpr std::uint64_t kSector = 512;

/// What a loss of power would leave. For each file: its synced length, and what a failed sync let go of. For each
/// directory: what happened to its names since it was synced, in order.
class Ledger {
 public:
  struct Renamed {
    std::string from, to;
    std::optional<std::string> replaced;  // content of `to` before
  };
  void created(const std::string& path) {
    const std::lock_guard lock(mutex_);
    files_[path] = {};
    names_[directory_of(path)].emplace_back(Created{path});
  }
  void reopened(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    files_.try_emplace(path, Kept{.synced = bytes, .holes = {}});
  }
  void synced(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    files_[path].synced = bytes;
  }
  /// A kernel that could not write a page forgets that it is dirty: a later sync succeeds without it.
  void sync_failed(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    Kept& kept = files_[path];
    if (bytes > kept.synced) kept.holes.emplace_back(kept.synced, bytes);
  }
  void renamed(Renamed renamed) {
    const std::lock_guard lock(mutex_);
    if (const auto found = files_.extract(renamed.from)) files_[renamed.to] = found.mapped();
    names_[directory_of(renamed.to)].emplace_back(std::move(renamed));
  }
  void removed(const std::string& path, std::string content) {
    const std::lock_guard lock(mutex_);
    files_.erase(path);
    names_[directory_of(path)].emplace_back(Removed{path, std::move(content)});
  }
  void directory_synced(const std::string& path) {
    const std::lock_guard lock(mutex_);
    names_.erase(path);
  }
  /// Without `chance` all that was not synced is gone; with it any part may have reached the disk: a prefix of what
  /// happened to the names of a directory, any sectors of a file's tail.
  void lose_unsynced(std::mt19937_64* chance) {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, kept] : files_) {
      if (!fs::exists(path)) continue;
      for (const auto& [from, to] : kept.holes) zero(path, from, to);
      if (fs::file_size(path) > kept.synced) tear(path, kept.synced, chance);
    }
    for (auto& [directory, changes] : names_) {
      const std::size_t reached = chance == nullptr ? 0 : (*chance)() % (changes.size() + 1);
      while (changes.size() > reached) {
        std::visit([](const auto& change) { undo(change); }, changes.back());
        changes.pop_back();
      }
    }
    files_.clear();
    names_.clear();
  }

 private:
  struct Kept {
    std::uint64_t synced = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> holes;
  };
  struct Created {
    std::string path;
  };
  struct Removed {
    std::string path;
    std::string content;
  };
  using Change = std::variant<Created, Renamed, Removed>;

  static void undo(const Created& created) { fs::remove(created.path); }
  static void undo(const Renamed& renamed) {
    if (fs::exists(renamed.to)) fs::rename(renamed.to, renamed.from);
    if (renamed.replaced) std::ofstream(renamed.to, std::ios::binary) << *renamed.replaced;
  }
  static void undo(const Removed& removed) { std::ofstream(removed.path, std::ios::binary) << removed.content; }

  static void zero(const std::string& path, std::uint64_t from, std::uint64_t to) {
    to = std::min<std::uint64_t>(to, fs::file_size(path));
    if (from >= to) return;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(from));
    file << std::string(to - from, '\0');
  }
  static void tear(const std::string& path, std::uint64_t synced, std::mt19937_64* chance) {
    const std::uint64_t size = fs::file_size(path);
    const std::uint64_t left = chance == nullptr ? 0 : (*chance)() % (size - synced + 1);
    fs::resize_file(path, synced + left);
    if (chance == nullptr || (*chance)() % 2 == 0) return;  // else sectors went to the disk in no order
    for (std::uint64_t from = synced; from < synced + left; from = (from / kSector + 1) * kSector) {
      if ((*chance)() % 2 == 0) zero(path, from, std::min((from / kSector + 1) * kSector, synced + left));
    }
  }

  std::mutex mutex_;
  std::map<std::string, Kept> files_;
  std::map<std::string, std::vector<Change>> names_;  // by directory
};

struct Shared {
  explicit Shared(FaultSwitches& with) : switches(with) {}
  FaultSwitches& switches;
  Ledger ledger;
  std::atomic<bool> powered = true;
  std::atomic<std::int64_t> operations_left = INT64_MAX;

  /// Before everything that changes the disk; false: the power is off.
  bool step() {
    if (operations_left.fetch_sub(1) <= 0) powered = false;
    return powered;
  }
};

IOStatus no_power() {
  return IOStatus::IOError("the power is off");
}

class File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path, std::uint64_t bytes,
       std::shared_ptr<Shared> shared)
      : FSWritableFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        bytes_(bytes),
        shared_(std::move(shared)) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (!shared_->step()) return no_power();
    if (is_log(path_) && shared_->switches.log_is_full) return IOStatus::NoSpace("no room in the test");
    // What fits is written, the rest is not: as the kernel does it.
    auto room = shared_->switches.room_bytes.load();
    while (
        !shared_->switches.room_bytes.compare_exchange_weak(room, room - std::min<std::uint64_t>(room, data.size())));
    const Slice fits(data.data(), std::min<std::uint64_t>(room, data.size()));
    auto status = target()->Append(fits, options, debug);
    if (status.ok()) bytes_ += fits.size();
    if (status.ok() && fits.size() < data.size()) return IOStatus::NoSpace("no room in the test");
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& /*info*/,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return sync(); }
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return sync(); }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    bytes_ = size;
    return target()->Truncate(size, options, debug);
  }

 private:
  /// What the ledger knows to be synced survives; the real disk need not be waited for.
  IOStatus sync() {
    if (!shared_->step()) return no_power();
    if (shared_->switches.syncs_fail || (is_log(path_) && shared_->switches.log_sync_fails)) {
      shared_->ledger.sync_failed(path_, bytes_);
      return IOStatus::IOError("the sync failed in the test");
    }
    if (!shared_->switches.syncs_lie) shared_->ledger.synced(path_, bytes_);
    return IOStatus::OK();
  }

  const std::string path_;
  std::uint64_t bytes_;
  std::shared_ptr<Shared> shared_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> directory, std::string path, std::shared_ptr<Shared> shared)
      : FSDirectoryWrapper(std::move(directory)), path_(std::move(path)), shared_(std::move(shared)) {}
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return done(); }
  IOStatus FsyncWithDirOptions(const IOOptions& /*options*/, IODebugContext* /*debug*/,
                               const rocksdb::DirFsyncOptions& /*how*/) override {
    return done();
  }

 private:
  IOStatus done() {
    if (!shared_->step()) return no_power();
    if (shared_->switches.syncs_fail) return IOStatus::IOError("the sync failed in the test");
    if (!shared_->switches.syncs_lie) shared_->ledger.directory_synced(path_);
    return IOStatus::OK();
  }
  const std::string path_;
  std::shared_ptr<Shared> shared_;
};

/// RocksDB waits a second after a background job that failed.
class QuickClock final : public rocksdb::SystemClockWrapper {
 public:
  QuickClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "ParleyQuickClock"; }
  void SleepForMicroseconds(int micros) override { SystemClockWrapper::SleepForMicroseconds(std::min(micros, 1000)); }
};

class QuickEnv final : public rocksdb::EnvWrapper {
 public:
  explicit QuickEnv(std::unique_ptr<rocksdb::Env> env) : EnvWrapper(std::move(env)) {
    system_clock_ = std::make_shared<QuickClock>();
  }
  const char* Name() const override { return "ParleyQuickEnv"; }
};

}  // namespace

class FaultEnv::Files final : public rocksdb::FileSystemWrapper {
 public:
  explicit Files(FaultSwitches& switches)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), shared_(std::make_shared<Shared>(switches)) {}
  const char* Name() const override { return "ParleyFaults"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) override {
    if (!shared_->step()) return no_power();
    auto status = target()->NewWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    shared_->ledger.created(path);
    *file = std::make_unique<File>(std::move(*file), path, 0, shared_);
    return status;
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) override {
    if (!shared_->step()) return no_power();
    auto status = target()->ReopenWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    const std::uint64_t bytes = fs::file_size(path);
    shared_->ledger.reopened(path, bytes);
    *file = std::make_unique<File>(std::move(*file), path, bytes, shared_);
    return status;
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory, IODebugContext* debug) override {
    auto status = target()->NewDirectory(path, options, directory, debug);
    if (status.ok()) *directory = std::make_unique<Directory>(std::move(*directory), path, shared_);
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (!shared_->step()) return no_power();
    auto replaced = content_of(to);
    auto status = target()->RenameFile(from, to, options, debug);
    if (status.ok()) shared_->ledger.renamed({from, to, std::move(replaced)});
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    if (!shared_->step()) return no_power();
    auto content = content_of(path);
    auto status = target()->DeleteFile(path, options, debug);
    if (status.ok()) shared_->ledger.removed(path, std::move(content).value_or(""));
    return status;
  }
  IOStatus GetFreeSpace(const std::string& path, const IOOptions& options, std::uint64_t* bytes,
                        IODebugContext* debug) override {
    auto status = target()->GetFreeSpace(path, options, bytes, debug);
    *bytes = std::min<std::uint64_t>(*bytes, shared_->switches.free_bytes);
    return status;
  }

  Shared& shared() { return *shared_; }

 private:
  std::shared_ptr<Shared> shared_;
};

FaultEnv::FaultEnv()
    : files_(std::make_shared<Files>(switches_)), env_(std::make_unique<QuickEnv>(rocksdb::NewCompositeEnv(files_))) {}
FaultEnv::~FaultEnv() = default;

void FaultEnv::cut_power() {
  files_->shared().powered = false;
}

void FaultEnv::cut_power_after(std::uint64_t operations) {
  files_->shared().operations_left = static_cast<std::int64_t>(operations);
}

bool FaultEnv::powered() const {
  return files_->shared().powered;
}

void FaultEnv::restore_power(std::mt19937_64* chance) {
  files_->shared().ledger.lose_unsynced(chance);
  start_again();
}

void FaultEnv::start_again() {
  files_->shared().operations_left = INT64_MAX;
  files_->shared().powered = true;
}

}  // namespace parley::test
