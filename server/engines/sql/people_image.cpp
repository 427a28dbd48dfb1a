#include "engines/sql/people_image.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <memory>

#include "engines/sql/job_row.hpp"
#include "engines/sql/statement.hpp"

namespace parley {
namespace {

using sql::change;
using sql::digest_of;
using sql::id_of;
using sql::into_all;
using sql::select;

struct AccountRow {
  std::string id, handle, name, about, avatar, password;
  long long created = 0, deleted = 0, disabled = 0, receipts = 0, last_seen_for = 0, online_for = 0, last_seen = 0;
  void into(soci::statement& s) {
    into_all(s, id, handle, name, about, avatar, created, deleted, disabled, receipts, last_seen_for, online_for,
             last_seen, password);
  }
  [[nodiscard]] AccountImage value() const {
    return {.id = id_of<AccountId>(id),
            .handle = handle,
            .display_name = name,
            .about = about,
            .avatar = avatar,
            .created = from_unix_ms(created),
            .deleted = from_unix_ms(deleted),
            .disabled = disabled != 0,
            .privacy = {.read_receipts = receipts != 0,
                        .last_seen = static_cast<Audience>(last_seen_for),
                        .online = static_cast<Audience>(online_for)},
            .last_seen = from_unix_ms(last_seen),
            .password_hash = password};
  }
};

struct RelationRow {
  std::string account, peer;
  long long created = 0;
  void into(soci::statement& s) { into_all(s, account, peer, created); }
  [[nodiscard]] RelationImage value() const {
    return {id_of<AccountId>(account), id_of<AccountId>(peer), from_unix_ms(created)};
  }
};

struct InvitationRow {
  std::string hash, by;
  long long uses = 0, created = 0, expires = 0;
  void into(soci::statement& s) { into_all(s, hash, by, uses, created, expires); }
  [[nodiscard]] InvitationImage value() const {
    return {.hash = digest_of(hash),
            .by = id_of<AccountId>(by),
            .uses_left = static_cast<std::uint64_t>(uses),
            .created = from_unix_ms(created),
            .expires = from_unix_ms(expires)};
  }
};

std::unique_ptr<soci::session> connect(const std::filesystem::path& file) {
  auto session = std::make_unique<soci::session>(soci::sqlite3, "db=\"" + file.string() + "\" timeout=10");
  *session << "PRAGMA foreign_keys = ON";
  *session << "PRAGMA trusted_schema = OFF";
  return session;
}

Error error_of(const soci::soci_error& thrown, const std::string& doing) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown);
  const int code = sqlite == nullptr ? 0 : sqlite->result() & 0xff;
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_CONSTRAINT;
  return {damaged ? ErrorCode::damaged : ErrorCode::store_unavailable, doing + ": " + thrown.get_error_message()};
}

PeopleImage read_all(soci::session& s) {
  PeopleImage image;
  image.accounts = select<AccountRow>(
      s,
      "SELECT a.id, a.handle, a.display_name, a.about, a.avatar, a.created, a.deleted_at, a.disabled, a.read_receipts,"
      " a.show_last_seen, a.show_online, a.last_seen, COALESCE(c.password_hash, '')"
      " FROM accounts a LEFT JOIN credentials c ON c.account_id = a.id ORDER BY a.id");
  image.contacts = select<RelationRow>(s, "SELECT account_id, peer_id, created FROM contacts ORDER BY 1, 2");
  image.blocks = select<RelationRow>(s, "SELECT account_id, peer_id, created FROM blocks ORDER BY 1, 2");
  image.invitations = select<InvitationRow>(
      s, "SELECT hash, created_by, uses_left, created, expires FROM sign_up_invitations ORDER BY hash");
  image.jobs = select<sql::JobRow>(
      s, "SELECT id, kind, account_id, peer_id, flag, progress, attempts, created, not_before FROM jobs ORDER BY id");
  image.last_job = static_cast<std::uint64_t>(sql::number(s, "SELECT value FROM counters WHERE name = 'job'"));
  return image;
}

void write_account(soci::session& s, const AccountImage& account) {
  change(s,
         "INSERT INTO accounts (id, handle, display_name, about, avatar, created, deleted_at, disabled, generation,"
         " read_receipts, show_last_seen, show_online, last_seen)"
         " VALUES (:id, :handle, :name, :about, :avatar, :created, :deleted, :disabled, 1, :receipts, :seen, :online,"
         " :last)",
         account.id, account.handle, account.display_name, account.about, account.avatar, account.created,
         account.deleted, account.disabled, account.privacy.read_receipts, account.privacy.last_seen,
         account.privacy.online, account.last_seen);
  if (account.password_hash.empty()) return;
  change(s, "INSERT INTO credentials (account_id, password_hash) VALUES (:id, :hash)", account.id,
         account.password_hash);
}

void write_all(soci::session& s, const PeopleImage& image) {
  for (const AccountImage& account : image.accounts) write_account(s, account);
  for (const RelationImage& one : image.contacts) {
    change(s, "INSERT INTO contacts (account_id, peer_id, created) VALUES (:account, :peer, :created)", one.account,
           one.peer, one.created);
  }
  for (const RelationImage& one : image.blocks) {
    change(s, "INSERT INTO blocks (account_id, peer_id, created) VALUES (:account, :peer, :created)", one.account,
           one.peer, one.created);
  }
  for (const InvitationImage& one : image.invitations) {
    change(s,
           "INSERT INTO sign_up_invitations (hash, created_by, uses_left, created, expires)"
           " VALUES (:hash, :by, :uses, :created, :expires)",
           one.hash, one.by, one.uses_left, one.created, one.expires);
  }
  for (const Job& job : image.jobs) {
    change(s,
           "INSERT INTO jobs (id, kind, account_id, peer_id, flag, progress, attempts, created, not_before)"
           " VALUES (:id, :kind, :account, :peer, :flag, :progress, :attempts, :created, :later)",
           job.id, job.kind, job.account, job.peer, job.flag, job.cursor, job.attempts, job.created, job.not_before);
  }
  change(s, "UPDATE counters SET value = :last WHERE name = 'job'", image.last_job);
}

}  // namespace

Result<PeopleImage> read_people(const std::filesystem::path& file, const std::function<Result<void>()>& meanwhile) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return fail(ErrorCode::not_found, "there is no database of people " + file.string());
  }
  try {
    auto gate = connect(file);
    auto moment = connect(file);
    *gate << "BEGIN IMMEDIATE";
    *moment << "BEGIN";
    // A transaction sees the moment of its first read.
    sql::number(*moment, "SELECT COUNT(*) FROM schema_version");
    if (auto result = meanwhile(); !result) return fail(result.error());
    gate.reset();
    return read_all(*moment);
  } catch (const soci::soci_error& thrown) {
    return fail(error_of(thrown, "the database of people cannot be read"));
  }
}

Result<void> write_people(const std::filesystem::path& file, const PeopleImage& image) {
  try {
    const auto session = connect(file);
    soci::transaction transaction(*session);
    write_all(*session, image);
    transaction.commit();
    return {};
  } catch (const soci::soci_error& thrown) {
    return fail(error_of(thrown, "the database of people cannot be filled"));
  }
}

}  // namespace parley
