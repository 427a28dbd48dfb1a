#include "node/accounts/token_verifier.hpp"

#include <algorithm>

namespace parley {

TokenVerifier::TokenVerifier(const Signer& signer, const Clock& clock, Options options)
    : signer_(signer), clock_(clock), options_(options) {}

Result<Identity> TokenVerifier::checked(const Identity& identity) const {
  if (is_revoked(identity.device)) return fail(ErrorCode::device_revoked);
  if (clock_.now() >= identity.expires) return fail(ErrorCode::token_expired);
  return identity;
}

Result<Identity> TokenVerifier::access_token(std::string_view token) {
  if (!keys_ || token.size() > kAccessTokenBytes) return fail(ErrorCode::unauthenticated);
  const Digest hash = sha256({token});
  if (const auto found = cache_.find(hash); found != cache_.end()) return checked(found->second);
  const auto claims = read_access_token(token, signer_, *keys_, clock_.now());
  if (!claims) return fail(claims.error());
  const Identity identity{.account = claims->account,
                          .device = claims->device,
                          .expires = claims->expires,
                          .generation = claims->generation};
  remember(hash, identity);
  return checked(identity);
}

Result<Identity> TokenVerifier::resume_token(std::string_view token) {
  if (!resume_key_) return fail(ErrorCode::unauthenticated);
  const auto resume = read_resume_token(*resume_key_, token);
  if (!resume || resume->incarnation != options_.incarnation) return fail(ErrorCode::unauthenticated);
  if (clock_.now() >= resume->expires) return fail(ErrorCode::token_expired);
  return checked({.account = resume->account,
                  .device = resume->device,
                  .expires = resume->session_expires,
                  .generation = resume->generation});
}

std::string TokenVerifier::make_resume_token(const Identity& identity) {
  if (!resume_key_) return {};
  return write_resume_token(*resume_key_, {.account = identity.account,
                                           .device = identity.device,
                                           .generation = identity.generation,
                                           .incarnation = options_.incarnation,
                                           .expires = std::min(clock_.now() + options_.resume_life, identity.expires),
                                           .session_expires = identity.expires});
}

void TokenVerifier::remember(const Digest& hash, const Identity& identity) {
  const Time now = clock_.now();
  while (!cached_in_order_.empty()) {
    const auto oldest = cache_.find(*cached_in_order_.front());
    if (cache_.size() < options_.cached && oldest->second.expires > now) break;
    cache_.erase(oldest);
    cached_in_order_.pop_front();
  }
  if (const auto [entry, fresh] = cache_.emplace(hash, identity); fresh) cached_in_order_.push_back(&entry->first);
}

void TokenVerifier::set_keys(std::shared_ptr<const VerifyingKeys> keys) {
  // A key that was taken away takes its tokens with it.
  cache_.clear();
  cached_in_order_.clear();
  keys_ = std::move(keys);
}

void TokenVerifier::set_resume_key(const Secret& key) {
  resume_key_ = key;
}

void TokenVerifier::revoke(std::span<const RevokedDevice> devices, Time forget_before, ErrorCode why) {
  std::erase_if(revoked_, [&](const auto& entry) { return entry.second < forget_before; });
  for (const auto& one : devices) {
    if (one.at < forget_before || !revoked_.emplace(one.device, one.at).second) continue;
    for (const auto& tell : listeners_) tell(one.device, why);
  }
}

}  // namespace parley
