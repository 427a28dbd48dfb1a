#include "engines/memory/accounts_state.hpp"

namespace parley::memory_accounts {
namespace {

using Revoked = std::vector<DeviceId>;

/// Takes one use of the invitation, if it is live.
bool take_invitation(AccountsState& s, const Digest& hash, Time now) {
  const auto it = s.invitations.find(hash);
  if (it == s.invitations.end() || it->second.uses == 0 || it->second.expires <= now) return false;
  --it->second.uses;
  return true;
}

void put_device(AccountsState& s, const AccountRecord& account, const NewDevice& added) {
  DeviceRecord record;
  record.device = {.id = added.id,
                   .account = account.id,
                   .name = added.name,
                   .platform = added.platform,
                   .created = added.now,
                   .last_used = added.now,
                   .expires = added.refresh_expires,
                   .generation = account.generation};
  record.chain = {.counter = 1, .current = added.refresh_hash, .previous = {}, .expires = added.refresh_expires};
  s.devices.emplace(added.id, std::move(record));
}

Revoked revoke_all(AccountsState& s, const AccountId& account, Time now, const DeviceId& keep = {}) {
  Revoked revoked;
  for (auto& [id, record] : s.devices) {
    if (record.device.account != account || record.revoked_at != kNever || id == keep) continue;
    record.revoked_at = now;
    revoked.push_back(id);
  }
  return revoked;
}

/// nullptr unless it is a signed-in device of that account.
DeviceRecord* live_device(AccountsState& s, const AccountId& account, const DeviceId& id) {
  const auto it = s.devices.find(id);
  if (it == s.devices.end() || it->second.device.account != account || it->second.revoked_at != kNever) return nullptr;
  return &it->second;
}

Result<RefreshAnswer> refresh_chain(AccountsState& s, const RefreshUse& use) {
  const auto it = s.devices.find(use.device);
  if (it == s.devices.end() || it->second.revoked_at != kNever) return fail(ErrorCode::device_revoked);
  auto& [device, chain, revoked_at] = it->second;
  const AccountRecord* account = s.live(device.account);
  if (account == nullptr) return fail(ErrorCode::device_revoked);
  if (account->disabled) return fail(ErrorCode::account_disabled);
  const RefreshVerdict verdict = judge(chain, use);
  if (verdict == RefreshVerdict::reused) revoked_at = use.now;
  if (verdict == RefreshVerdict::advanced) {
    chain = {.counter = chain.counter + 1,
             .current = use.successor_hash,
             .previous = use.hash,
             .expires = use.successor_expires};
    device.last_used = use.now;
    device.expires = chain.expires;
  }
  return RefreshAnswer{
      .verdict = verdict, .account = device.account, .generation = device.generation, .expires = chain.expires};
}

class MemorySignIns final : public SignIns {
 public:
  explicit MemorySignIns(State state) : state_(std::move(state)) {}

  void sign_up(Executor& executor, NewAccount account, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      if (s.handles.contains(account.handle)) return fail(ErrorCode::handle_taken);
      const Time now = account.device.now;
      if (account.invitation && !take_invitation(s, *account.invitation, now)) {
        return fail(ErrorCode::invitation_needed);
      }
      AccountRecord record;
      record.id = account.id;
      record.handle = account.handle;
      record.display_name = account.display_name;
      record.password_hash = account.password_hash;
      record.created = now;
      put_device(s, record, account.device);
      s.handles.emplace(record.handle, record.id);
      s.accounts.emplace(record.id, std::move(record));
      s.add_job(JobKind::create_own_channels, account.id, now);
      return {};
    });
  }

  void credentials(Executor& executor, std::string handle,
                   Completion<Result<std::optional<Credentials>>> done) override {
    run<std::optional<Credentials>>(state_, executor, std::move(done), [&](AccountsState& s) {
      const auto it = s.handles.find(handle);
      return it == s.handles.end() ? std::nullopt : credentials_in(s, it->second);
    });
  }
  void credentials_of(Executor& executor, AccountId account,
                      Completion<Result<std::optional<Credentials>>> done) override {
    run<std::optional<Credentials>>(state_, executor, std::move(done),
                                    [&](AccountsState& s) { return credentials_in(s, account); });
  }

