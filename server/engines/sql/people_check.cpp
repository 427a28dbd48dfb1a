#include "engines/sql/people_check.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engines/sql/migrations.hpp"

namespace parley {
namespace {

struct Closer {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Handle = std::unique_ptr<sqlite3, Closer>;
using Row = std::function<void(sqlite3_stmt*)>;

Error error_of(sqlite3* database, const std::filesystem::path& file) {
  const int code = database == nullptr ? SQLITE_NOMEM : sqlite3_errcode(database) & 0xff;
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return {damaged ? ErrorCode::damaged : ErrorCode::store_unavailable,
          fmt::format("cannot read the database of people {}: {}", file.string(),
                      database == nullptr ? "no memory" : sqlite3_errmsg(database))};
}

Result<Handle> open_as(const std::string& name, int flags, const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, SQLITE_OPEN_READONLY | flags, nullptr);
  Handle handle(raw);
  if (code != SQLITE_OK) return fail(error_of(raw, file));
  sqlite3_busy_timeout(raw, 10'000);
  // The first look at the file, and so the first need of one that readers share.
  if (sqlite3_exec(raw, "SELECT 1 FROM sqlite_master", nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(error_of(raw, file));
  }
  return handle;
}

/// `name` with what means something else in an address.
std::string address_of(const std::filesystem::path& file) {
  std::string address = "file:";
  for (const char c : file.string())
    address += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02x}", c) : std::string(1, c);
  return address + "?immutable=1";
}

Result<Handle> open(const std::filesystem::path& file) {
  auto opened = open_as(file.string(), 0, file);
  if (opened || opened.error().code == ErrorCode::damaged) return opened;
  // On a disk that is full or mounted to be read only SQLite cannot make the file that readers share. Nobody writes
  // where there is no log either.
  std::error_code error;
  if (!std::filesystem::exists(file, error) || std::filesystem::exists(file.string() + "-wal", error)) return opened;
  auto alone = open_as(address_of(file), SQLITE_OPEN_URI, file);
  return alone ? std::move(alone) : std::move(opened);
}

Result<void> query(const Handle& database, const std::filesystem::path& file, const std::string& sql, const Row& row) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &statement, nullptr);
  const auto finalize = [](sqlite3_stmt* one) { sqlite3_finalize(one); };
  const std::unique_ptr<sqlite3_stmt, decltype(finalize)> owner(statement, finalize);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) row(statement);
  }
  if (code != SQLITE_DONE) return fail(error_of(database.get(), file));
  return {};
}

std::string_view text(sqlite3_stmt* row, int column) {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return bytes == nullptr ? std::string_view() : std::string_view(bytes);
}

}  // namespace

Result<PeopleCheck> check_people(const std::filesystem::path& file) {
  auto database = open(file);
  if (!database) return fail(database.error());
  PeopleCheck check;
  auto checked = query(*database, file, "PRAGMA integrity_check", [&](sqlite3_stmt* row) {
    if (text(row, 0) != "ok") check.problems.emplace_back(text(row, 0));
  });
  if (!checked) return fail(checked.error());
  checked = query(*database, file, "PRAGMA foreign_key_check", [&](sqlite3_stmt* row) {
    check.problems.push_back(
        fmt::format("row {} of {} points at a row of {} that is not there", text(row, 1), text(row, 0), text(row, 2)));
  });
  if (!checked) return fail(checked.error());
  checked = query(*database, file, "SELECT COALESCE(MAX(version), 0) FROM schema_version", [&](sqlite3_stmt* row) {
    const int version = sqlite3_column_int(row, 0);
    if (version == sql::known_schema()) return;
    check.problems.push_back(
        fmt::format("the schema has version {}; this program's is {}", version, sql::known_schema()));
  });
  if (!checked) return fail(checked.error());
  checked = query(*database, file, "SELECT id FROM accounts", [&](sqlite3_stmt* row) {
    if (const auto id = AccountId::parse(text(row, 0))) {
      check.accounts.push_back(*id);
    } else {
      check.problems.emplace_back("an account has an id that is none");
    }
  });
  if (!checked) return fail(checked.error());
  std::ranges::sort(check.accounts);
  return check;
}

Result<bool> has_accounts(const std::filesystem::path& file) {
  auto database = open(file);
  if (!database) return fail(database.error());
  bool found = false;
  const Row is_there = [&](sqlite3_stmt* row) { found = sqlite3_column_int(row, 0) != 0; };
  for (const char* sql : {"SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'accounts'",
                          "SELECT EXISTS (SELECT 1 FROM accounts)"}) {
    if (auto asked = query(*database, file, sql, is_there); !asked) return fail(asked.error());
    if (!found) break;
  }
  return found;
}

Result<PeopleStats> people_stats(const std::filesystem::path& file, Time now) {
  auto database = open(file);
  if (!database) return fail(database.error());
  PeopleStats stats;
  const auto count = [&](const std::string& sql, std::uint64_t& into) {
    return query(*database, file, sql,
                 [&](sqlite3_stmt* row) { into = static_cast<std::uint64_t>(sqlite3_column_int64(row, 0)); });
  };
  const auto since = [&](int days) {
    return fmt::format("SELECT COUNT(*) FROM accounts WHERE deleted_at = 0 AND created > {}",
                       to_unix_ms(now) - std::int64_t{days} * 86'400'000);
  };
  const std::pair<std::string, std::uint64_t*> questions[] = {
      {"SELECT COUNT(*) FROM accounts WHERE deleted_at = 0", &stats.accounts},
      {"SELECT COUNT(*) FROM accounts WHERE deleted_at <> 0", &stats.deleted},
      {"SELECT COUNT(*) FROM accounts WHERE deleted_at = 0 AND disabled <> 0", &stats.disabled},
      {"SELECT COUNT(*) FROM devices WHERE revoked_at = 0", &stats.devices},
      {since(1), &stats.created_day},
      {since(7), &stats.created_week},
      {since(30), &stats.created_month}};
  for (const auto& [sql, into] : questions) {
    if (auto done = count(sql, *into); !done) return fail(done.error());
  }
  return stats;
}

}  // namespace parley
