#include "sim/front.hpp"

#include <utility>

namespace parley::sim {
namespace {

constexpr Duration kStartsAgain{1000};

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
  auto attached = std::make_shared<Task>([this, ready = std::move(ready)]() mutable {
    if (--waiting_ == 0) ready();
  });
  start([this, &node, attached] {
    for (std::size_t i = 0; i < ios_.size(); ++i) {
      verifiers_[i]->on_device_revoked(
          [&node, i](const DeviceId& device, ErrorCode why) { node.io(i).end_device(device, why); });
      attach(i, attached);
    }
  });
}

// Whoever looks after the process starts it again where it fails.

void Front::start(Task started) {
  service_->start([this, started = std::move(started)](const Result<void>& done) mutable {
    if (done) return started();
    later([this, started = std::move(started)]() mutable { start(std::move(started)); });
  });
}

void Front::attach(std::size_t io, std::shared_ptr<Task> attached) {
  service_->attach(*ios_[io], verifiers_[io], [this, io, attached](const Result<void>& done) {
    if (done) return (*attached)();
    later([this, io, attached] { attach(io, attached); });
  });
}

void Front::later(Task task) {
  world_.at(kStartsAgain, [alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
    if (!alive.expired()) task();
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