  void add_device(Executor& executor, AccountId account, SignInGeneration generation, NewDevice device,
                  std::uint32_t limit, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      const AccountRecord* record = s.live(account);
      if (record == nullptr) return fail(ErrorCode::account_unknown);
      if (record->disabled) return fail(ErrorCode::account_disabled);
      if (record->generation != generation) return fail(ErrorCode::wrong_credentials);
      const auto signed_in = std::ranges::count_if(s.devices, [&](const auto& entry) {
        const DeviceRecord& other = entry.second;
        return other.device.account == account && other.revoked_at == kNever && other.chain.expires > device.now;
      });
      if (signed_in >= limit) return fail(ErrorCode::limit_reached);
      put_device(s, *record, device);
      return {};
    });
  }

  void refresh(Executor& executor, RefreshUse use, Completion<Result<RefreshAnswer>> done) override {
    run<RefreshAnswer>(state_, executor, std::move(done), [&](AccountsState& s) { return refresh_chain(s, use); });
  }

  void devices(Executor& executor, AccountId account, Completion<Result<std::vector<Device>>> done) override {
    run<std::vector<Device>>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<std::vector<Device>> {
      if (s.live(account) == nullptr) return fail(ErrorCode::account_unknown);
      std::vector<Device> found;
      for (const auto& [id, record] : s.devices) {
        if (record.device.account == account && record.revoked_at == kNever) found.push_back(record.device);
      }
      std::ranges::sort(found, {}, [](const Device& d) { return std::pair(d.created, d.id); });
      return found;
    });
  }

  void rename_device(Executor& executor, AccountId account, DeviceId device, std::string name,
                     Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      DeviceRecord* record = live_device(s, account, device);
      if (record == nullptr) return fail(ErrorCode::device_unknown);
      record->device.name = std::move(name);
      return {};
    });
  }

  void revoke_device(Executor& executor, AccountId account, DeviceId device, Time now,
                     Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      DeviceRecord* record = live_device(s, account, device);
      if (record == nullptr) return fail(ErrorCode::device_unknown);
      record->revoked_at = now;
      return {};
    });
  }

  void sign_out_everywhere(Executor& executor, AccountId account, Time now, Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done), [&](AccountsState& s, AccountRecord& record) -> Result<Revoked> {
      ++record.generation;
      return revoke_all(s, account, now);
    });
  }

  void change_password(Executor& executor, AccountId account, SignInGeneration generation, std::string password_hash,
                       DeviceId keep, Time now, Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done), [&](AccountsState& s, AccountRecord& record) -> Result<Revoked> {
      if (record.generation != generation) return fail(ErrorCode::wrong_credentials);
      record.password_hash = std::move(password_hash);
      ++record.generation;
      if (DeviceRecord* kept = live_device(s, account, keep)) kept->device.generation = record.generation;
      return revoke_all(s, account, now, keep);
    });
  }

  void delete_account(Executor& executor, AccountId account, bool erase, Time now,
                      Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done), [&](AccountsState& s, AccountRecord& record) -> Result<Revoked> {
      record.deleted_at = now;
      ++record.generation;
      record.last_seen = kNever;
      for (auto* text : {&record.display_name, &record.about, &record.avatar, &record.password_hash}) text->clear();
      std::erase_if(s.contacts, [&](const auto& pair) { return pair.first == account || pair.second == account; });
      std::erase_if(s.blocks, [&](const auto& pair) { return pair.first == account || pair.second == account; });
      s.add_job(JobKind::delete_account, account, now, erase);
      return revoke_all(s, account, now);
    });
  }

  void set_disabled(Executor& executor, AccountId account, bool disabled, Time now,
                    Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done), [&](AccountsState& s, AccountRecord& record) -> Result<Revoked> {
      record.disabled = disabled;
      if (!disabled) return Revoked{};
      ++record.generation;
      return revoke_all(s, account, now);
    });
  }

  void revoked_since(Executor& executor, Time since, Completion<Result<std::vector<RevokedDevice>>> done) override {
    run<std::vector<RevokedDevice>>(state_, executor, std::move(done), [&](AccountsState& s) {
      std::vector<RevokedDevice> found;
      for (const auto& [id, record] : s.devices) {
        if (record.revoked_at != kNever && record.revoked_at >= since) found.push_back({id, record.revoked_at});
      }
      return found;
    });
  }

  void end_all_sign_ins(Executor& executor, Time now, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      for (auto& [id, record] : s.accounts) ++record.generation;
      for (auto& [id, record] : s.devices) {
        if (record.revoked_at == kNever) record.revoked_at = now;
      }
      return {};
    });
  }

  void add_invitation(Executor& executor, SignUpInvitation invitation, Completion<Result<void>> done) override {
    run<void>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<void> {
      if (s.live(invitation.by) == nullptr) return fail(ErrorCode::account_unknown);
      s.invitations.emplace(invitation.hash, invitation);
      return {};
    });
  }

 private:
  static std::optional<Credentials> credentials_in(AccountsState& s, const AccountId& id) {
    const AccountRecord* record = s.live(id);
    if (record == nullptr) return std::nullopt;
    return Credentials{.account = id,
                       .handle = record->handle,
                       .password_hash = record->password_hash,
                       .disabled = record->disabled,
                       .generation = record->generation};
  }

  template <class Work>
  void with_account(Executor& executor, const AccountId& account, Completion<Result<Revoked>> done, Work work) {
    run<Revoked>(state_, executor, std::move(done), [&](AccountsState& s) -> Result<Revoked> {
      AccountRecord* record = s.live(account);
      if (record == nullptr) return fail(ErrorCode::account_unknown);
      return work(s, *record);
    });
  }

  State state_;
};

}  // namespace

std::unique_ptr<SignIns> make_sign_ins(State state) {
  return std::make_unique<MemorySignIns>(std::move(state));
}

}  // namespace parley::memory_accounts
