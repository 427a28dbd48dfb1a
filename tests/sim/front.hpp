// What one simulated process shows to the world beside its sessions: the real sign-in, tokens and HTTP API, without
// sockets. Only passwords and signatures are fakes, which cost nothing.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/metrics.hpp"
#include "engines/memory/fake_crypto.hpp"
#include "gateway/http_api.hpp"
#include "node/accounts/accounts_service.hpp"
#include "node/node.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class Front {
 public:
  Front(World& world, Accounts& accounts, ChannelStore& store, const Limits& limits, std::vector<SimExecutor*> ios);

  [[nodiscard]] std::vector<Authenticator*> authenticators() const;
  /// Hands keys and revoked devices to every io executor; then `ready` runs. Before that nobody may be let in.
  void open(Node& node, Metrics& metrics, Task ready);
  [[nodiscard]] bool is_open() const { return waiting_ == 0; }
  /// For what an operator does. On any executor of the process.
  [[nodiscard]] SignInService& sign_ins() { return service_->sign_ins(); }
  /// As an operator, who needs no invitation. `done` runs on io executor `io`.
  void sign_up(std::size_t io, const std::string& handle, const std::string& password,
               Completion<Result<AccountId>> done);
  /// On io executor `io`; `respond` is called there, once, or never where the process dies.
  void handle(std::size_t io, HttpRequest request, std::move_only_function<void(HttpResponse)> respond);

 private:
  void start(Task started);
  void attach(std::size_t io, std::shared_ptr<Task> attached);
  void later(Task task);

  World& world_;
  Accounts& accounts_;
  ChannelStore& store_;
  std::vector<SimExecutor*> ios_;
  FakePasswordHasher hasher_;
  FakeSigner signer_;
  std::vector<std::shared_ptr<TokenVerifier>> verifiers_;
  std::atomic<bool> draining_ = false;
  std::size_t waiting_ = 1;
  std::unique_ptr<AccountsService> service_;
  std::unique_ptr<HttpApiParts> parts_;
  std::unique_ptr<HttpApi> api_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace parley::sim
