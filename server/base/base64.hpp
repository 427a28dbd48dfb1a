// Base64 (RFC 4648 §4, padded) and base64url (§5, unpadded). Decoding is strict: no white space, no foreign
// characters, no bits left over, so that one value has one text per alphabet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley {

std::string base64_encode(std::string_view bytes);
/// Without padding, as JWT (RFC 7515) and links use it.
std::string base64url_encode(std::string_view bytes);

/// Standard alphabet; padding required.
std::optional<std::string> base64_decode(std::string_view text);
/// URL alphabet; padding refused.
std::optional<std::string> base64url_decode(std::string_view text);
/// Either alphabet (not mixed), padded correctly or not at all: what proto3 JSON allows for bytes.
std::optional<std::string> base64_decode_any(std::string_view text);

}  // namespace parley
