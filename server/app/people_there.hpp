// Channels without the people who are in them: a disk that was not mounted, or a file that was lost.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace parley {

class RocksChannelStore;

/// Fails where `channels` holds channels and `people` (people.sqlite) is not there or has no account. Lists the
/// channels only where nobody is there. Blocks. Errors: not_found, with a text that says what to do, and those of
/// reading.
Result<void> check_people_there(const std::filesystem::path& people, RocksChannelStore& channels);

}  // namespace parley
