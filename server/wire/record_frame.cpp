#include "wire/record_frame.hpp"

#include <cstdint>

#include "base/assert.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace parley::wire {
namespace {

constexpr std::size_t kChecksum = 8;

std::uint64_t load_little_endian(const char* from) {
  std::uint64_t value = 0;
  for (std::size_t i = kChecksum; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(from[i]);
  return value;
}

void store_little_endian(std::uint64_t value, char* to) {
  for (std::size_t i = 0; i < kChecksum; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

}  // namespace

void close_frame(std::string& record) {
  PARLEY_ASSERT(record.size() >= kRecordFrame);
  // The checksum covers format byte and payload, which the checksum itself keeps apart: the byte in front of the
  // payload holds the format byte for a moment, and one call does it.
  record[kChecksum] = kRecordFormat;
  const std::uint64_t sum = XXH3_64bits(record.data() + kChecksum, record.size() - kChecksum);
  record[0] = kRecordFormat;
  store_little_endian(sum, record.data() + 1);
}

Result<std::string_view> open_frame(std::string_view record) {
  if (record.size() < kRecordFrame) return fail(ErrorCode::damaged, "record is shorter than its frame");
  if (record[0] != kRecordFormat) return fail(ErrorCode::damaged, "record has an unknown format");
  const std::string_view payload = record.substr(kRecordFrame);
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, record.data(), 1);
  XXH3_64bits_update(&state, payload.data(), payload.size());
  if (XXH3_64bits_digest(&state) != load_little_endian(record.data() + 1)) {
    return fail(ErrorCode::damaged, "record does not match its checksum");
  }
  return payload;
}

}  // namespace parley::wire
