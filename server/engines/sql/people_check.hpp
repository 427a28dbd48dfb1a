// The database of people as its operator checks it: read only, beside a running server or without one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace parley {

struct PeopleCheck {
  std::vector<std::string> problems;  // one line each
  std::vector<AccountId> accounts;    // all there are, deleted ones too, ascending
};
/// SQLite's own check of every page, foreign keys, and the version of the schema. Blocks. Errors: store_unavailable
/// (there is none, or it cannot be opened), damaged (it is no database).
Result<PeopleCheck> check_people(const std::filesystem::path& file);

/// Whether anybody ever signed up, whatever version the schema has. Errors as check_people.
Result<bool> has_accounts(const std::filesystem::path& file);

struct PeopleStats {
  std::uint64_t accounts = 0;  // without deleted ones
  std::uint64_t deleted = 0;
  std::uint64_t disabled = 0;
  std::uint64_t devices = 0;        // not revoked
  std::uint64_t created_day = 0;    // accounts made in the last 24 hours
  std::uint64_t created_week = 0;   // in the last 7 days
  std::uint64_t created_month = 0;  // in the last 30 days
};
/// Errors as check_people.
Result<PeopleStats> people_stats(const std::filesystem::path& file, Time now);

}  // namespace parley
