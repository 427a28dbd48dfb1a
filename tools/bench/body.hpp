// What a message of the load generator says: who sent it, its number, when, and filler that cannot be compressed much.
// Every byte is checked at the other end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::bench {

struct Body {
  std::uint32_t run = 0;     // of this process's run
  std::uint32_t sender = 0;  // place in the channel
  std::uint64_t number = 0;  // 0, 1, 2 … of this sender in this channel
  std::int64_t sent_ns = 0;  // monotonic clock
};

inline constexpr std::size_t kBodyHeader = 48;

/// Appends `bytes` (at least kBodyHeader) of text.
void write_body(std::string& out, const Body& body, std::size_t bytes);
/// nullopt for a text that write_body did not make, or that was changed on the way.
std::optional<Body> read_body(std::string_view text);

}  // namespace parley::bench
