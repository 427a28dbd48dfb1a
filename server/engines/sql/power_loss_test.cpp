// People survive a loss of power: what was answered is there when only synced bytes are left.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engines/sql/people_check.hpp"
#include "engines/sql/sql_accounts.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;

/// A file: what SQLite wrote since it synced last, and what is on stable storage whatever happens.
struct Content {
  std::string synced;
  std::vector<std::function<void(std::string&)>> unsynced;
};

/// Under SQLite: what is left of the system's files after a loss of power. A name is a thing to sync of its own: a file
/// that was deleted is there again when the folder was not synced since.
struct Disk {
  std::mutex mutex;
  std::deque<Content> contents;
  std::map<std::string, Content*> names;         // by path, as programs see them
  std::map<std::string, Content*> synced_names;  // as they were when the folder was synced last
  bool syncs_lie = false;

  void clear() {
    synced_names.clear();
    names.clear();
    contents.clear();
    syncs_lie = false;
  }
  void sync_folder() {
    if (!syncs_lie) synced_names = names;
  }
  void sync(Content& content) {
    if (syncs_lie) return;
    for (const auto& change : content.unsynced) change(content.synced);
    content.unsynced.clear();
  }
} g_disk;

struct File {
  sqlite3_file base;
  Content* content;
  bool syncs_folder;  // with its first sync
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
};

sqlite3_vfs* system_vfs() {
  return sqlite3_vfs_find("unix");
}

template <auto kMethod, class... Arguments>
auto forward(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* real = File::of(file).real();
  return (real->pMethods->*kMethod)(real, arguments...);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  const int code = forward<&sqlite3_io_methods::xWrite>(file, from, size, at);
  if (code != SQLITE_OK) return code;
  const std::lock_guard lock(g_disk.mutex);
  File::of(file).content->unsynced.emplace_back(
      [at = static_cast<std::size_t>(at),
       bytes = std::string(static_cast<const char*>(from), static_cast<std::size_t>(size))](std::string& content) {
        if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
        content.replace(at, bytes.size(), bytes);
      });
  return code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const int code = forward<&sqlite3_io_methods::xTruncate>(file, size);
  if (code != SQLITE_OK) return code;
  const std::lock_guard lock(g_disk.mutex);
  File::of(file).content->unsynced.emplace_back(
      [size](std::string& content) { content.resize(static_cast<std::size_t>(size)); });
  return code;
}

/// The system is not asked to sync: nobody pulls its plug, and it may take its time.
int sync_file(sqlite3_file* file, int /*flags*/) {
  File& self = File::of(file);
  const std::lock_guard lock(g_disk.mutex);
  g_disk.sync(*self.content);
  if (std::exchange(self.syncs_folder, false)) g_disk.sync_folder();
  return SQLITE_OK;
}

/// Everything but what changes files goes to the system as it is.
const sqlite3_io_methods kMethods = {
    .iVersion = 2,  // without mapped files, whose writes nobody would see here
    .xClose = forward<&sqlite3_io_methods::xClose>,
    .xRead = forward<&sqlite3_io_methods::xRead>,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = forward<&sqlite3_io_methods::xFileSize>,
    .xLock = forward<&sqlite3_io_methods::xLock>,
    .xUnlock = forward<&sqlite3_io_methods::xUnlock>,
    .xCheckReservedLock = forward<&sqlite3_io_methods::xCheckReservedLock>,
    .xFileControl = forward<&sqlite3_io_methods::xFileControl>,
    .xSectorSize = forward<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
    .xShmMap = forward<&sqlite3_io_methods::xShmMap>,
    .xShmLock = forward<&sqlite3_io_methods::xShmLock>,
    .xShmBarrier = forward<&sqlite3_io_methods::xShmBarrier>,
    .xShmUnmap = forward<&sqlite3_io_methods::xShmUnmap>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  File& self = File::of(file);
  self.base.pMethods = nullptr;
  const int code = system_vfs()->xOpen(system_vfs(), name, self.real(), flags, out);
  if (code != SQLITE_OK) return code;
  self.base.pMethods = &kMethods;
  // What SQLite's own files for Unix do: a journal or log that may be new syncs its folder when it is synced first.
  constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  self.syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & kJournals) != 0;
  const std::lock_guard lock(g_disk.mutex);
  const auto known = name == nullptr ? g_disk.names.end() : g_disk.names.find(name);
  self.content = known != g_disk.names.end() ? known->second : &g_disk.contents.emplace_back();
  if (name != nullptr) g_disk.names[name] = self.content;
  return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  const int code = system_vfs()->xDelete(system_vfs(), name, 0);
  const std::lock_guard lock(g_disk.mutex);
  if (code == SQLITE_OK) g_disk.names.erase(name);
  if (code == SQLITE_OK && sync_folder != 0) g_disk.sync_folder();
  return code;
}

