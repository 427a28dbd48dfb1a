// What was wished of people rather than of channels has reached every channel when a run is over: blocks, hidden
// receipts, deleted accounts.
#pragma once

#include <string>
#include <vector>

#include "ports/accounts.hpp"
#include "sim/stored_log.hpp"

namespace parley::sim {

struct Wish {
  AccountId account;
  bool erased = false;  // if it was deleted, then with all that it wrote
};

/// `people`: all accounts, each as every one of them sees it: people[viewer][account].
using SeenPeople = std::map<AccountId, std::map<AccountId, Person>>;

void check_people(const StoredLogs& logs, const SeenPeople& people, const std::vector<Wish>& wishes,
                  std::vector<std::string>& broken);

}  // namespace parley::sim
