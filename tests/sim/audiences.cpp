#include "sim/audiences.hpp"

namespace parley::sim {

void Audiences::changing(const AccountId& account, const v1::ChangeAccount& change) {
  if (change.has_online()) choices_[{account, Shown::online}].reset();
  if (change.has_last_seen()) choices_[{account, Shown::last_seen}].reset();
}

void Audiences::changed(const AccountId& account, const v1::ChangeAccount& change, Time now) {
  if (change.has_online()) choices_[{account, Shown::online}] = {change.online(), now};
  if (change.has_last_seen()) choices_[{account, Shown::last_seen}] = {change.last_seen(), now};
}

bool Audiences::hides(const AccountId& account, Shown what, const AccountId& viewer, Time now, Duration grace) const {
  const auto found = choices_.find({account, what});
  if (found == choices_.end() || !found->second) return false;
  const Choice& choice = *found->second;
  if (choice.audience == v1::AUDIENCE_EVERYONE || now - choice.since <= grace) return false;
  if (choice.audience == v1::AUDIENCE_NOBODY) return true;
  const auto was_contact = no_contact_.find({account, viewer});
  if (was_contact == no_contact_.end()) return true;
  return was_contact->second && now - *was_contact->second > grace;
}

}  // namespace parley::sim
