// Accounts in memory: for tests and the simulator. Keeps every promise of the port but durability.
#pragma once

#include <memory>

#include "ports/accounts.hpp"

namespace parley {

std::unique_ptr<Accounts> make_memory_accounts();

}  // namespace parley
