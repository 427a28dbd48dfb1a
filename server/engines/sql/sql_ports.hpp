// The ports of Accounts over one Database, and what their transactions share.
#pragma once

#include <memory>

#include "engines/sql/database.hpp"
#include "ports/accounts.hpp"

namespace parley::sql {

std::unique_ptr<SignIns> make_sign_ins(Database& database);
std::unique_ptr<People> make_people(Database& database);
std::unique_ptr<Jobs> make_jobs(Database& database);
std::unique_ptr<ServerKeys> make_keys(Database& database);
std::unique_ptr<Oversight> make_oversight(Database& database);

/// Part of the caller's transaction.
void insert_job(soci::session& session, JobKind kind, const AccountId& account, Time now, bool flag = false,
                const AccountId& peer = {});
/// Whether the account exists and is not deleted.
bool is_live(soci::session& session, const AccountId& account);
std::vector<Person> list_people(soci::session& session, const PeopleList& what);
std::vector<Job> list_jobs(soci::session& session, std::uint32_t limit);

}  // namespace parley::sql
