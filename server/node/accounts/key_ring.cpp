#include "node/accounts/key_ring.hpp"

#include <algorithm>

#include "base/base64.hpp"

namespace parley {

KeyRing::KeyRing(ServerKeys& store, const Signer& signer, const Clock& clock, Random& random, Executor& home,
                 Options options)
    : store_(store), signer_(signer), clock_(clock), random_(random), home_(home), options_(options) {}

void KeyRing::refresh(Completion<Result<void>> done) {
  load_secret("refresh", &KeyRing::refresh_key_, [this, done = std::move(done)](Result<void> loaded) mutable {
    if (!loaded) return done(std::move(loaded));
    load_secret("resume", &KeyRing::resume_key_, [this, done = std::move(done)](Result<void> also) mutable {
      if (!also) return done(std::move(also));
      load_signing_keys(std::move(done));
    });
  });
}

Secret KeyRing::random_secret() {
  Secret secret{};
  random_.fill(secret);
  return secret;
}

void KeyRing::load_secret(const char* name, std::optional<Secret> KeyRing::* where, Completion<Result<void>> done) {
  if (this->*where) return done({});
  store_.secret(home_, name, random_secret(), [this, where, done = std::move(done)](Result<Secret> secret) mutable {
    if (!secret) return done(fail(secret.error()));
    this->*where = *secret;
    done({});
  });
}

void KeyRing::load_signing_keys(Completion<Result<void>> done) {
  store_.signing_keys(home_, [this, done = std::move(done)](Result<std::vector<SigningKey>> keys) mutable {
    if (!keys) return done(fail(keys.error()));
    const Time now = clock_.now();
    if (!keys->empty() && now < keys->back().created + options_.signing_key_life) {
      use(*std::move(keys));
      return done({});
    }
    SigningKey fresh{.kid = {}, .seed = random_secret(), .created = now};
    const Ed25519PublicKey public_key = signer_.public_key(fresh.seed);
    fresh.kid = base64url_encode(view(sha256({"kid", view(public_key)})).substr(0, 12));
    // A key signs until its successor is made, so it may go when the tokens of that moment have expired.
    const Time drop_before = now - options_.signing_key_life - options_.token_life;
    store_.rotate_signing_key(home_, keys->empty() ? "" : keys->back().kid, fresh, drop_before,
                              [this, done = std::move(done)](Result<std::vector<SigningKey>> rotated) mutable {
                                if (!rotated) return done(fail(rotated.error()));
                                use(*std::move(rotated));
                                done({});
                              });
  });
}

void KeyRing::use(std::vector<SigningKey> keys) {
  // All but the newest stopped signing when their successor was made.
  const Time now = clock_.now();
  for (std::size_t i = 0; i + 1 < keys.size();) {
    if (keys[i + 1].created + options_.token_life < now) {
      keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  const bool same = std::ranges::equal(keys, signing_keys_, {}, &SigningKey::kid, &SigningKey::kid);
  if (same) return;
  signing_keys_ = std::move(keys);
  published_ = publish(signer_, signing_keys_);
  if (tell_) tell_();
}

}  // namespace parley
