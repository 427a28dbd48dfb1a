// Reads the fields of a message one by one and remembers the first that is wrong, so that a reader is a plain list of
// fields and a refusal names the field.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"

namespace parley::wire {

/// The largest number that JavaScript keeps exactly; no seq, epoch or time of ours comes near it.
inline constexpr std::uint64_t kMaxNumber = 1ULL << 53;

class Fields {
 public:
  void require(bool holds, std::string_view field, std::string_view rule) {
    if (holds || failed()) return;
    error_.reserve(field.size() + 2 + rule.size());
    error_.append(field).append(": ").append(rule);
  }
  [[nodiscard]] bool failed() const { return !error_.empty(); }
  /// "field: rule", for people.
  [[nodiscard]] const std::string& error() const { return error_; }

  template <class I>
  I id(std::string_view bytes, std::string_view field) {
    const std::optional<I> id = I::from_bytes(bytes);
    require(id.has_value() && !id->is_nil(), field, "an id is needed: 16 bytes, not all zero");
    return id.value_or(I{});
  }
  /// Empty reads as nil.
  template <class I>
  I id_or_nil(std::string_view bytes, std::string_view field) {
    if (bytes.empty()) return I{};
    const std::optional<I> id = I::from_bytes(bytes);
    require(id.has_value(), field, "an id has 16 bytes");
    return id.value_or(I{});
  }
  template <class I, class Repeated>
  std::vector<I> ids(const Repeated& repeated, std::string_view field) {
    std::vector<I> out;
    out.reserve(static_cast<std::size_t>(repeated.size()));
    for (const auto& bytes : repeated) out.push_back(id<I>(bytes, field));
    return out;
  }
  Digest digest(std::string_view bytes, std::string_view field) {
    Digest digest{};
    require(bytes.size() == digest.size(), field, "a digest has 32 bytes");
    std::memcpy(digest.data(), bytes.data(), std::min(bytes.size(), digest.size()));
    return digest;
  }
  Seq seq(std::uint64_t value, std::string_view field) {
    require(value > 0 && value <= kMaxNumber, field, "a seq is needed: 1 to 2^53");
    return value;
  }
  /// An enum of chat from the same number in protobuf.
  template <class E>
  E choice(int value, E lowest, E highest, std::string_view field) {
    const bool known = value >= static_cast<int>(lowest) && value <= static_cast<int>(highest);
    require(known, field, "not a known value");
    return known ? static_cast<E>(value) : lowest;
  }

 private:
  std::string error_;
};

/// A nil id is written as nothing.
template <class I>
void put_id(const I& id, std::string* out) {
  if (id.is_nil()) {
    out->clear();
  } else {
    out->assign(id.view());
  }
}

}  // namespace parley::wire
