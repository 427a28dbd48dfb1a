#include "engines/memory/accounts_state.hpp"

namespace parley::memory_accounts {
namespace {

class MemoryOversight final : public Oversight {
 public:
  explicit MemoryOversight(State state) : state_(std::move(state)) {}

  void people(Executor& executor, PeopleList what, Completion<Result<std::vector<Person>>> done) override {
    run<std::vector<Person>>(state_, executor, std::move(done), [&](AccountsState& s) { return list_people(s, what); });
  }

  void invitations(Executor& executor, Time now, Completion<Result<std::vector<SignUpInvitation>>> done) override {
    run<std::vector<SignUpInvitation>>(state_, executor, std::move(done), [&](AccountsState& s) {
      std::vector<SignUpInvitation> found;
      for (const auto& [hash, invitation] : s.invitations) {
        if (invitation.uses > 0 && invitation.expires > now) found.push_back(invitation);
      }
      std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.created < b.created; });
      return found;
    });
  }

  void revoke_invitation(Executor& executor, Digest hash, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      if (s.invitations.erase(hash) == 0) return fail(ErrorCode::invitation_invalid);
      return {};
    });
  }

  void jobs(Executor& executor, std::uint32_t limit, Completion<Result<std::vector<Job>>> done) override {
    run<std::vector<Job>>(state_, executor, std::move(done), [&](AccountsState& s) {
      std::vector<Job> found;
      for (const auto& [id, job] : s.jobs) {
        if (found.size() < limit) found.push_back(job);
      }
      return found;
    });
  }

  void retry_job(Executor& executor, std::uint64_t id, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      const auto it = s.jobs.find(id);
      if (it == s.jobs.end()) return fail(ErrorCode::not_found);
      it->second.not_before = kNever;
      return {};
    });
  }

 private:
  State state_;
};

}  // namespace

std::unique_ptr<Oversight> make_oversight(State state) {
  return std::make_unique<MemoryOversight>(std::move(state));
}

}  // namespace parley::memory_accounts
