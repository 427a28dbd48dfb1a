// Checks tokens on one io executor, without asking anybody: the keys and the revoked devices are brought to it.
#pragma once

#include <cstddef>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "node/accounts/access_token.hpp"
#include "node/accounts/opaque_tokens.hpp"
#include "node/io.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Made by whoever makes the io executor and handed to AccountsService::attach; lives on that executor alone. Until
/// `attach` has been answered for it, it knows no key and refuses everything.
class TokenVerifier final : public Authenticator {
 public:
  struct Options {
    Incarnation incarnation{};      // of the store that this server serves
    Duration resume_life{600'000};  // Limits::resume_token_ms
    std::size_t cached = 65'536;    // access tokens remembered, about 250 bytes each
  };
  TokenVerifier(const Signer& signer, const Clock& clock, Options options);

  /// Errors: unauthenticated, token_expired, device_revoked. A token that was verified is remembered by its hash.
  Result<Identity> access_token(std::string_view token) override;
  /// Errors as above. The session may go on for as long as its access token allowed.
  Result<Identity> resume_token(std::string_view token) override;
  /// Lives no longer than the session that asks for it.
  std::string make_resume_token(const Identity& identity) override;

  [[nodiscard]] bool is_revoked(const DeviceId& device) const { return revoked_.contains(device); }
  /// The document of /.well-known/jwks.json.
  [[nodiscard]] std::string jwks() const { return keys_ ? keys_->jwks : R"({"keys":[]})"; }

  /// `tell` is called once for each device that is revoked from now on, on this executor: its sessions have to end,
  /// with that error.
  void on_device_revoked(std::function<void(const DeviceId&, ErrorCode)> tell) {
    listeners_.push_back(std::move(tell));
  }

  // Called by AccountsService, on this executor.
  void set_keys(std::shared_ptr<const VerifyingKeys> keys);
  void set_resume_key(const Secret& key);
  /// Those known already are passed over; those revoked before `forget_before` are forgotten: nothing they hold lives.
  void revoke(std::span<const RevokedDevice> devices, Time forget_before, ErrorCode why = ErrorCode::device_revoked);

 private:
  Result<Identity> checked(const Identity& identity) const;
  void remember(const Digest& hash, const Identity& identity);

  const Signer& signer_;
  const Clock& clock_;
  const Options options_;
  std::shared_ptr<const VerifyingKeys> keys_;
  std::optional<Secret> resume_key_;
  std::map<DeviceId, Time> revoked_;
  std::vector<std::function<void(const DeviceId&, ErrorCode)>> listeners_;
  /// Digests are evenly spread as they are.
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const {
      std::size_t value = 0;
      std::memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };
  std::unordered_map<Digest, Identity, DigestHash> cache_;
  std::deque<const Digest*> cached_in_order_;  // the keys above, which stay where they are
};

}  // namespace parley
