#include "node/accounts/accounts_service.hpp"

#include "base/log.hpp"

namespace parley {
namespace {

KeyRing::Options key_options(const AccountsConfig& config) {
  // A day is the highest limit: tokens that were issued before it was lowered still count.
  return {.signing_key_life = config.signing_key_life, .token_life = std::chrono::hours(24)};
}

}  // namespace

AccountsService::AccountsService(const Ports& ports, const AccountsConfig& config)
    : ports_(ports),
      config_(config),
      keys_(ports.accounts.keys(), ports.signer, ports.clock, ports.random, ports.home, key_options(config)),
      verifiers_(ports.accounts.sign_ins(), keys_, ports.clock, ports.home),
      sign_ins_({.sign_ins = ports.accounts.sign_ins(),
                 .hasher = ports.hasher,
                 .signer = ports.signer,
                 .clock = ports.clock,
                 .random = ports.random,
                 .home = ports.home,
                 .keys = keys_,
                 .verifiers = verifiers_},
                config),
      people_(ports.accounts.people(), ports.clock, config) {
  keys_.on_change([this] { verifiers_.keys_changed(); });
}

AccountsService::~AccountsService() = default;

void AccountsService::start(Completion<Result<void>> done) {
  ports_.home.post([this, done = std::move(done)]() mutable {
    keys_.refresh([this, done = std::move(done)](Result<void> loaded) mutable {
      if (!loaded) return done(std::move(loaded));
      verifiers_.load_revoked([this, done = std::move(done)](Result<void> read) mutable {
        if (read) tick();
        done(std::move(read));
      });
    });
  });
}

void AccountsService::tick() {
  ports_.home.post_after(config_.revocations_interval, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    verifiers_.load_revoked([](const Result<void>& read) {
      if (!read) log::warning("revoked_devices_not_read", {{"error", read.error().name()}});
    });
    keys_.refresh([](const Result<void>& refreshed) {
      if (!refreshed) log::warning("signing_keys_not_refreshed", {{"error", refreshed.error().name()}});
    });
    tick();
  });
}

void AccountsService::attach(Executor& io, std::shared_ptr<TokenVerifier> verifier, Completion<Result<void>> done) {
  ports_.home.post([this, &io, verifier = std::move(verifier), done = std::move(done)]() mutable {
    verifiers_.attach(io, verifier, std::move(done));
    // The last reference goes where the verifier lives.
    io.post([verifier = std::move(verifier)] {});
  });
}

}  // namespace parley
