// Accounts in memory: for tests and the simulator. Keeps every promise of the port but durability.
#pragma once

#include <functional>
#include <memory>

#include "ports/accounts.hpp"

namespace parley {

/// What goes wrong; what is empty does not.
struct MemoryAccountsFaults {
  /// Asked before every call that is to be answered on that executor: with an error nothing is done, and it is the
  /// answer.
  std::function<Result<void>(const Executor&)> call{};
  /// For so long the answer is on its way; what it says is of before.
  std::function<Duration(const Executor&)> answer_delay{};
};

std::unique_ptr<Accounts> make_memory_accounts(MemoryAccountsFaults faults = {});

}  // namespace parley
