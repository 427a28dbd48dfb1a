#include "engines/memory/accounts.hpp"

#include "engines/memory/accounts_state.hpp"

namespace parley {
namespace memory_accounts {
namespace {

class MemoryJobs final : public Jobs {
 public:
  explicit MemoryJobs(State state) : state_(std::move(state)) {}

  void next_jobs(Executor& executor, Time now, std::uint32_t limit,
                 Completion<Result<std::vector<Job>>> done) override {
    run<std::vector<Job>>(state_, executor, std::move(done), [&](AccountsState& s) {
      std::vector<Job> found;
      std::vector<Job> settling;
      std::set<AccountId> held;
      for (const auto& [id, job] : s.jobs) {
        const bool put_off = job.not_before > now;
        if (put_off && !job.settling()) held.insert(job.account);
        if (!put_off && !held.contains(job.account)) (job.settling() ? settling : found).push_back(job);
      }
      found.insert(found.end(), settling.begin(), settling.end());
      if (found.size() > limit) found.resize(limit);
      return found;
    });
  }

  void job_progress(Executor& executor, std::uint64_t id, std::string cursor, Completion<Result<void>> done) override {
    change(executor, id, std::move(done), [&](Job& job) { job.cursor = std::move(cursor); });
  }

  void job_failed(Executor& executor, std::uint64_t id, Time not_before, Completion<Result<void>> done) override {
    change(executor, id, std::move(done), [&](Job& job) {
      ++job.attempts;
      job.not_before = not_before;
    });
  }

  void job_done(Executor& executor, std::uint64_t id, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      s.jobs.erase(id);
      return {};
    });
  }

 private:
  template <class Change>
  void change(Executor& executor, std::uint64_t id, Completion<Result<void>> done, Change apply) {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      if (const auto it = s.jobs.find(id); it != s.jobs.end()) apply(it->second);
      return {};
    });
  }

  State state_;
};

class MemoryKeys final : public ServerKeys {
 public:
  explicit MemoryKeys(State state) : state_(std::move(state)) {}

  void secret(Executor& executor, std::string name, Secret candidate, Completion<Result<Secret>> done) override {
    run<Secret>(state_, executor, std::move(done),
                [&](AccountsState& s) { return s.secrets.try_emplace(name, candidate).first->second; });
  }

  void signing_keys(Executor& executor, Completion<Result<std::vector<SigningKey>>> done) override {
    run<std::vector<SigningKey>>(state_, executor, std::move(done), [&](AccountsState& s) { return s.signing_keys; });
  }

  void rotate_signing_key(Executor& executor, std::string newest_kid, SigningKey key, Time drop_before,
                          Completion<Result<std::vector<SigningKey>>> done) override {
    run<std::vector<SigningKey>>(state_, executor, std::move(done), [&](AccountsState& s) {
      auto& keys = s.signing_keys;
      if (newest_kid == (keys.empty() ? "" : keys.back().kid)) {
        keys.push_back(key);
        while (keys.size() > 2 && keys.front().created < drop_before) keys.erase(keys.begin());
      }
      return keys;
    });
  }

  void forget_all_keys(Executor& executor, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      s.secrets.clear();
      s.signing_keys.clear();
      return {};
    });
  }

 private:
  State state_;
};

class MemoryAccounts final : public Accounts {
 public:
  explicit MemoryAccounts(const State& state)
      : sign_ins_(make_sign_ins(state)),
        people_(make_people(state)),
        jobs_(state),
        keys_(state),
        oversight_(make_oversight(state)) {}
  SignIns& sign_ins() override { return *sign_ins_; }
  People& people() override { return *people_; }
  Jobs& jobs() override { return jobs_; }
  ServerKeys& keys() override { return keys_; }
  Oversight& oversight() override { return *oversight_; }

 private:
  std::unique_ptr<SignIns> sign_ins_;
  std::unique_ptr<People> people_;
  MemoryJobs jobs_;
  MemoryKeys keys_;
  std::unique_ptr<Oversight> oversight_;
};

}  // namespace
}  // namespace memory_accounts

std::unique_ptr<Accounts> make_memory_accounts(MemoryAccountsFaults faults) {
  auto state = std::make_shared<memory_accounts::AccountsState>();
  state->faults = std::move(faults);
  return std::make_unique<memory_accounts::MemoryAccounts>(std::move(state));
}

}  // namespace parley
