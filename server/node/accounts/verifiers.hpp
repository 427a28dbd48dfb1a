// The token verifiers of all io executors, kept up to date from one place.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "node/accounts/key_ring.hpp"
#include "node/accounts/token_verifier.hpp"

namespace parley {

/// Lives on its `home` executor; every call and completion is there.
class Verifiers {
 public:
  Verifiers(SignIns& sign_ins, const KeyRing& keys, const Clock& clock, Executor& home);

  /// Brings `verifier`, which lives on `io`, up to date now and from now on; `done` runs on `io` after that. It may go
  /// away at any time.
  void attach(Executor& io, const std::shared_ptr<TokenVerifier>& verifier, Completion<Result<void>> done);

  /// Reads what was revoked since the last time (at first: since anything still living was issued) and tells everybody.
  void load_revoked(Completion<Result<void>> done);
  /// Tells everybody at once; `why` is what their sessions end with.
  void revoked(const std::vector<DeviceId>& devices, ErrorCode why = ErrorCode::device_revoked);
  void keys_changed();

 private:
  void tell(const std::function<void(TokenVerifier&)>& what);
  void add(std::vector<RevokedDevice> found, ErrorCode why);
  [[nodiscard]] Time horizon() const;

  SignIns& sign_ins_;
  const KeyRing& keys_;
  const Clock& clock_;
  Executor& home_;
  std::vector<std::pair<Executor*, std::weak_ptr<TokenVerifier>>> attached_;
  std::map<DeviceId, Time> revoked_;
  Time read_until_ = kNever;
};

}  // namespace parley
