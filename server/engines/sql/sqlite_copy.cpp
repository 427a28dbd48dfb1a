#include "engines/sql/sqlite_copy.hpp"

#include <sqlite3.h>

#include <memory>
#include <string>

namespace parley {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr int kPagesPerStep = 1'024;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

Error error_of(int code, const std::string& doing, sqlite3* database) {
  const std::string text = doing + ": " + (database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database));
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::disk_full, text};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::overloaded, text};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::damaged, text};
    default:
      return {ErrorCode::store_unavailable, text};
  }
}

Result<Connection> connect(const std::filesystem::path& file, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK) return fail(error_of(code, "cannot open " + file.string(), raw));
  sqlite3_busy_timeout(raw, kPatienceMs);
  return connection;
}

Result<void> run(sqlite3* database, const char* sql) {
  const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(code, "cannot read the database of people", database));
  return {};
}

/// `from` stands in a read transaction, so every step copies the same moment.
Result<void> copy_pages(sqlite3* from, sqlite3* to) {
  sqlite3_backup* copy = sqlite3_backup_init(to, "main", from, "main");
  if (copy == nullptr) return fail(error_of(sqlite3_errcode(to), "cannot copy the database of people", to));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(copy, kPagesPerStep);
  const int finished = sqlite3_backup_finish(copy);
  if (code != SQLITE_DONE) return fail(error_of(code, "cannot copy the database of people", nullptr));
  if (finished != SQLITE_OK) return fail(error_of(finished, "cannot copy the database of people", to));
  return {};
}

}  // namespace

Result<void> copy_sqlite(const std::filesystem::path& file, const std::filesystem::path& to,
                         const std::function<Result<void>()>& meanwhile) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return fail(ErrorCode::not_found, "there is no database of people " + file.string());
  }
  auto gate = connect(file, SQLITE_OPEN_READWRITE);
  if (!gate) return fail(gate.error());
  auto moment = connect(file, SQLITE_OPEN_READWRITE);
  if (!moment) return fail(moment.error());
  if (auto held = run(gate->get(), "BEGIN IMMEDIATE"); !held) return held;
  auto result = run(moment->get(), "BEGIN");
  // A transaction sees the moment of its first read.
  if (result) result = run(moment->get(), "SELECT COUNT(*) FROM sqlite_schema");
  if (result) result = meanwhile();
  gate->reset();
  if (!result) return result;
  auto copy = connect(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!copy) return fail(copy.error());
  return copy_pages(moment->get(), copy->get());
}

}  // namespace parley
