// The PROXY protocol, versions 1 and 2: what a proxy says of its client before the client's own bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/address.hpp"

namespace parley {

struct ProxyHeader {
  std::optional<AddressKey> client;  // nothing where the proxy speaks for itself (LOCAL, UNKNOWN): a health check
  bool secure = false;               // the client spoke TLS with the proxy (version 2 alone can tell)
};

/// Takes the header off the front of a connection, in pieces as they come. Strict: what the specification does not
/// allow has failed, and so has a header that is too long.
class ProxyHeaderParser {
 public:
  enum class State : std::uint8_t { incomplete, complete, failed };
  /// The longest line of version 1, its end included, as the specification counts.
  static constexpr std::size_t kMaxText = 107;
  /// Version 2, extensions included: no proxy comes near it.
  static constexpr std::size_t kMaxBinary = 2048;

  /// Takes what belongs to the header; returns how many bytes from the front of `bytes` that was. Those behind belong
  /// to the client.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const { return state_; }
  /// Once complete.
  [[nodiscard]] const ProxyHeader& header() const { return header_; }

 private:
  /// Bytes until the next decision can be made; 0 when state() has changed.
  std::size_t wanted();
  std::size_t wanted_text();
  std::size_t wanted_binary();
  [[nodiscard]] bool read_text();
  [[nodiscard]] bool read_binary();
  [[nodiscard]] bool read_extensions(std::string_view bytes);

  std::string seen_;
  State state_ = State::incomplete;
  ProxyHeader header_;
};

}  // namespace parley
