// Refresh and resume tokens: bytes that say something to this server alone. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "ports/server_keys.hpp"
#include "ports/sign_ins.hpp"

namespace parley {

/// A link of a device's chain. The successor is derived from the token itself, so the same one can be given again
/// without having been stored, and what is stored (hashes, the server's key) is not enough to make any. The text
/// carries a tag under the server's key: only a token that was really issued can be told to be old, and so end a
/// sign-in.
struct RefreshToken {
  DeviceId device{};
  std::uint64_t counter = 1;
  Secret secret{};
};

std::string write_refresh_token(const Secret& key, const RefreshToken& token);
/// nullopt unless `write_refresh_token` made it with this key.
std::optional<RefreshToken> read_refresh_token(const Secret& key, std::string_view text);
RefreshToken successor_of(const Secret& key, const RefreshToken& token);
/// What is stored of it.
Digest hash_of(const RefreshToken& token);

/// Lets a session that dropped go on without asking anybody.
struct ResumeToken {
  AccountId account{};
  DeviceId device{};
  SignInGeneration generation = 0;
  Incarnation incarnation{};
  Time expires{};
  Time session_expires{};  // what the access token allowed
};

std::string write_resume_token(const Secret& key, const ResumeToken& token);
/// nullopt unless `write_resume_token` made it with this key. Says nothing about time or incarnation.
std::optional<ResumeToken> read_resume_token(const Secret& key, std::string_view text);

}  // namespace parley
