#include <algorithm>
#include <map>

#include "engines/sql/sql_ports.hpp"
#include "engines/sql/statement.hpp"

namespace parley::sql {
namespace {

struct PersonRow {
  std::string id, handle, display_name, about, avatar;
  long long created = 0, deleted_at = 0, disabled = 0, read_receipts = 0, show_last_seen = 0, show_online = 0;
  long long last_seen = 0, is_contact = 0, has_viewer = 0, is_blocked = 0, blocks_viewer = 0;
  void into(soci::statement& s) {
    into_all(s, id, handle, display_name, about, avatar, created, deleted_at, disabled, read_receipts, show_last_seen,
             show_online, last_seen, is_contact, has_viewer, is_blocked, blocks_viewer);
  }
  [[nodiscard]] Person value() const {
    return {.id = id_of<AccountId>(id),
            .handle = handle,
            .display_name = display_name,
            .about = about,
            .avatar = avatar,
            .created = from_unix_ms(created),
            .deleted = deleted_at != 0,
            .disabled = disabled != 0,
            .privacy = {.read_receipts = read_receipts != 0,
                        .last_seen = static_cast<Audience>(show_last_seen),
                        .online = static_cast<Audience>(show_online)},
            .last_seen = from_unix_ms(last_seen),
            .is_contact = is_contact != 0,
            .has_viewer = has_viewer != 0,
            .is_blocked = is_blocked != 0,
            .blocks_viewer = blocks_viewer != 0};
  }
};

/// Takes the viewer four times, then what `rest` takes.
template <class... Values>
std::vector<Person> select_people(soci::session& s, const AccountId& viewer, const std::string& rest,
                                  const Values&... values) {
  static const std::string kColumns =
      "SELECT a.id, a.handle, a.display_name, a.about, a.avatar, a.created, a.deleted_at, a.disabled,"
      " a.read_receipts, a.show_last_seen, a.show_online, a.last_seen,"
      " CASE WHEN EXISTS (SELECT 1 FROM contacts r WHERE r.account_id = :v1 AND r.peer_id = a.id) THEN 1 ELSE 0 END,"
      " CASE WHEN EXISTS (SELECT 1 FROM contacts r WHERE r.peer_id = :v2 AND r.account_id = a.id) THEN 1 ELSE 0 END,"
      " CASE WHEN EXISTS (SELECT 1 FROM blocks r WHERE r.account_id = :v3 AND r.peer_id = a.id) THEN 1 ELSE 0 END,"
      " CASE WHEN EXISTS (SELECT 1 FROM blocks r WHERE r.peer_id = :v4 AND r.account_id = a.id) THEN 1 ELSE 0 END"
      " FROM accounts a ";
  return select<PersonRow>(s, kColumns + rest, viewer, viewer, viewer, viewer, values...);
}

std::vector<std::string> texts_of(const std::vector<AccountId>& ids) {
  std::vector<std::string> texts;
  texts.reserve(ids.size());
  for (const auto& id : ids) texts.push_back(id.str());
  return texts;
}

std::vector<Person> people_by_id(soci::session& s, const AccountId& viewer, const std::vector<AccountId>& ids) {
  auto texts = texts_of(ids);
  const std::string list = placeholders("id", texts);
  auto rows = select_people(s, viewer, "WHERE a.id IN (" + list + ")", texts);
  std::map<AccountId, Person> by_id;
  for (auto& row : rows) by_id.emplace(row.id, std::move(row));
  std::vector<Person> ordered;
  for (const auto& id : ids) {
    if (auto node = by_id.extract(id)) ordered.push_back(std::move(node.mapped()));
  }
  return ordered;
}

std::vector<Person> search_people(soci::session& s, const AccountId& viewer, const PeopleSearch& what) {
  auto texts = texts_of(what.candidates);
  // Handles hold nothing above 'z', so this range is the prefix.
  std::string rest =
      "WHERE a.handle >= :low AND a.handle < :high AND a.deleted_at = 0 AND a.disabled = 0 AND a.id <> :self"
      " AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.peer_id = :blocked) AND ";
  const std::string tail = " ORDER BY a.handle LIMIT :most";
  const std::string high = what.prefix + "\x7f";
  if (what.everybody) {
    return select_people(s, viewer, rest + "1 = 1" + tail, what.prefix, high, viewer, viewer, what.limit);
  }
  rest += "a.id IN (SELECT c.peer_id FROM contacts c WHERE c.account_id = :owner UNION ALL VALUES " +
          placeholders("id", texts, "(", ")") + ")";
  return select_people(s, viewer, rest + tail, what.prefix, high, viewer, viewer, viewer, texts, what.limit);
}

/// Whether anything changed. `table` is contacts or blocks.
Result<bool> set_pair(soci::session& s, const std::string& table, const Relation& relation) {
  if (!is_live(s, relation.account)) return fail(ErrorCode::account_unknown);
  if (!relation.on) {
    return change(s, "DELETE FROM " + table + " WHERE account_id = :account AND peer_id = :peer", relation.account,
                  relation.peer) > 0;
  }
  if (!is_live(s, relation.peer)) return fail(ErrorCode::account_unknown);
  const bool added = change(s,
                            "INSERT INTO " + table +
                                " (account_id, peer_id, created) VALUES (:account, :peer, :now) ON CONFLICT DO NOTHING",
                            relation.account, relation.peer, relation.now) > 0;
  const std::string count = "SELECT COUNT(*) FROM " + table + " WHERE account_id = :account";
  if (added && number(s, count, relation.account) > relation.limit) return fail(ErrorCode::limit_reached);
  return added;
}

class SqlPeople final : public People {
 public:
  explicit SqlPeople(Database& database) : database_(database) {}

