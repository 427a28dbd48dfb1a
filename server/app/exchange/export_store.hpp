// Writes a whole store as JSON Lines (docs/export-format.md), as far as it can be read.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engines/sql/people_image.hpp"
#include "ports/channel_store.hpp"

namespace parley::exchange {

/// Raised with every change that an older program would misread.
inline constexpr std::uint32_t kFormat = 1;

struct Exported {
  std::uint64_t accounts = 0;
  std::uint64_t channels = 0;
  std::uint64_t events = 0;
  std::uint64_t damaged = 0;
};

/// Takes each line, with its end; false ends the work.
using LineSink = std::function<bool(std::string_view line)>;

struct ExportSource {
  Result<PeopleImage> people;  // an error is the first damage
  ChannelStoreScan& channels;
  /// Asked where `channels` cannot list them: those that can be found in another way, ascending.
  std::function<std::vector<ChannelId>()> channels_otherwise;
};

/// The same store gives the same bytes, whatever program exported it when. Damage is told in lines and counted; only a
/// sink that ends is an error. Blocks.
Result<Exported> export_store(const ExportSource& source, bool credentials, const LineSink& sink);

}  // namespace parley::exchange
