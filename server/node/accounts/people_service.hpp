// Profiles, finding people, contacts, blocks and privacy: the rules over the port People. Without state: the same
// object serves every executor.
#pragma once

#include <string>
#include <vector>

#include "node/accounts/types.hpp"
#include "node/io.hpp"
#include "ports/people.hpp"

namespace parley {

/// Every call may come from any executor; `done` runs on `executor`, once. `caller` is who a verified access token
/// says.
class PeopleService {
 public:
  PeopleService(People& people, const Clock& clock, const AccountsConfig& config);

  static constexpr std::uint32_t kPage = 200;  // most people that one answer holds, most ids that one question names

  void account(Executor& executor, const Caller& caller, Completion<Result<OwnAccount>> done);
  /// Errors: invalid_name, invalid_text, content_too_long, invalid_argument.
  void set_profile(Executor& executor, const Caller& caller, const ProfileChange& change,
                   Completion<Result<void>> done);
  void set_privacy(Executor& executor, const Caller& caller, PrivacyChange change, Completion<Result<void>> done);

  /// Those that exist or existed, in the order asked for. invalid_argument for more than kPage ids.
  void profiles(Executor& executor, const Caller& caller, std::vector<AccountId> ids,
                Completion<Result<std::vector<Profile>>> done);
  /// By exact handle, or account_unknown.
  void find(Executor& executor, const Caller& caller, std::string handle, Completion<Result<Profile>> done);
  /// By the beginning of the handle: among contacts and `shared` (who shares a group with the caller; at most 1,000 are
  /// looked at), or everybody where the operator opened the directory. Ordered by handle.
  void search(Executor& executor, const Caller& caller, std::string prefix, std::vector<AccountId> shared,
              std::uint32_t limit, Completion<Result<std::vector<Profile>>> done);

  /// Ordered by handle, after `after` (empty: from the first), at most kPage.
  void contacts(Executor& executor, const Caller& caller, std::string after, std::uint32_t limit,
                Completion<Result<std::vector<Profile>>> done);
  void blocks(Executor& executor, const Caller& caller, std::string after, std::uint32_t limit,
              Completion<Result<std::vector<Profile>>> done);
  /// Idempotent. Errors: account_unknown, limit_reached, invalid_argument (oneself).
  void set_contact(Executor& executor, const Caller& caller, const AccountId& peer, bool on,
                   Completion<Result<void>> done);
  void set_block(Executor& executor, const Caller& caller, const AccountId& peer, bool on,
                 Completion<Result<void>> done);

 private:
  People& people_;
  const Clock& clock_;
  const AccountsConfig config_;
};

/// What the viewer, as whom `person` was read, may see of it.
Profile profile_for_viewer(const Person& person);
bool may_see(const Person& person, Audience audience);

}  // namespace parley
