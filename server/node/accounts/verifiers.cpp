#include "node/accounts/verifiers.hpp"

#include <algorithm>

namespace parley {
namespace {

// No access or resume token lives longer (the highest limit is a day), so who was revoked before need not be known.
constexpr Duration kTokensLive = std::chrono::hours(25);
// Rows that were written with an earlier time than the last reading, by another node or a clock that jumped.
constexpr Duration kOverlap = std::chrono::minutes(5);

}  // namespace

Verifiers::Verifiers(SignIns& sign_ins, const KeyRing& keys, const Clock& clock, Executor& home)
    : sign_ins_(sign_ins), keys_(keys), clock_(clock), home_(home) {}

Time Verifiers::horizon() const {
  return clock_.now() - kTokensLive;
}

void Verifiers::attach(Executor& io, const std::shared_ptr<TokenVerifier>& verifier, Completion<Result<void>> done) {
  attached_.emplace_back(&io, verifier);
  std::vector<RevokedDevice> known;
  for (const auto& [device, at] : revoked_) known.push_back({device, at});
  io.post([weak = std::weak_ptr(verifier), keys = keys_.verifying_keys(), resume_key = keys_.resume_key(),
           known = std::move(known), horizon = horizon(), done = std::move(done)]() mutable {
    if (const auto held = weak.lock()) {
      held->revoke(known, horizon);
      held->set_resume_key(resume_key);
      held->set_keys(std::move(keys));
    }
    done({});
  });
}

void Verifiers::load_revoked(Completion<Result<void>> done) {
  const Time now = clock_.now();
  const Time since = read_until_ == kNever ? horizon() : std::max(read_until_ - kOverlap, horizon());
  sign_ins_.revoked_since(home_, since,
                          [this, now, done = std::move(done)](Result<std::vector<RevokedDevice>> found) mutable {
                            if (!found) return done(fail(found.error()));
                            read_until_ = now;
                            add(*std::move(found), ErrorCode::device_revoked);
                            done({});
                          });
}

void Verifiers::revoked(const std::vector<DeviceId>& devices, ErrorCode why) {
  std::vector<RevokedDevice> now;
  for (const auto& device : devices) now.push_back({device, clock_.now()});
  add(std::move(now), why);
}

void Verifiers::add(std::vector<RevokedDevice> found, ErrorCode why) {
  const Time oldest = horizon();
  std::erase_if(revoked_, [&](const auto& entry) { return entry.second < oldest; });
  std::erase_if(found, [&](const RevokedDevice& one) { return !revoked_.emplace(one.device, one.at).second; });
  tell([found = std::move(found), oldest, why](TokenVerifier& verifier) { verifier.revoke(found, oldest, why); });
}

void Verifiers::keys_changed() {
  tell([keys = keys_.verifying_keys()](TokenVerifier& verifier) { verifier.set_keys(keys); });
}

void Verifiers::tell(const std::function<void(TokenVerifier&)>& what) {
  std::erase_if(attached_, [](const auto& one) { return one.second.expired(); });
  for (const auto& [io, weak] : attached_) {
    io->post([weak, what] {
      if (const auto verifier = weak.lock()) what(*verifier);
    });
  }
}

}  // namespace parley
