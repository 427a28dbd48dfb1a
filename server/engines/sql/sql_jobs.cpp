#include "engines/sql/job_row.hpp"
#include "engines/sql/sql_ports.hpp"
#include "engines/sql/statement.hpp"

namespace parley::sql {
namespace {

constexpr const char* kJobColumns =
    "SELECT j.id, j.kind, j.account_id, j.peer_id, j.flag, j.progress, j.attempts, j.created, j.not_before FROM jobs j";

class SqlJobs final : public Jobs {
 public:
  explicit SqlJobs(Database& database) : database_(database) {}

  void next_jobs(Executor& executor, Time now, std::uint32_t limit,
                 Completion<Result<std::vector<Job>>> done) override {
    database_.read<std::vector<Job>>(executor, std::move(done), [=](soci::session& s) {
      return select<JobRow>(s,
                            std::string(kJobColumns) +
                                " WHERE j.not_before <= :now AND NOT EXISTS (SELECT 1 FROM jobs e"
                                " WHERE e.account_id = j.account_id AND e.id < j.id AND e.not_before > :now_again"
                                " AND e.progress <> :settling)"
                                " ORDER BY CASE WHEN j.progress = :last THEN 1 ELSE 0 END, j.id LIMIT :most",
                            now, now, std::string(kSettling), std::string(kSettling), limit);
    });
  }

  void job_progress(Executor& executor, std::uint64_t id, std::string cursor, Completion<Result<void>> done) override {
    write(executor, std::move(done), "UPDATE jobs SET progress = :progress WHERE id = :id", std::move(cursor), id);
  }
  void job_failed(Executor& executor, std::uint64_t id, Time not_before, Completion<Result<void>> done) override {
    write(executor, std::move(done), "UPDATE jobs SET attempts = attempts + 1, not_before = :later WHERE id = :id",
          not_before, id);
  }
  void job_done(Executor& executor, std::uint64_t id, Completion<Result<void>> done) override {
    write(executor, std::move(done), "DELETE FROM jobs WHERE id = :id", id);
  }

 private:
  template <class... Values>
  void write(Executor& executor, Completion<Result<void>> done, const char* sql, Values... values) {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      change(s, sql, values...);
      return {};
    });
  }

  Database& database_;
};

}  // namespace

void insert_job(soci::session& session, JobKind kind, const AccountId& account, Time now, bool flag,
                const AccountId& peer) {
  change(session, "UPDATE counters SET value = value + 1 WHERE name = 'job'");
  const long long id = number(session, "SELECT value FROM counters WHERE name = 'job'");
  change(session,
         "INSERT INTO jobs (id, kind, account_id, peer_id, flag, progress, attempts, created, not_before)"
         " VALUES (:id, :kind, :account, :peer, :flag, '', 0, :created, 0)",
         id, kind, account, peer, flag, now);
}

std::vector<Job> list_jobs(soci::session& session, std::uint32_t limit) {
  return select<JobRow>(session, std::string(kJobColumns) + " ORDER BY j.id LIMIT :most", limit);
}

std::unique_ptr<Jobs> make_jobs(Database& database) {
  return std::make_unique<SqlJobs>(database);
}

}  // namespace parley::sql
