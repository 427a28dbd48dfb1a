// Reads an export of a whole store into stores that are empty (docs/export-format.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <string>

#include "base/result.hpp"
#include "ports/channel_store.hpp"

namespace parley::exchange {

struct Imported {
  std::uint64_t accounts = 0;
  std::uint64_t without_password = 0;  // accounts that live and have none
  std::uint64_t channels = 0;
  std::uint64_t events = 0;
  std::uint64_t new_chains = 0;  // channels whose hash chain is another than the exported one
};

/// `people` is a database without accounts, `channels` a store without channels that nobody else uses. `on_bytes` is
/// told how much was read and ends the work with false. Blocks. After an error both are to be thrown away. Errors:
/// malformed (names the line), damaged (what the export lacks or contradicts), store_unavailable, disk_full.
Result<Imported> import_store(std::istream& lines, const std::filesystem::path& people, ChannelStore& channels,
                              const std::function<bool(std::uint64_t)>& on_bytes);

}  // namespace parley::exchange
