#include "engines/sql/sql_ports.hpp"
#include "engines/sql/statement.hpp"

namespace parley::sql {
namespace {

using Revoked = std::vector<DeviceId>;

struct CredentialsRow {
  std::string account, handle, password_hash;
  long long disabled = 0, generation = 0;
  void into(soci::statement& s) { into_all(s, account, handle, password_hash, disabled, generation); }
  [[nodiscard]] Credentials value() const {
    return {.account = id_of<AccountId>(account),
            .handle = handle,
            .password_hash = password_hash,
            .disabled = disabled != 0,
            .generation = static_cast<SignInGeneration>(generation)};
  }
};

struct DeviceRow {
  std::string id, account, name, platform;
  long long created = 0, last_used = 0, expires = 0, generation = 0;
  void into(soci::statement& s) { into_all(s, id, account, name, platform, created, last_used, expires, generation); }
  [[nodiscard]] Device value() const {
    return {.id = id_of<DeviceId>(id),
            .account = id_of<AccountId>(account),
            .name = name,
            .platform = platform,
            .created = from_unix_ms(created),
            .last_used = from_unix_ms(last_used),
            .expires = from_unix_ms(expires),
            .generation = static_cast<SignInGeneration>(generation)};
  }
};

struct ChainOfDevice {
  RefreshChain chain;
  AccountId account;
  SignInGeneration generation = 0;
  bool disabled = false;
};
struct ChainRow {
  std::string current, previous, account;
  long long counter = 0, expires = 0, generation = 0, disabled = 0;
  void into(soci::statement& s) { into_all(s, counter, current, previous, expires, account, generation, disabled); }
  [[nodiscard]] ChainOfDevice value() const {
    return {.chain = {.counter = static_cast<std::uint64_t>(counter),
                      .current = digest_of(current),
                      .previous = digest_of(previous),
                      .expires = from_unix_ms(expires)},
            .account = id_of<AccountId>(account),
            .generation = static_cast<SignInGeneration>(generation),
            .disabled = disabled != 0};
  }
};

struct RevokedRow {
  std::string device;
  long long at = 0;
  void into(soci::statement& s) { into_all(s, device, at); }
  [[nodiscard]] RevokedDevice value() const { return {.device = id_of<DeviceId>(device), .at = from_unix_ms(at)}; }
};
struct DeviceIdRow {
  std::string id;
  void into(soci::statement& s) { into_all(s, id); }
  [[nodiscard]] DeviceId value() const { return id_of<DeviceId>(id); }
};

std::vector<Credentials> select_credentials(soci::session& s, const std::string& column, const std::string& value) {
  return select<CredentialsRow>(s,
                                "SELECT a.id, a.handle, c.password_hash, a.disabled, a.generation FROM accounts a"
                                " JOIN credentials c ON c.account_id = a.id WHERE a.deleted_at = 0 AND a." +
                                    column + " = :value",
                                value);
}

std::optional<Credentials> first(std::vector<Credentials> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

void insert_device(soci::session& s, const AccountId& account, SignInGeneration generation, const NewDevice& device) {
  change(s,
         "INSERT INTO devices (id, account_id, name, platform, created, last_used, revoked_at, generation)"
         " VALUES (:id, :account, :name, :platform, :created, :used, 0, :generation)",
         device.id, account, device.name, device.platform, device.now, device.now, generation);
  change(s,
         "INSERT INTO refresh_tokens (device_id, counter, current_hash, previous_hash, expires)"
         " VALUES (:device, 1, :current, :previous, :expires)",
         device.id, device.refresh_hash, Digest{}, device.refresh_expires);
}

/// Ends the sign-in of all devices but `keep`.
Revoked revoke_all(soci::session& s, const AccountId& account, Time now, const DeviceId& keep = {}) {
  auto revoked = select<DeviceIdRow>(
      s, "SELECT id FROM devices WHERE account_id = :account AND revoked_at = 0 AND id <> :keep", account, keep);
  for (const auto& device : revoked) {
    change(s, "DELETE FROM refresh_tokens WHERE device_id = :device", device);
    change(s, "UPDATE devices SET revoked_at = :now WHERE id = :device", now, device);
  }
  return revoked;
}

Result<void> revoke_one(soci::session& s, const AccountId& account, const DeviceId& device, Time now) {
  const auto revoked =
      change(s, "UPDATE devices SET revoked_at = :now WHERE id = :device AND account_id = :account AND revoked_at = 0",
             now, device, account);
  if (revoked == 0) return fail(ErrorCode::device_unknown);
  change(s, "DELETE FROM refresh_tokens WHERE device_id = :device", device);
  return {};
}

Result<void> insert_account(soci::session& s, const NewAccount& account) {
  const Time now = account.device.now;
  const auto added =
      change(s,
             "INSERT INTO accounts (id, handle, display_name, about, avatar, created, deleted_at, disabled, generation,"
             " read_receipts, show_last_seen, show_online, last_seen)"
             " VALUES (:id, :handle, :name, '', '', :created, 0, 0, 1, 1, 0, 0, 0) ON CONFLICT (handle) DO NOTHING",
             account.id, account.handle, account.display_name, now);
  if (added == 0) return fail(ErrorCode::handle_taken);
  if (account.invitation) {
    const auto taken = change(s,
                              "UPDATE sign_up_invitations SET uses_left = uses_left - 1"
                              " WHERE hash = :hash AND uses_left > 0 AND expires > :now",
                              *account.invitation, now);
    if (taken == 0) return fail(ErrorCode::invitation_needed);
  }
  change(s, "INSERT INTO credentials (account_id, password_hash) VALUES (:id, :hash)", account.id,
         account.password_hash);
  insert_device(s, account.id, 1, account.device);
  insert_job(s, JobKind::create_own_channels, account.id, now);
  return {};
}

Result<void> add_to_account(soci::session& s, const AccountId& id, SignInGeneration generation, const NewDevice& device,
                            std::uint32_t limit) {
  const auto account = first(select_credentials(s, "id", id.str()));
  if (!account) return fail(ErrorCode::account_unknown);
  if (account->disabled) return fail(ErrorCode::account_disabled);
  if (account->generation != generation) return fail(ErrorCode::wrong_credentials);
  const auto signed_in = number(s,
                                "SELECT COUNT(*) FROM devices d JOIN refresh_tokens r ON r.device_id = d.id"
                                " WHERE d.account_id = :account AND d.revoked_at = 0 AND r.expires > :now",
                                id, device.now);
  if (signed_in >= limit) return fail(ErrorCode::limit_reached);
  insert_device(s, id, generation, device);
  return {};
}

Result<RefreshAnswer> refresh_chain(soci::session& s, const RefreshUse& use) {
  const auto rows = select<ChainRow>(
      s,
      "SELECT r.counter, r.current_hash, r.previous_hash, r.expires, d.account_id, d.generation, a.disabled"
      " FROM refresh_tokens r JOIN devices d ON d.id = r.device_id JOIN accounts a ON a.id = d.account_id"
      " WHERE r.device_id = :device AND d.revoked_at = 0 AND a.deleted_at = 0",
      use.device);
  if (rows.empty()) return fail(ErrorCode::device_revoked);
  const ChainOfDevice& found = rows.front();
  if (found.disabled) return fail(ErrorCode::account_disabled);
  RefreshAnswer answer{.verdict = judge(found.chain, use),
                       .account = found.account,
                       .generation = found.generation,
                       .expires = found.chain.expires};
  if (answer.verdict == RefreshVerdict::reused) {
    if (const auto revoked = revoke_one(s, found.account, use.device, use.now); !revoked) return fail(revoked.error());
  }
  if (answer.verdict == RefreshVerdict::advanced) {
    answer.expires = use.successor_expires;
    change(s,
           "UPDATE refresh_tokens SET counter = counter + 1, previous_hash = current_hash, current_hash = :successor,"
           " expires = :expires WHERE device_id = :device",
           use.successor_hash, use.successor_expires, use.device);
    change(s, "UPDATE devices SET last_used = :now WHERE id = :device", use.now, use.device);
  }
  return answer;
}

Revoked erase_account(soci::session& s, const AccountId& account, bool erase, Time now) {
  change(s,
         "UPDATE accounts SET deleted_at = :now, display_name = '', about = '', avatar = '', last_seen = 0,"
         " generation = generation + 1 WHERE id = :id",
         now, account);
  change(s, "DELETE FROM credentials WHERE account_id = :id", account);
  for (const std::string table : {"contacts", "blocks"}) {
    change(s, "DELETE FROM " + table + " WHERE account_id = :id OR peer_id = :same", account, account);
  }
  insert_job(s, JobKind::delete_account, account, now, erase);
  return revoke_all(s, account, now);
}

class SqlSignIns final : public SignIns {
 public:
  explicit SqlSignIns(Database& database) : database_(database) {}

  void sign_up(Executor& executor, NewAccount account, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done),
                          [account = std::move(account)](soci::session& s) { return insert_account(s, account); });
  }

