// Accounts in a relational database, through SOCI: SQLite on one machine. The SQL is kept to what PostgreSQL (with
// collation "C" and serialisable transactions) understands as well.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "ports/accounts.hpp"

namespace parley {

struct SqliteOptions {
  std::filesystem::path file;    // made if it is not there, readable by its owner alone; its folder must exist
  std::uint32_t readers = 1;     // threads, each with a connection of its own; the writer is one more
  std::uint32_t queue = 20'000;  // calls waiting for the writer, and for the readers; more are `overloaded`
};

/// Opens the database and brings its schema up to date. Errors: store_unavailable with a text that says what to do,
/// also for a schema that is newer than this program.
Result<std::unique_ptr<Accounts>> open_sqlite_accounts(SqliteOptions options);

}  // namespace parley
