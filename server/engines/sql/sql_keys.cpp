#include "engines/sql/sql_ports.hpp"
#include "engines/sql/statement.hpp"

namespace parley::sql {
namespace {

struct KeyRow {
  std::string kid, seed;
  long long created = 0;
  void into(soci::statement& s) { into_all(s, kid, seed, created); }
  [[nodiscard]] SigningKey value() const {
    return {.kid = kid, .seed = digest_of(seed), .created = from_unix_ms(created)};
  }
};

std::vector<SigningKey> all_keys(soci::session& s) {
  return select<KeyRow>(s, "SELECT kid, seed, created FROM signing_keys ORDER BY created, kid");
}

class SqlKeys final : public ServerKeys {
 public:
  explicit SqlKeys(Database& database) : database_(database) {}

  void secret(Executor& executor, std::string name, Secret candidate, Completion<Result<Secret>> done) override {
    database_.write<Secret>(executor, std::move(done), [=](soci::session& s) -> Result<Secret> {
      change(s, "INSERT INTO secrets (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING", name, candidate);
      const auto rows = select<TextRow>(s, "SELECT value FROM secrets WHERE name = :name", name);
      if (rows.empty()) return fail(ErrorCode::internal);
      return digest_of(rows.front());
    });
  }

  void signing_keys(Executor& executor, Completion<Result<std::vector<SigningKey>>> done) override {
    database_.read<std::vector<SigningKey>>(executor, std::move(done), all_keys);
  }

  void rotate_signing_key(Executor& executor, std::string newest_kid, SigningKey key, Time drop_before,
                          Completion<Result<std::vector<SigningKey>>> done) override {
    database_.write<std::vector<SigningKey>>(executor, std::move(done), [=](soci::session& s) {
      auto keys = all_keys(s);
      if (newest_kid != (keys.empty() ? "" : keys.back().kid)) return keys;
      change(s, "INSERT INTO signing_keys (kid, seed, created) VALUES (:kid, :seed, :created)", key.kid, key.seed,
             key.created);
      keys.push_back(key);
      while (keys.size() > 2 && keys.front().created < drop_before) {
        change(s, "DELETE FROM signing_keys WHERE kid = :kid", keys.front().kid);
        keys.erase(keys.begin());
      }
      return keys;
    });
  }

  void forget_all_keys(Executor& executor, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [](soci::session& s) -> Result<void> {
      change(s, "DELETE FROM secrets");
      change(s, "DELETE FROM signing_keys");
      return {};
    });
  }

 private:
  Database& database_;
};

}  // namespace

std::unique_ptr<ServerKeys> make_keys(Database& database) {
  return std::make_unique<SqlKeys>(database);
}

}  // namespace parley::sql