  void credentials(Executor& executor, std::string handle,
                   Completion<Result<std::optional<Credentials>>> done) override {
    database_.read<std::optional<Credentials>>(
        executor, std::move(done), [=](soci::session& s) { return first(select_credentials(s, "handle", handle)); });
  }
  void credentials_of(Executor& executor, AccountId account,
                      Completion<Result<std::optional<Credentials>>> done) override {
    database_.read<std::optional<Credentials>>(
        executor, std::move(done), [=](soci::session& s) { return first(select_credentials(s, "id", account.str())); });
  }

  void add_device(Executor& executor, AccountId account, SignInGeneration generation, NewDevice device,
                  std::uint32_t limit, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done),
                          [=](soci::session& s) { return add_to_account(s, account, generation, device, limit); });
  }

  void refresh(Executor& executor, RefreshUse use, Completion<Result<RefreshAnswer>> done) override {
    database_.write<RefreshAnswer>(executor, std::move(done), [=](soci::session& s) { return refresh_chain(s, use); });
  }

  void devices(Executor& executor, AccountId account, Completion<Result<std::vector<Device>>> done) override {
    database_.read<std::vector<Device>>(
        executor, std::move(done), [=](soci::session& s) -> Result<std::vector<Device>> {
          if (!is_live(s, account)) return fail(ErrorCode::account_unknown);
          return select<DeviceRow>(
              s,
              "SELECT d.id, d.account_id, d.name, d.platform, d.created, d.last_used, r.expires, d.generation"
              " FROM devices d JOIN refresh_tokens r ON r.device_id = d.id"
              " WHERE d.account_id = :account AND d.revoked_at = 0 ORDER BY d.created, d.id",
              account);
        });
  }

  void rename_device(Executor& executor, AccountId account, DeviceId device, std::string name,
                     Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      const auto renamed =
          change(s, "UPDATE devices SET name = :name WHERE id = :device AND account_id = :account AND revoked_at = 0",
                 name, device, account);
      if (renamed == 0) return fail(ErrorCode::device_unknown);
      return {};
    });
  }

  void revoke_device(Executor& executor, AccountId account, DeviceId device, Time now,
                     Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done),
                          [=](soci::session& s) { return revoke_one(s, account, device, now); });
  }

  void sign_out_everywhere(Executor& executor, AccountId account, Time now, Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done), [=](soci::session& s) -> Result<Revoked> {
      change(s, "UPDATE accounts SET generation = generation + 1 WHERE id = :id", account);
      return revoke_all(s, account, now);
    });
  }

  void change_password(Executor& executor, AccountId account, SignInGeneration generation, std::string password_hash,
                       DeviceId keep, Time now, Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done), [=](soci::session& s) -> Result<Revoked> {
      const auto moved =
          change(s, "UPDATE accounts SET generation = generation + 1 WHERE id = :id AND generation = :generation",
                 account, generation);
      if (moved == 0) return fail(ErrorCode::wrong_credentials);
      change(s, "UPDATE credentials SET password_hash = :hash WHERE account_id = :id", password_hash, account);
      change(s, "UPDATE devices SET generation = :generation WHERE id = :keep AND account_id = :account",
             generation + 1, keep, account);
      return revoke_all(s, account, now, keep);
    });
  }

  void delete_account(Executor& executor, AccountId account, bool erase, Time now,
                      Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done),
                 [=](soci::session& s) -> Result<Revoked> { return erase_account(s, account, erase, now); });
  }

  void set_disabled(Executor& executor, AccountId account, bool disabled, Time now,
                    Completion<Result<Revoked>> done) override {
    with_account(executor, account, std::move(done), [=](soci::session& s) -> Result<Revoked> {
      change(s, "UPDATE accounts SET disabled = :disabled, generation = generation + :step WHERE id = :id", disabled,
             disabled, account);
      return disabled ? revoke_all(s, account, now) : Revoked{};
    });
  }

  void revoked_since(Executor& executor, Time since, Completion<Result<std::vector<RevokedDevice>>> done) override {
    database_.read<std::vector<RevokedDevice>>(executor, std::move(done), [=](soci::session& s) {
      return select<RevokedRow>(s, "SELECT id, revoked_at FROM devices WHERE revoked_at <> 0 AND revoked_at >= :since",
                                since);
    });
  }

  void end_all_sign_ins(Executor& executor, Time now, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      change(s, "UPDATE accounts SET generation = generation + 1");
      change(s, "DELETE FROM refresh_tokens");
      change(s, "UPDATE devices SET revoked_at = :now WHERE revoked_at = 0", now);
      return {};
    });
  }

  void add_invitation(Executor& executor, SignUpInvitation invitation, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      if (!is_live(s, invitation.by)) return fail(ErrorCode::account_unknown);
      change(s,
             "INSERT INTO sign_up_invitations (hash, created_by, uses_left, created, expires)"
             " VALUES (:hash, :by, :uses, :created, :expires) ON CONFLICT DO NOTHING",
             invitation.hash, invitation.by, invitation.uses, invitation.created, invitation.expires);
      return {};
    });
  }

 private:
  template <class Work>
  void with_account(Executor& executor, const AccountId& account, Completion<Result<Revoked>> done, Work work) {
    database_.write<Revoked>(executor, std::move(done),
                             [account, work = std::move(work)](soci::session& s) -> Result<Revoked> {
                               if (!is_live(s, account)) return fail(ErrorCode::account_unknown);
                               return work(s);
                             });
  }

  Database& database_;
};

}  // namespace

bool is_live(soci::session& session, const AccountId& account) {
  return number(session, "SELECT COUNT(*) FROM accounts WHERE id = :id AND deleted_at = 0", account) > 0;
}

std::unique_ptr<SignIns> make_sign_ins(Database& database) {
  return std::make_unique<SqlSignIns>(database);
}

}  // namespace parley::sql
