// RocksDB's log format (write-ahead log and MANIFEST): blocks of fragments, each with a checksum over all but its
// length. Internal to the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace parley::rocks {

constexpr std::size_t kLogBlock = 32'768;
constexpr std::size_t kFragmentHeader = 7;  // checksum 4, length 2, type 1

struct Fragment {
  enum Type : std::uint8_t { zero = 0, full = 1, first = 2, middle = 3, last = 4 };
  std::size_t end = 0;
  Type type = zero;
  bool sound = false;  // else the rest means nothing
  [[nodiscard]] bool begins_a_record() const { return type == full || type == first; }
  [[nodiscard]] bool is_continued() const { return type == first || type == middle; }
};

/// The fragment at `at` of a block; what a file holds of its last block is one too. `at` + kFragmentHeader must lie in
/// it.
Fragment read_fragment(std::string_view block, std::size_t at);

struct Bit {
  std::size_t byte = 0;
  std::uint8_t mask = 0;
};

/// The bit of the fragment at `at`, which is not sound, that makes it sound when it is flipped. Where there is one, it
/// was flipped: of a write that was cut short whole sectors are missing, and it fits once in 2^32 for each bit that it
/// has.
std::optional<Bit> find_flipped_bit(std::string_view block, std::size_t at);

}  // namespace parley::rocks
