// People: profiles, contacts, blocks and privacy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Numbers are stored: never renumber.
enum class Audience : std::uint8_t { everyone = 0, contacts = 1, nobody = 2 };

struct Privacy {
  bool read_receipts = true;  // both ways: who hides when they have read does not see when others have
  Audience last_seen = Audience::everyone;
  Audience online = Audience::everyone;

  friend bool operator==(const Privacy&, const Privacy&) = default;
};

/// An account as one viewer relates to it. Everything that is stored is here, whatever the privacy switches say: what
/// the viewer may see of it is decided by the caller.
struct Person {
  AccountId id{};
  std::string handle{};
  std::string display_name{}, about{}, avatar{};  // empty when deleted; avatar is an opaque media id
  Time created{};
  bool deleted = false;
  bool disabled = false;
  Privacy privacy{};
  Time last_seen{};            // kNever: not yet
  bool is_contact = false;     // the viewer has them as a contact
  bool has_viewer = false;     // they have the viewer as a contact
  bool is_blocked = false;     // the viewer blocks them
  bool blocks_viewer = false;  // they block the viewer
};

/// Only what is set is changed.
struct ProfileChange {
  std::optional<std::string> display_name{}, about{}, avatar{};
};
struct PrivacyChange {
  std::optional<bool> read_receipts{};
  std::optional<Audience> last_seen{}, online{};
};

struct PeopleSearch {
  std::string prefix{};                 // of the handle
  std::vector<AccountId> candidates{};  // searched besides the viewer's contacts; at most 1,000
  bool everybody = false;               // search all accounts
  std::uint32_t limit = 20;
};

/// A contact or a block, on or off.
struct Relation {
  AccountId account{};
  AccountId peer{};
  bool on = true;
  Time now{};
  std::uint32_t limit = 0;  // switching one on over this many is `limit_reached`
};

struct LastSeen {
  AccountId account{};
  Time at{};
};

/// Any thread may call; completions run once, on the executor given. Each call is one transaction. Texts are stored as
/// given: the caller has checked them. An `account` (the one who acts) that does not exist or is deleted is
/// `account_unknown`.
class People {
 public:
  virtual ~People() = default;

  /// The accounts among `ids` that exist or existed, in the order of `ids`, each once. At most 1,000 ids.
  virtual void people(Executor& executor, AccountId viewer, std::vector<AccountId> ids,
                      Completion<Result<std::vector<Person>>> done) = 0;
  /// By exact handle; nullopt if nobody has it now (a deleted account's handle finds nobody).
  virtual void find(Executor& executor, AccountId viewer, std::string handle,
                    Completion<Result<std::optional<Person>>> done) = 0;
  /// Ordered by handle, without the viewer, deleted and disabled accounts, and those who block the viewer.
  virtual void search(Executor& executor, AccountId viewer, PeopleSearch what,
                      Completion<Result<std::vector<Person>>> done) = 0;
  /// Ordered by handle, from after `after` (empty: the first), at most `limit`.
  virtual void contacts(Executor& executor, AccountId account, std::string after, std::uint32_t limit,
                        Completion<Result<std::vector<Person>>> done) = 0;
  virtual void blocks(Executor& executor, AccountId account, std::string after, std::uint32_t limit,
                      Completion<Result<std::vector<Person>>> done) = 0;

  virtual void set_profile(Executor& executor, AccountId account, ProfileChange change,
                           Completion<Result<void>> done) = 0;
  /// Writes JobKind::set_hide_read when read receipts change.
  virtual void set_privacy(Executor& executor, AccountId account, PrivacyChange change, Time now,
                           Completion<Result<void>> done) = 0;
  /// Idempotent. Switching on with a peer that does not exist or is deleted is `account_unknown`.
  virtual void set_contact(Executor& executor, Relation relation, Completion<Result<void>> done) = 0;
  /// Idempotent; writes JobKind::set_block when something changes. As `set_contact` otherwise.
  virtual void set_block(Executor& executor, Relation relation, Completion<Result<void>> done) = 0;
  /// Only moves forward. Unknown accounts are passed over.
  virtual void set_last_seen(Executor& executor, std::vector<LastSeen> seen, Completion<Result<void>> done) = 0;
};

}  // namespace parley
