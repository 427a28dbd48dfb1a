#include "engines/memory/accounts_state.hpp"

namespace parley::memory_accounts {
namespace {

Person person_of(const AccountsState& s, const AccountRecord& a, const AccountId& viewer) {
  Person p;
  p.id = a.id;
  p.handle = a.handle;
  p.display_name = a.display_name;
  p.about = a.about;
  p.avatar = a.avatar;
  p.created = a.created;
  p.deleted = a.deleted_at != kNever;
  p.disabled = a.disabled;
  p.privacy = a.privacy;
  p.last_seen = a.last_seen;
  p.is_contact = s.contacts.contains({viewer, a.id});
  p.has_viewer = s.contacts.contains({a.id, viewer});
  p.is_blocked = s.blocks.contains({viewer, a.id});
  p.blocks_viewer = s.blocks.contains({a.id, viewer});
  return p;
}

/// Puts `relation` into `pairs` or takes it out; whether anything changed.
Result<bool> set_pair(AccountsState& s, Pairs& pairs, const Relation& relation) {
  if (s.live(relation.account) == nullptr) return fail(ErrorCode::account_unknown);
  const std::pair pair{relation.account, relation.peer};
  if (!relation.on) return pairs.erase(pair) > 0;
  if (s.live(relation.peer) == nullptr) return fail(ErrorCode::account_unknown);
  if (pairs.contains(pair)) return false;
  const auto first = pairs.lower_bound({relation.account, AccountId{}});
  const auto held = std::count_if(first, pairs.end(), [&](const auto& p) { return p.first == relation.account; });
  if (held >= relation.limit) return fail(ErrorCode::limit_reached);
  pairs.insert(pair);
  return true;
}

class MemoryPeople final : public People {
 public:
  explicit MemoryPeople(State state) : state_(std::move(state)) {}

  void people(Executor& executor, AccountId viewer, std::vector<AccountId> ids,
              Completion<Result<std::vector<Person>>> done) override {
    run<std::vector<Person>>(state_, executor, std::move(done), [&](AccountsState& s) {
      std::vector<Person> found;
      std::set<AccountId> seen;
      for (const auto& id : ids) {
        const auto it = s.accounts.find(id);
        if (it != s.accounts.end() && seen.insert(id).second) found.push_back(person_of(s, it->second, viewer));
      }
      return found;
    });
  }

  void find(Executor& executor, AccountId viewer, std::string handle,
            Completion<Result<std::optional<Person>>> done) override {
    run<std::optional<Person>>(state_, executor, std::move(done), [&](AccountsState& s) -> std::optional<Person> {
      const auto it = s.handles.find(handle);
      if (it == s.handles.end()) return std::nullopt;
      const AccountRecord* account = s.live(it->second);
      if (account == nullptr) return std::nullopt;
      return person_of(s, *account, viewer);
    });
  }

  void search(Executor& executor, AccountId viewer, PeopleSearch what,
              Completion<Result<std::vector<Person>>> done) override {
    run<std::vector<Person>>(state_, executor, std::move(done), [&](AccountsState& s) {
      const std::set<AccountId> candidates(what.candidates.begin(), what.candidates.end());
      std::vector<Person> found;
      for (auto it = s.handles.lower_bound(what.prefix); it != s.handles.end() && found.size() < what.limit; ++it) {
        if (!it->first.starts_with(what.prefix)) break;
        const AccountRecord* account = s.live(it->second);
        if (account == nullptr || account->disabled || account->id == viewer) continue;
        Person person = person_of(s, *account, viewer);
        if (person.blocks_viewer) continue;
        if (what.everybody || person.is_contact || candidates.contains(person.id)) found.push_back(std::move(person));
      }
      return found;
    });
  }

  void contacts(Executor& executor, AccountId account, std::string after, std::uint32_t limit,
                Completion<Result<std::vector<Person>>> done) override {
    list(executor, &AccountsState::contacts, account, after, limit, std::move(done));
  }
  void blocks(Executor& executor, AccountId account, std::string after, std::uint32_t limit,
              Completion<Result<std::vector<Person>>> done) override {
    list(executor, &AccountsState::blocks, account, after, limit, std::move(done));
  }

  void set_profile(Executor& executor, AccountId account, ProfileChange change,
                   Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      AccountRecord* record = s.live(account);
      if (record == nullptr) return fail(ErrorCode::account_unknown);
      if (change.display_name) record->display_name = *change.display_name;
      if (change.about) record->about = *change.about;
      if (change.avatar) record->avatar = *change.avatar;
      return {};
    });
  }

  void set_privacy(Executor& executor, AccountId account, PrivacyChange change, Time now,
                   Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      AccountRecord* record = s.live(account);
      if (record == nullptr) return fail(ErrorCode::account_unknown);
      Privacy& privacy = record->privacy;
      if (change.last_seen) privacy.last_seen = *change.last_seen;
      if (change.online) privacy.online = *change.online;
      if (change.read_receipts && *change.read_receipts != privacy.read_receipts) {
        privacy.read_receipts = *change.read_receipts;
        s.add_job(JobKind::set_hide_read, account, now, !privacy.read_receipts);
      }
      return {};
    });
  }

  void set_contact(Executor& executor, Relation relation, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      const auto changed = set_pair(s, s.contacts, relation);
      if (!changed) return fail(changed.error());
      return {};
    });
  }

  void set_block(Executor& executor, Relation relation, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      const auto changed = set_pair(s, s.blocks, relation);
      if (!changed) return fail(changed.error());
      if (*changed) s.add_job(JobKind::set_block, relation.account, relation.now, relation.on, relation.peer);
      return {};
    });
  }

  void set_last_seen(Executor& executor, std::vector<LastSeen> seen, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      for (const auto& one : seen) {
        AccountRecord* record = s.live(one.account);
        if (record != nullptr) record->last_seen = std::max(record->last_seen, one.at);
      }
      return {};
    });
  }

 private:
  void list(Executor& executor, Pairs AccountsState::* pairs, const AccountId& account, const std::string& after,
            std::uint32_t limit, Completion<Result<std::vector<Person>>> done) {
    run<std::vector<Person>>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<std::vector<Person>> {
      if (s.live(account) == nullptr) return fail(ErrorCode::account_unknown);
      std::vector<Person> found;
      const Pairs& all = s.*pairs;
      for (auto it = all.lower_bound({account, AccountId{}}); it != all.end() && it->first == account; ++it) {
        const AccountRecord& peer = s.accounts.at(it->second);
        if (peer.handle > after) found.push_back(person_of(s, peer, account));
      }
      std::ranges::sort(found, {}, &Person::handle);
      if (found.size() > limit) found.resize(limit);
      return found;
    });
  }

  State state_;
};

}  // namespace

std::vector<Person> list_people(const AccountsState& s, const PeopleList& what) {
  std::vector<Person> found;
  for (const auto& [handle, id] : s.handles) {
    const AccountRecord& account = s.accounts.at(id);
    const bool fits = account.deleted_at == kNever && handle.starts_with(what.prefix) && handle > what.after &&
                      (account.disabled || !what.disabled_only);
    if (fits && found.size() < what.limit) found.push_back(person_of(s, account, AccountId{}));
  }
  return found;
}

std::unique_ptr<People> make_people(State state) {
  return std::make_unique<MemoryPeople>(std::move(state));
}

}  // namespace parley::memory_accounts
