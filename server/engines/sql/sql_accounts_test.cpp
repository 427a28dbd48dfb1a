#include "engines/sql/sql_accounts.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace parley {
namespace {

namespace fs = std::filesystem;

class Direct final : public Executor {
 public:
  void post(Task task) override { task(); }
  void post_after(Duration, Task task) override { task(); }
};

class SqliteAccounts : public testing::Test {
 protected:
  SqliteAccounts() : folder_(fs::temp_directory_path() / ("parley-sqlite-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~SqliteAccounts() override { fs::remove_all(folder_); }

  Result<void> sign_up(Accounts& accounts, const std::string& handle) {
    std::promise<Result<void>> answer;
    NewAccount added{.id = AccountId(make_uuid_v8(std::string(16, handle[0]))),
                     .handle = handle,
                     .display_name = "A",
                     .password_hash = "h",
                     .device = {.id = DeviceId(make_uuid_v8(std::string(16, handle[0]))),
                                .name = "d",
                                .platform = "test",
                                .refresh_hash = {},
                                .now = Time(Duration(1)),
                                .refresh_expires = Time(Duration(2))},
                     .invitation = {}};
    accounts.sign_ins().sign_up(executor_, added, [&](Result<void> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  fs::path file() const { return folder_ / "people.db"; }

  Direct executor_;
  fs::path folder_;
};

TEST_F(SqliteAccounts, WhatWasAnsweredIsThereAfterReopening) {
  {
    ASSERT_TRUE(sign_up(**open_sqlite_accounts({.file = file()}), "alice"));
  }
  EXPECT_EQ(sign_up(**open_sqlite_accounts({.file = file()}), "alice").error(), Error(ErrorCode::handle_taken));
}

TEST_F(SqliteAccounts, WritesAcceptedBeforeTheEndAreFinished) {
  int answered = 0;
  {
    auto accounts = *open_sqlite_accounts({.file = file()});
    for (int i = 0; i < 1000; ++i) {
      accounts->keys().secret(executor_, "s" + std::to_string(i), {}, [&](Result<Secret> r) { answered += r ? 1 : 0; });
    }
  }
  EXPECT_EQ(answered, 1000);
}

TEST_F(SqliteAccounts, FilesAreReadableByTheirOwnerAlone) {
  std::ofstream(file()).close();
  fs::permissions(file(), fs::perms::all);
  auto accounts = *open_sqlite_accounts({.file = file()});
  ASSERT_TRUE(sign_up(*accounts, "alice"));
  for (const auto& entry : fs::directory_iterator(folder_)) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << entry.path();
  }
}

TEST_F(SqliteAccounts, NewerSchemaIsRefusedWithWhatToDo) {
  ASSERT_TRUE(open_sqlite_accounts({.file = file()}));
  {
    soci::session session(soci::sqlite3, "db=" + file().string());
    session << "INSERT INTO schema_version (version) VALUES (1000)";
  }
  const auto opened = open_sqlite_accounts({.file = file()});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().text().find("schema 1000"), std::string::npos) << opened.error().text();
}

TEST_F(SqliteAccounts, FileThatIsNoDatabaseIsRefused) {
  std::ofstream(file()) << std::string(8192, 'x');
  EXPECT_EQ(open_sqlite_accounts({.file = file()}).error(), Error(ErrorCode::store_unavailable));
  EXPECT_EQ(open_sqlite_accounts({.file = folder_ / "no" / "people.db"}).error(), Error(ErrorCode::store_unavailable));
  EXPECT_EQ(open_sqlite_accounts({.file = folder_ / "a\"b"}).error(), Error(ErrorCode::store_unavailable));
}

TEST_F(SqliteAccounts, FullQueueIsOverloaded) {
  std::promise<void> gate;
  std::vector<Result<void>> answers;
  {
    auto accounts = *open_sqlite_accounts({.file = file(), .queue = 3});
    // The completion runs on the writer's thread here, so it can be held.
    std::promise<void> held;
    accounts->jobs().job_done(executor_, 1, [&](Result<void>) {
      held.set_value();
      gate.get_future().wait();
    });
    held.get_future().wait();
    for (int i = 0; i < 5; ++i) {
      accounts->jobs().job_done(executor_, 1, [&](Result<void> result) { answers.push_back(std::move(result)); });
    }
    EXPECT_EQ(answers, std::vector<Result<void>>(2, fail(ErrorCode::overloaded)));
    gate.set_value();
  }
  EXPECT_EQ(answers.size(), 5U);
}

}  // namespace
}  // namespace parley
