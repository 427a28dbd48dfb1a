// People and devices on the memory engine, with time that stands still unless a test moves it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "engines/memory/accounts.hpp"
#include "engines/memory/fake_crypto.hpp"
#include "node/accounts/accounts_service.hpp"

namespace parley::testing_accounts {

class StillClock final : public Clock {
 public:
  Time now() const override { return Time(Duration(1'700'000'000'000)) + passed_; }
  Duration uptime() const override { return passed_; }
  void pass(Duration time) { passed_ += time; }

 private:
  Duration passed_{0};
};

/// Runs everything that is due when asked to.
class HandExecutor final : public Executor {
 public:
  explicit HandExecutor(StillClock& clock) : clock_(clock) {}
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void post_after(Duration delay, Task task) override { later_.emplace(clock_.uptime() + delay, std::move(task)); }

  void run() {
    while (true) {
      while (!later_.empty() && later_.begin()->first <= clock_.uptime()) {
        tasks_.push_back(std::move(later_.begin()->second));
        later_.erase(later_.begin());
      }
      if (tasks_.empty()) return;
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

 private:
  StillClock& clock_;
  std::deque<Task> tasks_;
  std::multimap<Duration, Task> later_;
};

class SeededRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(generator_());
  }

 private:
  std::mt19937_64 generator_{1};
};

struct World {
  explicit World(AccountsConfig with = {}) : config(std::move(with)) { restart(); }

  /// Another process on the same store.
  void restart() {
    verifier.reset();
    service = std::make_unique<AccountsService>(
        AccountsService::Ports{*accounts, hasher, signer, clock, random, executor}, config);
    wait<void>([&](auto done) { service->start(std::move(done)); }).value();
    verifier = new_verifier();
  }
  std::shared_ptr<TokenVerifier> new_verifier(TokenVerifier::Options options = {}) {
    auto made = std::make_shared<TokenVerifier>(signer, clock, options);
    wait<void>([&](auto done) { service->attach(executor, made, std::move(done)); }).value();
    return made;
  }

  template <class T, class Ask>
  Result<T> wait(Ask ask) {
    std::optional<Result<T>> answer;
    ask(Completion<Result<T>>([&](Result<T> result) { answer = std::move(result); }));
    executor.run();
    return std::move(answer).value();
  }
  /// Calls a method of the sign-in service and waits for the answer.
  template <class T, class... Parameters, class... Arguments>
  Result<T> call(void (SignInService::*method)(Executor&, Parameters..., Completion<Result<T>>),
                 Arguments&&... arguments) {
    return wait<T>([&](auto done) {
      (service->sign_ins().*method)(executor, std::forward<Arguments>(arguments)..., std::move(done));
    });
  }

  Result<Tokens> sign_up(const std::string& handle, const std::string& password = "password", std::string address = "",
                         std::string invitation = "") {
    return wait<Tokens>([&](auto done) {
      service->sign_ins().sign_up(executor,
                                  {.handle = handle,
                                   .password = password,
                                   .display_name = "Name",
                                   .invitation = std::move(invitation),
                                   .device_name = "phone",
                                   .platform = "test",
                                   .address = std::move(address)},
                                  std::move(done));
    });
  }
  Result<Tokens> sign_in(const std::string& handle, const std::string& password = "password",
                         std::string address = "") {
    return wait<Tokens>([&](auto done) {
      service->sign_ins().sign_in(executor,
                                  {.handle = handle,
                                   .password = password,
                                   .device_name = "phone",
                                   .platform = "test",
                                   .address = std::move(address)},
                                  std::move(done));
    });
  }
  Result<Tokens> refresh(const std::string& token) {
    return wait<Tokens>([&](auto done) { service->sign_ins().refresh(executor, token, std::move(done)); });
  }
  std::size_t device_count(const Tokens& of) {
    return wait<std::vector<Device>>(
               [&](auto done) { service->sign_ins().devices(executor, caller(of), std::move(done)); })
        .value_or(std::vector<Device>{})
        .size();
  }
  static Caller caller(const Tokens& tokens) { return {.account = tokens.account, .device = tokens.device}; }
  void pass(Duration time) {
    clock.pass(time);
    executor.run();
  }

  AccountsConfig config;
  StillClock clock;
  HandExecutor executor{clock};
  SeededRandom random;
  FakePasswordHasher hasher;
  FakeSigner signer;
  std::unique_ptr<Accounts> accounts = make_memory_accounts();
  std::unique_ptr<AccountsService> service;
  std::shared_ptr<TokenVerifier> verifier;
};

inline Error error_of(const auto& result) {
  return result ? Error(ErrorCode::internal, "no error") : result.error();
}

}  // namespace parley::testing_accounts
