// What the memory engine of Accounts holds; shared by the classes that implement its ports.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engines/memory/accounts.hpp"
#include "ports/accounts.hpp"
#include "ports/complete_on.hpp"

namespace parley::memory_accounts {

struct AccountRecord {
  AccountId id;
  std::string handle, display_name, about, avatar, password_hash;
  Time created, deleted_at, last_seen;
  bool disabled = false;
  SignInGeneration generation = 1;
  Privacy privacy;
};

struct DeviceRecord {
  Device device;
  RefreshChain chain;
  Time revoked_at;  // kNever: signed in
};

using Pairs = std::set<std::pair<AccountId, AccountId>>;

struct AccountsState {
  MemoryAccountsFaults faults;
  std::mutex mutex;  // calls come from any thread
  std::map<AccountId, AccountRecord> accounts;
  std::map<std::string, AccountId> handles;  // of deleted accounts too
  std::map<DeviceId, DeviceRecord> devices;
  std::map<Digest, SignUpInvitation> invitations;
  Pairs contacts, blocks;
  std::map<std::uint64_t, Job> jobs;
  std::uint64_t last_job = 0;
  std::map<std::string, Secret> secrets;
  std::vector<SigningKey> signing_keys;

  /// nullptr when there is none or it is deleted.
  AccountRecord* live(const AccountId& id) {
    const auto it = accounts.find(id);
    return it == accounts.end() || it->second.deleted_at != kNever ? nullptr : &it->second;
  }
  void add_job(JobKind kind, const AccountId& account, Time now, bool flag = false, const AccountId& peer = {}) {
    Job job;
    job.id = ++last_job;
    job.kind = kind;
    job.account = account;
    job.peer = peer;
    job.flag = flag;
    job.created = now;
    jobs.emplace(job.id, std::move(job));
  }
};

using State = std::shared_ptr<AccountsState>;

/// Runs `work` on the state, alone, and answers on `executor`.
template <class T, class Work>
void run(const State& state, Executor& executor, Completion<Result<T>> done, Work work) {
  const MemoryAccountsFaults& faults = state->faults;
  Result<T> result = [&]() -> Result<T> {
    if (faults.call) {
      if (auto fine = faults.call(executor); !fine) return fail(fine.error());
    }
    const std::scoped_lock lock(state->mutex);
    return work(*state);
  }();
  if (!faults.answer_delay) return complete_on<T>(executor, std::move(done), std::move(result));
  executor.post_after(faults.answer_delay(executor),
                      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

std::unique_ptr<SignIns> make_sign_ins(State state);
std::unique_ptr<People> make_people(State state);
std::unique_ptr<Oversight> make_oversight(State state);
/// In people.cpp, which knows what a Person is made of.
std::vector<Person> list_people(const AccountsState& s, const PeopleList& what);

}  // namespace parley::memory_accounts
