#include "contract/accounts_contract.hpp"
#include "engines/memory/accounts.hpp"
#include "engines/sql/sql_accounts.hpp"

namespace parley::contract {

std::vector<AccountsEngine> accounts_engines() {
  return {{"Memory", [](const std::filesystem::path&) { return make_memory_accounts(); }},
          {"Sqlite", [](const std::filesystem::path& folder) {
             auto opened = open_sqlite_accounts({.file = folder / "people.db"});
             if (!opened) throw std::runtime_error(opened.error().text());
             return *std::move(opened);
           }}};
}

}  // namespace parley::contract
