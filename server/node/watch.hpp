// May this account watch those? Only people who share a channel and have not blocked each other, and only what the
// watched one's privacy switches tell.
#pragma once

#include <vector>

#include "node/hub.hpp"
#include "node/io.hpp"

namespace parley {

/// Those of `accounts` that exist, in order; what may not be seen is false. `done` runs on the io executor.
void check_watch(Io& io, const AccountId& viewer, std::vector<AccountId> accounts,
                 Completion<Result<std::vector<Hub::Watched>>> done);

}  // namespace parley
