#include "contract/channel_store_fault_env.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
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

/// What a loss of power would leave: for each file written its synced length, for each directory what happened to its
/// names since it was synced.
class Ledger {
 public:
  struct Renamed {
    std::string from, to;
    std::optional<std::string> replaced;  // content of `to` before
  };
  void created(const std::string& path) {
    const std::lock_guard lock(mutex_);
    synced_bytes_[path] = 0;
    new_names_[directory_of(path)].push_back(path);
  }
  void reopened(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    synced_bytes_.try_emplace(path, bytes);
  }
  void synced(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    synced_bytes_[path] = bytes;
  }
  void renamed(Renamed renamed) {
    const std::lock_guard lock(mutex_);
    if (const auto found = synced_bytes_.extract(renamed.from)) synced_bytes_[renamed.to] = found.mapped();
    for (auto& name : new_names_[directory_of(renamed.from)]) {
      if (name == renamed.from) name = renamed.to;
    }
    renames_[directory_of(renamed.to)].push_back(std::move(renamed));
  }
  void removed(const std::string& path) {
    const std::lock_guard lock(mutex_);
    synced_bytes_.erase(path);
    std::erase(new_names_[directory_of(path)], path);
  }
  void directory_synced(const std::string& path) {
    const std::lock_guard lock(mutex_);
    new_names_.erase(path);
    renames_.erase(path);
  }
  void lose_unsynced() {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, bytes] : synced_bytes_) {
      if (fs::exists(path) && fs::file_size(path) > bytes) fs::resize_file(path, bytes);
    }
    for (auto& [directory, renames] : renames_) {
      for (auto it = renames.rbegin(); it != renames.rend(); ++it) {
        if (fs::exists(it->to)) fs::rename(it->to, it->from);
        if (it->replaced) std::ofstream(it->to, std::ios::binary) << *it->replaced;
      }
    }
    for (const auto& [directory, names] : new_names_) {
      for (const std::string& name : names) fs::remove(name);
    }
    synced_bytes_.clear();
    new_names_.clear();
    renames_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> synced_bytes_;
  std::map<std::string, std::vector<std::string>> new_names_;  // by directory
  std::map<std::string, std::vector<Renamed>> renames_;        // by directory
};

struct Shared {
  explicit Shared(FaultSwitches& with) : switches(with) {}
  FaultSwitches& switches;
  Ledger ledger;
  std::atomic<bool> powered = true;
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
    if (!shared_->powered) return no_power();
    if (is_log(path_) && shared_->switches.log_is_full) return IOStatus::NoSpace("no room in the test");
    auto status = target()->Append(data, options, debug);
    if (status.ok()) bytes_ += data.size();
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& /*info*/,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Fsync(options, debug); });
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    bytes_ = size;
    return target()->Truncate(size, options, debug);
  }

 private:
  template <class Real>
  IOStatus sync(Real real) {
    if (!shared_->powered) return no_power();
    if (is_log(path_) && shared_->switches.log_sync_fails) return IOStatus::IOError("the sync failed in the test");
    if (shared_->switches.syncs_lie) return IOStatus::OK();
    auto status = real();
    if (status.ok()) shared_->ledger.synced(path_, bytes_);
    return status;
  }

  const std::string path_;
  std::uint64_t bytes_;
  std::shared_ptr<Shared> shared_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> directory, std::string path, std::shared_ptr<Shared> shared)
      : FSDirectoryWrapper(std::move(directory)), path_(std::move(path)), shared_(std::move(shared)) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return done(FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& how) override {
    return done(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how));
  }

 private:
  IOStatus done(IOStatus status) {
    if (!shared_->powered) return no_power();
    if (status.ok() && !shared_->switches.syncs_lie) shared_->ledger.directory_synced(path_);
    return status;
  }
  const std::string path_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace

class FaultEnv::Files final : public rocksdb::FileSystemWrapper {
 public:
  explicit Files(FaultSwitches& switches)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), shared_(std::make_shared<Shared>(switches)) {}
  const char* Name() const override { return "ParleyFaults"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) override {
    if (!shared_->powered) return no_power();
    auto status = target()->NewWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    shared_->ledger.created(path);
    *file = std::make_unique<File>(std::move(*file), path, 0, shared_);
    return status;
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) override {
    if (!shared_->powered) return no_power();
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
    if (!shared_->powered) return no_power();
    auto replaced = content_of(to);
    auto status = target()->RenameFile(from, to, options, debug);
    if (status.ok()) shared_->ledger.renamed({from, to, std::move(replaced)});
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    if (!shared_->powered) return no_power();
    auto status = target()->DeleteFile(path, options, debug);
    if (status.ok()) shared_->ledger.removed(path);
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

FaultEnv::FaultEnv() : files_(std::make_shared<Files>(switches_)), env_(rocksdb::NewCompositeEnv(files_)) {}
FaultEnv::~FaultEnv() = default;

void FaultEnv::cut_power() {
  files_->shared().powered = false;
}

void FaultEnv::restore_power() {
  files_->shared().ledger.lose_unsynced();
  files_->shared().powered = true;
}

}  // namespace parley::test
