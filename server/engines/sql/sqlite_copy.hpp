// A copy of the SQLite database of people as of one moment that another store can share.
#pragma once

#include <filesystem>
#include <functional>

#include "base/result.hpp"

namespace parley {

/// Nobody writes to the database `file`, whichever process has it open, while `meanwhile` runs; writers wait (up to
/// their own patience of 10 s) and go on when it returns. Then the database as it was at that moment is copied to `to`,
/// which must not be there yet, while others write on. An error of `meanwhile` ends it. `to` is not synced. Blocks.
/// Errors: not_found; overloaded when writers leave no gap for 10 s; disk_full; damaged; store_unavailable.
Result<void> copy_sqlite(const std::filesystem::path& file, const std::filesystem::path& to,
                         const std::function<Result<void>()>& meanwhile);

}  // namespace parley