  void people(Executor& executor, AccountId viewer, std::vector<AccountId> ids,
              Completion<Result<std::vector<Person>>> done) override {
    database_.read<std::vector<Person>>(executor, std::move(done), [viewer, ids = std::move(ids)](soci::session& s) {
      return people_by_id(s, viewer, ids);
    });
  }

  void find(Executor& executor, AccountId viewer, std::string handle,
            Completion<Result<std::optional<Person>>> done) override {
    database_.read<std::optional<Person>>(executor, std::move(done), [=](soci::session& s) -> std::optional<Person> {
      auto rows = select_people(s, viewer, "WHERE a.handle = :handle AND a.deleted_at = 0", handle);
      if (rows.empty()) return std::nullopt;
      return std::move(rows.front());
    });
  }

  void search(Executor& executor, AccountId viewer, PeopleSearch what,
              Completion<Result<std::vector<Person>>> done) override {
    database_.read<std::vector<Person>>(executor, std::move(done), [viewer, what = std::move(what)](soci::session& s) {
      return search_people(s, viewer, what);
    });
  }

  void contacts(Executor& executor, AccountId account, std::string after, std::uint32_t limit,
                Completion<Result<std::vector<Person>>> done) override {
    list(executor, "contacts", account, std::move(after), limit, std::move(done));
  }
  void blocks(Executor& executor, AccountId account, std::string after, std::uint32_t limit,
              Completion<Result<std::vector<Person>>> done) override {
    list(executor, "blocks", account, std::move(after), limit, std::move(done));
  }

  void set_profile(Executor& executor, AccountId account, ProfileChange changed,
                   Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      if (!is_live(s, account)) return fail(ErrorCode::account_unknown);
      const auto set = [&](const char* sql, const std::optional<std::string>& text) {
        if (text) change(s, sql, *text, account);
      };
      set("UPDATE accounts SET display_name = :text WHERE id = :id", changed.display_name);
      set("UPDATE accounts SET about = :text WHERE id = :id", changed.about);
      set("UPDATE accounts SET avatar = :text WHERE id = :id", changed.avatar);
      return {};
    });
  }

  void set_privacy(Executor& executor, AccountId account, PrivacyChange changed, Time now,
                   Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      if (!is_live(s, account)) return fail(ErrorCode::account_unknown);
      if (changed.last_seen) {
        change(s, "UPDATE accounts SET show_last_seen = :to WHERE id = :id", *changed.last_seen, account);
      }
      if (changed.online) change(s, "UPDATE accounts SET show_online = :to WHERE id = :id", *changed.online, account);
      if (!changed.read_receipts) return {};
      const auto switched =
          change(s, "UPDATE accounts SET read_receipts = :to WHERE id = :id AND read_receipts <> :not",
                 *changed.read_receipts, account, *changed.read_receipts);
      if (switched > 0) insert_job(s, JobKind::set_hide_read, account, now, !*changed.read_receipts);
      return {};
    });
  }

  void set_contact(Executor& executor, Relation relation, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      const auto changed = set_pair(s, "contacts", relation);
      if (!changed) return fail(changed.error());
      return {};
    });
  }

  void set_block(Executor& executor, Relation relation, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [=](soci::session& s) -> Result<void> {
      const auto changed = set_pair(s, "blocks", relation);
      if (!changed) return fail(changed.error());
      if (*changed) insert_job(s, JobKind::set_block, relation.account, relation.now, relation.on, relation.peer);
      return {};
    });
  }

  void set_last_seen(Executor& executor, std::vector<LastSeen> seen, Completion<Result<void>> done) override {
    database_.write<void>(executor, std::move(done), [seen = std::move(seen)](soci::session& s) -> Result<void> {
      for (const auto& one : seen) {
        change(s, "UPDATE accounts SET last_seen = :at WHERE id = :id AND last_seen < :since AND deleted_at = 0",
               one.at, one.account, one.at);
      }
      return {};
    });
  }

 private:
  void list(Executor& executor, std::string table, AccountId account, std::string after, std::uint32_t limit,
            Completion<Result<std::vector<Person>>> done) {
    database_.read<std::vector<Person>>(
        executor, std::move(done), [=](soci::session& s) -> Result<std::vector<Person>> {
          if (!is_live(s, account)) return fail(ErrorCode::account_unknown);
          return select_people(s, account,
                               "JOIN " + table +
                                   " l ON l.peer_id = a.id WHERE l.account_id = :owner AND a.handle > :after"
                                   " ORDER BY a.handle LIMIT :most",
                               account, after, limit);
        });
  }

  Database& database_;
};

}  // namespace

std::vector<Person> list_people(soci::session& session, const PeopleList& what) {
  return select_people(session, AccountId{},
                       "WHERE a.deleted_at = 0 AND a.handle >= :low AND a.handle < :high AND a.handle > :after"
                       " AND a.disabled >= :disabled ORDER BY a.handle LIMIT :most",
                       what.prefix, what.prefix + "\x7f", what.after, what.disabled_only, what.limit);
}

std::unique_ptr<People> make_people(Database& database) {
  return std::make_unique<SqlPeople>(database);
}

}  // namespace parley::sql
