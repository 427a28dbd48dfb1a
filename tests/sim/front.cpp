#include "sim/front.hpp"

#include <utility>

namespace parley::sim {
namespace {

AccountsConfig accounts_config(const Limits& limits) {
  AccountsConfig config;
  config.limits = limits;
  config.signing_key_life = std::chrono::minutes(10);
  config.revocations_interval = std::chrono::seconds(5);
  config.sign_up = SignUpMode::invitation;
  return config;
}

}  // namespace

Front::Front(World& world, Accounts& accounts, ChannelStore& store, const Limits& limits, std::vector<SimExecutor*> ios)
    : world_(world), accounts_(accounts), store_(store), ios_(std::move(ios)) {
  for (std::size_t i = 0; i < ios_.size(); ++i) {
    TokenVerifier::Options options;
    options.incarnation = store.incarnation();
    options.resume_life = Duration(static_cast<std::int64_t>(limits.resume_token_ms));
    options.cached = 64;
    verifiers_.push_back(std::make_shared<TokenVerifier>(signer_, world, options));
  }
  service_ = std::make_unique<AccountsService>(
      AccountsService::Ports{accounts, hasher_, signer_, world, world, *ios_.front()}, accounts_config(limits));
}

std::vector<Authenticator*> Front::authenticators() const {
  std::vector<Authenticator*> all;
  for (const auto& verifier : verifiers_) all.push_back(verifier.get());
  return all;
}

void Front::open(Node& node, Metrics& metrics, Task ready) {
  std::vector<TokenVerifier*> by_io;
  for (const auto& verifier : verifiers_) by_io.push_back(verifier.get());
  parts_ = std::make_unique<HttpApiParts>(
      node, *service_, std::move(by_io), store_, accounts_.people(), world_, world_, metrics,
      [] { return Result<void>{}; }, [] {}, HttpApiOptions{}, draining_);
  api_ = std::make_unique<HttpApi>(*parts_);
  waiting_ = ios_.size();
  auto attached = [this, ready = std::make_shared<Task>(std::move(ready))](const Result<void>& done) {
    if (done && --waiting_ == 0) (*ready)();
  };
  service_->start([this, &node, attached](const Result<void>& started) {
    if (!started) return;
    for (std::size_t i = 0; i < ios_.size(); ++i) {
      verifiers_[i]->on_device_revoked(
          [&node, i](const DeviceId& device, ErrorCode why) { node.io(i).end_device(device, why); });
      service_->attach(*ios_[i], verifiers_[i], attached);
    }
  });
}

void Front::sign_up(std::size_t io, const std::string& handle, const std::string& password,
                    Completion<Result<AccountId>> done) {
  SignUp request;
  request.handle = request.display_name = handle;
  request.password = password;
  request.by_operator = true;
  sign_ins().sign_up(*ios_[io], std::move(request),
                     [this, done = std::move(done)](const Result<Tokens>& tokens) mutable {
                       if (!tokens) return done(fail(tokens.error()));
                       parts_->node.kick_jobs();
                       done(tokens->account);
                     });
}

void Front::handle(std::size_t io, HttpRequest request, std::move_only_function<void(HttpResponse)> respond) {
  request.peer.io_thread = io;
  request.peer.executor = ios_[io];
  api_->handle(std::move(request), std::move(respond));
}

}  // namespace parley::sim
