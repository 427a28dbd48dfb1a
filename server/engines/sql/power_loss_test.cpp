// People survive a loss of power: what was answered is there when only synced bytes are left.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <mutex>

#include "engines/sql/people_check.hpp"
#include "engines/sql/sql_accounts.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;

/// Under SQLite: the system's files, and what of them is on stable storage.
struct Disk {
  std::mutex mutex;
  std::map<std::string, std::string> synced;  // content at the last sync, by path
  bool syncs_lie = false;
} g_disk;

struct File {
  sqlite3_file base;
  char path[256];
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
};

sqlite3_vfs* system_vfs() {
  return static_cast<sqlite3_vfs*>(sqlite3_vfs_find("unix"));
}

int sync_file(sqlite3_file* file, int flags) {
  File& self = File::of(file);
  const int code = self.real()->pMethods->xSync(self.real(), flags);
  const std::lock_guard lock(g_disk.mutex);
  if (code == SQLITE_OK && !g_disk.syncs_lie) {
    std::ifstream in(self.path, std::ios::binary);
    g_disk.synced[self.path] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return code;
}

/// Everything but the sync goes to the system as it is.
const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return File::of(f).real()->pMethods->xClose(File::of(f).real()); },
    .xRead = [](sqlite3_file* f, void* to, int n,
                sqlite3_int64 at) { return File::of(f).real()->pMethods->xRead(File::of(f).real(), to, n, at); },
    .xWrite = [](sqlite3_file* f, const void* from, int n,
                 sqlite3_int64 at) { return File::of(f).real()->pMethods->xWrite(File::of(f).real(), from, n, at); },
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 n) { return File::of(f).real()->pMethods->xTruncate(File::of(f).real(), n); },
    .xSync = sync_file,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* n) { return File::of(f).real()->pMethods->xFileSize(File::of(f).real(), n); },
    .xLock = [](sqlite3_file* f, int how) { return File::of(f).real()->pMethods->xLock(File::of(f).real(), how); },
    .xUnlock = [](sqlite3_file* f, int how) { return File::of(f).real()->pMethods->xUnlock(File::of(f).real(), how); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* out) {
          return File::of(f).real()->pMethods->xCheckReservedLock(File::of(f).real(), out);
        },
    .xFileControl = [](sqlite3_file* f, int op,
                       void* out) { return File::of(f).real()->pMethods->xFileControl(File::of(f).real(), op, out); },
    .xSectorSize = [](sqlite3_file* f) { return File::of(f).real()->pMethods->xSectorSize(File::of(f).real()); },
    .xDeviceCharacteristics = [](sqlite3_file*) { return 0; },
    .xShmMap =
        [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
          return File::of(f).real()->pMethods->xShmMap(File::of(f).real(), page, size, extend, out);
        },
    .xShmLock = [](sqlite3_file* f, int from, int n,
                   int flags) { return File::of(f).real()->pMethods->xShmLock(File::of(f).real(), from, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { File::of(f).real()->pMethods->xShmBarrier(File::of(f).real()); },
    .xShmUnmap = [](sqlite3_file* f,
                    int remove) { return File::of(f).real()->pMethods->xShmUnmap(File::of(f).real(), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  File& self = File::of(file);
  self.base.pMethods = nullptr;
  std::snprintf(self.path, sizeof self.path, "%s", name == nullptr ? "" : name);
  const int code = system_vfs()->xOpen(system_vfs(), name, self.real(), flags, out);
  if (code == SQLITE_OK) self.base.pMethods = &kMethods;
  return code;
}

class PowerLoss : public testing::Test {
 protected:
  PowerLoss() : folder_(fs::temp_directory_path() / ("parley-power-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_ / "before");
    fs::create_directories(folder_ / "after");
    g_disk.synced.clear();
    g_disk.syncs_lie = false;
    shim_ = *system_vfs();
    shim_.zName = "parley-power-loss";
    shim_.szOsFile = static_cast<int>(sizeof(File)) + system_vfs()->szOsFile;
    shim_.xOpen = open_file;
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
    {
      const std::lock_guard lock(g_disk.mutex);
      for (const auto& [path, content] : g_disk.synced) {
        std::ofstream(folder_ / "after" / fs::path(path).filename(), std::ios::binary) << content;
      }
    }
    sqlite3_vfs_register(system_vfs(), 1);
    {
      const auto opened = open_sqlite_accounts({.file = folder_ / "after" / "people.sqlite"});
      EXPECT_TRUE(opened) << opened.error().text();
    }
    const auto check = check_people(folder_ / "after" / "people.sqlite");
    EXPECT_TRUE(check) << check.error().text();
    EXPECT_TRUE(check->problems.empty());
    return check->accounts;
  }

  fs::path folder_;
  Direct executor_;
  sqlite3_vfs shim_{};
};

TEST_F(PowerLoss, EverybodyWhoWasToldTheySignedUpIsThere) {
  const auto accounts = open_sqlite_accounts({.file = folder_ / "before" / "people.sqlite"});
  ASSERT_TRUE(accounts) << accounts.error().text();
  std::vector<AccountId> told;
  // Enough for the log to be moved into the database now and then.
  for (int number = 0; number < 300; ++number) told.push_back(sign_up(**accounts, number));
  const auto left = left_after_power_loss();
  std::ranges::sort(told);
  EXPECT_EQ(left, told);
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
