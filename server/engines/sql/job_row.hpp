// A row of the table of jobs, as every query of it reads one.
#pragma once

#include <string>

#include "engines/sql/statement.hpp"
#include "ports/jobs.hpp"

namespace parley::sql {

struct JobRow {
  long long id = 0, kind = 0, flag = 0, attempts = 0, created = 0, not_before = 0;
  std::string account, peer, progress;
  void into(soci::statement& s) { into_all(s, id, kind, account, peer, flag, progress, attempts, created, not_before); }
  [[nodiscard]] Job value() const {
    return {.id = static_cast<std::uint64_t>(id),
            .kind = static_cast<JobKind>(kind),
            .account = id_of<AccountId>(account),
            .peer = id_of<AccountId>(peer),
            .flag = flag != 0,
            .cursor = progress,
            .attempts = static_cast<std::uint32_t>(attempts),
            .created = from_unix_ms(created),
            .not_before = from_unix_ms(not_before)};
  }
};

}  // namespace parley::sql
