// Identifiers: 16 bytes each, one C++ type per kind of thing, so that a raw integer or another kind of id does not
// compile. Text form is the canonical lower-case UUID of RFC 9562.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

using IdBytes = std::array<std::uint8_t, 16>;

/// Canonical 36-character lower-case UUID text.
std::string to_uuid_text(const IdBytes& bytes);
/// Accepts canonical UUID text (either case) only; nullopt for anything else.
std::optional<IdBytes> parse_uuid_text(std::string_view text);
/// Accepts UUID text, or base64 / base64url of the 16 bytes, padded or not (the form ids have in proto3 JSON).
std::optional<IdBytes> parse_id_text(std::string_view text);
/// UUID version 7: 48 bits of milliseconds since the Unix epoch, then 74 random bits taken from `random` (10 bytes).
IdBytes make_uuid_v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random);
/// The least UUID of the same millisecond that is greater, for ids that have to ascend (RFC 9562, 6.2, method 2).
IdBytes next_uuid_v7(const IdBytes& bytes);
/// True for ids that ascend with time.
inline bool is_uuid_v7(const IdBytes& bytes) {
  return bytes[6] >> 4 == 7;
}
/// UUID version 8 from the first 16 bytes of a digest.
IdBytes make_uuid_v8(std::string_view digest);

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(const IdBytes& bytes) : bytes_(bytes) {}

  /// nullopt unless `bytes` is exactly 16 bytes long.
  static std::optional<Id> from_bytes(std::string_view bytes) {
    if (bytes.size() != 16) return std::nullopt;
    Id id;
    std::memcpy(id.bytes_.data(), bytes.data(), 16);
    return id;
  }
  static std::optional<Id> parse(std::string_view text) {
    auto bytes = parse_id_text(text);
    if (!bytes) return std::nullopt;
    return Id(*bytes);
  }

  [[nodiscard]] constexpr const IdBytes& bytes() const { return bytes_; }
  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }
  [[nodiscard]] std::string str() const { return to_uuid_text(bytes_); }
  /// True for the all-zero id, which stands for "none" and is never given to anything.
  [[nodiscard]] constexpr bool is_nil() const { return bytes_ == IdBytes{}; }

  friend constexpr auto operator<=>(const Id&, const Id&) = default;
  friend constexpr bool operator==(const Id&, const Id&) = default;

 private:
  IdBytes bytes_{};
};

using AccountId = Id<struct AccountTag>;
using DeviceId = Id<struct DeviceTag>;
using ChannelId = Id<struct ChannelTag>;
using SendId = Id<struct SendTag>;
using InvitationId = Id<struct InvitationTag>;
using NodeId = Id<struct NodeTag>;
/// Identity of a store's history; a restore makes a new one.
using Incarnation = Id<struct IncarnationTag>;

/// Position of an event in its channel: 1, 2, 3 … without a gap. 0 means "before the first".
using Seq = std::uint64_t;

/// Partitions are logical and fixed when a store is created (part of its format).
inline constexpr std::uint32_t kPartitions = 256;
using PartitionId = std::uint32_t;

/// A channel's id says its partition: the last byte.
constexpr PartitionId partition_of(const ChannelId& id) {
  return id.bytes()[15];
}

/// Names a holder of a partition in time: a higher epoch has taken over from every lower one.
using Epoch = std::uint64_t;
/// Counts a partition's commits; grows by one with each.
using Position = std::uint64_t;

}  // namespace parley

template <class Tag>
struct std::hash<parley::Id<Tag>> {
  std::size_t operator()(const parley::Id<Tag>& id) const noexcept {
    // Ids are random or digests in their low half; mixing both halves also spreads ids made in one millisecond.
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::memcpy(&high, id.bytes().data(), 8);
    std::memcpy(&low, id.bytes().data() + 8, 8);
    return static_cast<std::size_t>(low ^ (high * 0x9E3779B97F4A7C15ULL));
  }
};