class PowerLoss : public testing::Test {
 protected:
  PowerLoss() : folder_(fs::temp_directory_path() / ("parley-power-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_ / "before");
    g_disk.clear();
    shim_ = *system_vfs();
    shim_.zName = "parley-power-loss";
    shim_.szOsFile = static_cast<int>(sizeof(File)) + system_vfs()->szOsFile;
    shim_.xOpen = open_file;
    shim_.xDelete = delete_file;
    sqlite3_vfs_register(&shim_, 1);
  }
  ~PowerLoss() override {
    sqlite3_vfs_register(system_vfs(), 1);
    sqlite3_vfs_unregister(&shim_);
    fs::remove_all(folder_);
  }

  class Direct final : public Executor {
   public:
    void post(Task task) override { task(); }
    void post_after(Duration, Task task) override { task(); }
  };
  AccountId sign_up(Accounts& accounts, int number) {
    const std::string unique = std::to_string(number) + std::string(16, 'x');
    const NewAccount added{.id = AccountId(make_uuid_v8(unique)),
                           .handle = "person" + std::to_string(number),
                           .display_name = "A",
                           .password_hash = "h",
                           .device = {.id = DeviceId(make_uuid_v8(unique)),
                                      .name = "d",
                                      .platform = "test",
                                      .refresh_hash = {},
                                      .now = Time(Duration(1)),
                                      .refresh_expires = Time(Duration(2))},
                           .invitation = {}};
    std::promise<Result<void>> answer;
    accounts.sign_ins().sign_up(executor_, added, [&](Result<void> result) { answer.set_value(std::move(result)); });
    EXPECT_TRUE(answer.get_future().get());
    return added.id;
  }
  /// The accounts that a start after a loss of power at this moment finds.
  std::vector<AccountId> left_after_power_loss() {
    fs::remove_all(folder_ / "after");
    fs::create_directory(folder_ / "after");
    {
      const std::lock_guard lock(g_disk.mutex);
      for (const auto& [path, content] : g_disk.synced_names) {
        std::ofstream(folder_ / "after" / fs::path(path).filename(), std::ios::binary) << content->synced;
      }
    }
    sqlite3_vfs_register(system_vfs(), 1);
    {
      const auto opened = open_sqlite_accounts({.file = folder_ / "after" / "people.sqlite"});
      EXPECT_TRUE(opened) << opened.error().text();
    }
    const auto check = check_people(folder_ / "after" / "people.sqlite");
    EXPECT_TRUE(check) << check.error().text();
    if (!check) return {};
    EXPECT_TRUE(check->problems.empty());
    return check->accounts;
  }

  fs::path folder_;
  Direct executor_;
  sqlite3_vfs shim_{};
};

TEST_F(PowerLoss, EverybodyWhoWasToldTheySignedUpIsThere) {
  const fs::path file = folder_ / "before" / "people.sqlite";
  const auto accounts = open_sqlite_accounts({.file = file});
  ASSERT_TRUE(accounts) << accounts.error().text();
  std::vector<AccountId> told;
  for (int number = 0; number <= 300; ++number) {
    told.push_back(sign_up(**accounts, number));
    if (number % 60 != 0) continue;
    std::ranges::sort(told);
    const auto left = left_after_power_loss();
    EXPECT_TRUE(left == told) << left.size() << " accounts are left of " << told.size();
  }
  const std::lock_guard lock(g_disk.mutex);
  EXPECT_GT(g_disk.synced_names.at(file)->synced.size(), 100'000U) << "nothing was moved from the log to the database";
}

TEST_F(PowerLoss, TheTestWouldFindAMissingSync) {
  const auto accounts = open_sqlite_accounts({.file = folder_ / "before" / "people.sqlite"});
  ASSERT_TRUE(accounts) << accounts.error().text();
  const AccountId first = sign_up(**accounts, 1);
  g_disk.syncs_lie = true;
  sign_up(**accounts, 2);
  EXPECT_EQ(left_after_power_loss(), std::vector<AccountId>{first});
}

}  // namespace
}  // namespace parley
