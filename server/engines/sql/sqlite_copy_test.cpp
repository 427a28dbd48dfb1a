#include "engines/sql/sqlite_copy.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace parley {
namespace {

namespace fs = std::filesystem;

class SqliteCopy : public testing::Test {
 protected:
  SqliteCopy() {
    std::string name = (fs::temp_directory_path() / "parley-copy-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    run(file(), "PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)");
  }
  ~SqliteCopy() override { fs::remove_all(directory_); }

  [[nodiscard]] fs::path file() const { return directory_ / "people.sqlite"; }
  [[nodiscard]] fs::path copy() const { return directory_ / "copy.sqlite"; }
  static int run(const fs::path& file, const char* sql) {
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    sqlite3_close_v2(database);
    return code;
  }
  static int count(const fs::path& file) {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    sqlite3_open(file.c_str(), &database);
    sqlite3_prepare_v2(database, "SELECT COUNT(*) FROM t", -1, &statement, nullptr);
    const int rows = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close_v2(database);
    return rows;
  }

  fs::path directory_;
};

TEST_F(SqliteCopy, NobodyWritesWhileTheMomentIsHeld) {
  int written = SQLITE_OK;
  const auto held = [&]() -> Result<void> {
    written = run(file(), "INSERT INTO t VALUES (2)");
    return {};
  };
  ASSERT_TRUE(copy_sqlite(file(), copy(), held));
  EXPECT_EQ(written, SQLITE_BUSY);
  EXPECT_EQ(count(copy()), 1);
  EXPECT_EQ(run(file(), "INSERT INTO t VALUES (2)"), SQLITE_OK);
}

TEST_F(SqliteCopy, AnErrorMeanwhileEndsItAndLetsWritersGoOn) {
  const auto failed = copy_sqlite(file(), copy(), []() -> Result<void> { return fail(ErrorCode::disk_full); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::disk_full);
  EXPECT_FALSE(fs::exists(copy()));
  EXPECT_EQ(run(file(), "INSERT INTO t VALUES (2)"), SQLITE_OK);
}

TEST_F(SqliteCopy, ADatabaseThatIsNotThereIsNotMade) {
  EXPECT_EQ(copy_sqlite(directory_ / "none", copy(), []() -> Result<void> { return {}; }).error().code,
            ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(directory_ / "none"));
}

}  // namespace
}  // namespace parley
