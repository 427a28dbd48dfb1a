#include "engines/rocksdb/log_format.hpp"

#include <rocksdb/file_checksum.h>

#include <array>
#include <bit>
#include <memory>

namespace parley::rocks {
namespace {

constexpr std::size_t kLength = 4;  // where they stand in a header
constexpr std::size_t kType = 6;
constexpr std::uint32_t kMaskDelta = 0xA282EAD8;
constexpr std::uint32_t kPolynomial = 0x82F63B78;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (auto it = bytes.rbegin(); it != bytes.rend(); ++it) value = value << 8U | static_cast<std::uint8_t>(*it);
  return value;
}

constexpr int kMaskBits = 15;
constexpr std::uint32_t masked(std::uint32_t sum) {
  return std::rotr(sum, kMaskBits) + kMaskDelta;
}
constexpr std::uint32_t unmasked(std::uint32_t sum) {
  return std::rotl(sum - kMaskDelta, kMaskBits);
}

std::uint32_t crc32c(std::string_view bytes) {
  static const auto factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  const auto sum = factory->CreateFileChecksumGenerator({});
  sum->Update(bytes.data(), bytes.size());
  sum->Finalize();
  const std::string big_endian = sum->GetChecksum();
  return std::byteswap(little_endian(big_endian));
}

/// How a checksum changes with the byte before its last one: by one more byte that is the same in both.
std::uint32_t one_byte_on(std::uint32_t difference) {
  for (int bit = 0; bit < 8; ++bit) difference = difference >> 1U ^ ((difference & 1U) != 0 ? kPolynomial : 0);
  return difference;
}

bool is_type(std::uint8_t type) {
  return type >= Fragment::full && type <= Fragment::last;
}

std::optional<Bit> flipped_in_length(std::string_view block, std::size_t at, std::uint32_t length, std::uint32_t sum) {
  if (!is_type(static_cast<std::uint8_t>(block[at + kType]))) return std::nullopt;
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const std::size_t other = length ^ (1U << bit);
    if (at + kFragmentHeader + other > block.size()) continue;
    if (crc32c(block.substr(at + kType, 1 + other)) == sum)
      return Bit{.byte = at + kLength + bit / 8, .mask = static_cast<std::uint8_t>(1U << bit % 8)};
  }
  return std::nullopt;
}

/// Checksums are linear: each bit changes them in its own way, whatever the others are.
std::optional<Bit> flipped_in_content(std::string_view content, std::uint32_t difference) {
  std::array<std::uint32_t, 8> of_bit{};
  for (std::size_t bit = 0; bit < of_bit.size(); ++bit) of_bit[bit] = one_byte_on(1U << bit);
  for (std::size_t byte = content.size(); byte-- > 0;) {
    for (std::size_t bit = 0; bit < of_bit.size(); ++bit) {
      if (of_bit[bit] == difference) return Bit{.byte = byte, .mask = static_cast<std::uint8_t>(1U << bit)};
      of_bit[bit] = one_byte_on(of_bit[bit]);
    }
  }
  return std::nullopt;
}

}  // namespace

Fragment read_fragment(std::string_view block, std::size_t at) {
  const std::size_t end = at + kFragmentHeader + little_endian(block.substr(at + kLength, 2));
  const auto type = static_cast<std::uint8_t>(block[at + kType]);
  if (!is_type(type) || end > block.size()) return {};
  if (crc32c(block.substr(at + kType, end - at - kType)) != unmasked(little_endian(block.substr(at, 4)))) return {};
  return {.end = end, .type = Fragment::Type(type), .sound = true};
}

std::optional<Bit> find_flipped_bit(std::string_view block, std::size_t at) {
  const std::uint32_t stored = little_endian(block.substr(at, 4));
  const std::uint32_t length = little_endian(block.substr(at + kLength, 2));
  if (auto bit = flipped_in_length(block, at, length, unmasked(stored))) return bit;
  if (at + kFragmentHeader + length > block.size()) return std::nullopt;

  const std::string_view content = block.substr(at + kType, 1 + length);
  const std::uint32_t sum = crc32c(content);
  if (auto bit = flipped_in_content(content, sum ^ unmasked(stored))) {
    const auto type = static_cast<std::uint8_t>(content[0]);
    if (!is_type(bit->byte == 0 ? type ^ bit->mask : type)) return std::nullopt;
    return Bit{.byte = at + kType + bit->byte, .mask = bit->mask};
  }
  const std::uint32_t wrong = masked(sum) ^ stored;
  if (!std::has_single_bit(wrong) || !is_type(static_cast<std::uint8_t>(content[0]))) return std::nullopt;
  const auto place = static_cast<std::size_t>(std::countr_zero(wrong));
  return Bit{.byte = at + place / 8, .mask = static_cast<std::uint8_t>(1U << place % 8)};
}

}  // namespace parley::rocks
