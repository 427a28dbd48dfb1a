#include "engines/sql/sql_ports.hpp"
#include "engines/sql/statement.hpp"

namespace parley::sql {
namespace {

struct InvitationRow {
  std::string hash, by;
  long long uses = 0, created = 0, expires = 0;
  void into(soci::statement& s) { into_all(s, hash, by, uses, created, expires); }
  [[nodiscard]] SignUpInvitation value() const {
    return {.hash = digest_of(hash),
            .by = id_of<AccountId>(by),
            .uses = static_cast<std::uint32_t>(uses),
            .created = from_unix_ms(created),
            .expires = from_unix_ms(expires)};
  }
};

class SqlOversight final : public Oversight {
 public:
  explicit SqlOversight(Database& database) : database_(database) {}

  void people(Executor& executor, PeopleList what, Completion<Result<std::vector<Person>>> done) override {
    database_.read<std::vector<Person>>(executor, std::move(done),
                                        [what = std::move(what)](soci::session& s) { return list_people(s, what); });
  }

  void invitations(Executor& executor, Time now, Completion<Result<std::vector<SignUpInvitation>>> done) override {
    database_.read<std::vector<SignUpInvitation>>(executor, std::move(done), [=](soci::session& s) {
      return select<InvitationRow>(s,
                                   "SELECT hash, created_by, uses_left, created, expires FROM sign_up_invitations"
                                   " WHERE uses_left > 0 AND expires > :now ORDER BY created, hash",
                                   now);
    });
  }

  void revoke_invitation(Executor& executor, Digest hash, Completion<Result<void>> done) override {
    write(executor, std::move(done), ErrorCode::invitation_invalid,
          "DELETE FROM sign_up_invitations WHERE hash = :hash", hash);
  }

  void jobs(Executor& executor, std::uint32_t limit, Completion<Result<std::vector<Job>>> done) override {
    database_.read<std::vector<Job>>(executor, std::move(done), [=](soci::session& s) { return list_jobs(s, limit); });
  }

  void retry_job(Executor& executor, std::uint64_t id, Completion<Result<void>> done) override {
    write(executor, std::move(done), ErrorCode::not_found, "UPDATE jobs SET not_before = 0 WHERE id = :id", id);
  }

 private:
  /// `missing` where no row was changed.
  template <class Value>
  void write(Executor& executor, Completion<Result<void>> done, ErrorCode missing, const char* sql, Value value) {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      if (change(s, sql, value) == 0) return fail(missing);
      return {};
    });
  }

  Database& database_;
};

}  // namespace

std::unique_ptr<Oversight> make_oversight(Database& database) {
  return std::make_unique<SqlOversight>(database);
}

}  // namespace parley::sql
