// To whom each account shows whether it is online and when it was last seen, and who its contacts are, as far as that
// is certain.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "base/id.hpp"
#include "base/time.hpp"
#include "parley/v1/accounts.pb.h"

namespace parley::sim {

enum class Shown { online, last_seen };

class Audiences {
 public:
  /// The account asks for this change: until it is answered, it is not known who may see what.
  void changing(const AccountId& account, const v1::ChangeAccount& change);
  /// It is so since `now`.
  void changed(const AccountId& account, const v1::ChangeAccount& change, Time now);
  /// From here on `peer` may be a contact of the account, or is none any more.
  void changing_contact(const AccountId& account, const AccountId& peer) { no_contact_[{account, peer}].reset(); }
  void no_contact(const AccountId& account, const AccountId& peer, Time now) { no_contact_[{account, peer}] = now; }
  /// Whether the account has hidden this from `viewer` for longer than `grace`.
  [[nodiscard]] bool hides(const AccountId& account, Shown what, const AccountId& viewer, Time now,
                           Duration grace) const;

 private:
  struct Choice {
    v1::Audience audience = v1::AUDIENCE_EVERYONE;
    Time since = kNever;
  };
  std::map<std::pair<AccountId, Shown>, std::optional<Choice>> choices_;  // nullopt: not known
  /// Since when; nullopt: not known. Who is not in it never was one.
  std::map<std::pair<AccountId, AccountId>, std::optional<Time>> no_contact_;
};

}  // namespace parley::sim
