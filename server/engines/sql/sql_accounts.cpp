#include "engines/sql/sql_accounts.hpp"

#include <fcntl.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "engines/sql/migrations.hpp"
#include "engines/sql/sql_ports.hpp"

namespace parley {
namespace {

class SqlAccounts final : public Accounts {
 public:
  SqlAccounts(std::unique_ptr<soci::session> writer, sql::Sessions readers, const SqliteOptions& options)
      : database_(std::move(writer), std::move(readers), options.queue),
        sign_ins_(sql::make_sign_ins(database_)),
        people_(sql::make_people(database_)),
        jobs_(sql::make_jobs(database_)),
        keys_(sql::make_keys(database_)),
        oversight_(sql::make_oversight(database_)) {}
  SignIns& sign_ins() override { return *sign_ins_; }
  People& people() override { return *people_; }
  Jobs& jobs() override { return *jobs_; }
  ServerKeys& keys() override { return *keys_; }
  Oversight& oversight() override { return *oversight_; }

 private:
  sql::Database database_;
  std::unique_ptr<SignIns> sign_ins_;
  std::unique_ptr<People> people_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<ServerKeys> keys_;
  std::unique_ptr<Oversight> oversight_;
};

/// Makes the file if need be. SQLite gives its log the same permissions.
Result<void> make_private(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  const bool made = descriptor >= 0 && ::fchmod(descriptor, S_IRUSR | S_IWUSR) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (made) return {};
  return fail(ErrorCode::store_unavailable,
              "Cannot open the database of people " + file.string() + ": " + std::generic_category().message(error));
}

std::unique_ptr<soci::session> connect(const std::filesystem::path& file) {
  auto session = std::make_unique<soci::session>(soci::sqlite3, "db=\"" + file.string() + "\" timeout=10");
  std::string mode;
  *session << "PRAGMA journal_mode = WAL", soci::into(mode);
  if (mode != "wal") throw soci::soci_error("the file system cannot hold a write-ahead log");
  *session << "PRAGMA synchronous = FULL";
  *session << "PRAGMA foreign_keys = ON";
  *session << "PRAGMA trusted_schema = OFF";
  *session << "PRAGMA secure_delete = ON";
  return session;
}

}  // namespace

Result<std::unique_ptr<Accounts>> open_sqlite_accounts(SqliteOptions options) {
  // A quote would end the name in SOCI's connection string.
  if (options.file.string().find('"') != std::string::npos) {
    return fail(ErrorCode::store_unavailable, "The path of the database of people must not hold a quote.");
  }
  if (const auto made = make_private(options.file); !made) return fail(made.error());
  try {
    auto writer = connect(options.file);
    if (const auto migrated = sql::migrate(*writer); !migrated) return fail(migrated.error());
    sql::Sessions readers;
    for (std::uint32_t i = 0; i < std::max(options.readers, 1U); ++i) readers.push_back(connect(options.file));
    return std::make_unique<SqlAccounts>(std::move(writer), std::move(readers), options);
  } catch (const soci::soci_error& thrown) {
    return fail(ErrorCode::store_unavailable,
                "Cannot open the database of people " + options.file.string() + ": " + thrown.get_error_message());
  }
}

}  // namespace parley
