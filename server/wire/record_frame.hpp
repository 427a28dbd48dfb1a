// The frame of every stored value: [format byte][8 bytes XXH3-64, little endian][payload]. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::wire {

inline constexpr char kRecordFormat = 1;
inline constexpr std::size_t kRecordFrame = 9;

/// Completes `record`, whose first kRecordFrame bytes are free and whose rest is the payload.
void close_frame(std::string& record);
/// The payload, which points into `record`. `damaged` for another format or a checksum that does not fit.
Result<std::string_view> open_frame(std::string_view record);

}  // namespace parley::wire
