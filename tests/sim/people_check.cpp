#include "sim/people_check.hpp"

namespace parley::sim {
namespace {

struct Check {
  const StoredLogs& logs;
  const SeenPeople& people;
  std::vector<std::string>& broken;

  /// As it sees itself; an account that is deleted sees nobody, so somebody else looks.
  [[nodiscard]] const Person* find(const AccountId& account) const {
    const Person* found = nullptr;
    for (const auto& [viewer, seen] : people) {
      const auto one = seen.find(account);
      if (one != seen.end() && (found == nullptr || viewer == account)) found = &one->second;
    }
    return found;
  }

  void gone(const Wish& wish) const {
    for (const auto& [id, log] : logs) {
      if (log.model.is_active(wish.account)) broken.push_back("P6: a deleted account is still in " + id.str());
      if (!wish.erased) continue;
      for (const auto& [seq, message] : log.model.messages) {
        if (message.author == wish.account && !message.deleted) {
          broken.push_back("P6: an erased account's seq " + std::to_string(seq) + " is still in " + id.str());
        }
      }
    }
  }

  void receipts(const Person& person) const {
    for (const auto& [id, log] : logs) {
      const auto member = log.members.find(person.id);
      if (!log.model.is_active(person.id) || member == log.members.end()) continue;
      if (member->second.hide_read == person.privacy.read_receipts) {
        broken.push_back("P5: hidden receipts have not reached " + id.str());
      }
    }
  }

  void block(const AccountId& by, const Person& peer) const {
    const auto log = logs.find(direct_channel_id(by, peer.id));
    const bool stands = log != logs.end() && log->second.model.blocked_by.contains(by);
    if (stands != peer.is_blocked) {
      broken.push_back("P7: a block " + std::string(stands ? "is still" : "is not") + " in the channel of " + by.str() +
                       " and " + peer.id.str());
    }
  }
};

}  // namespace

void check_people(const StoredLogs& logs, const SeenPeople& people, const std::vector<Wish>& wishes,
                  std::vector<std::string>& broken) {
  const Check check{logs, people, broken};
  for (const Wish& wish : wishes) {
    const Person* person = check.find(wish.account);
    if (person == nullptr) {
      broken.push_back("an account is unknown");
    } else if (person->deleted) {
      check.gone(wish);
    } else {
      check.receipts(*person);
      for (const auto& [other, seen] : people.at(wish.account)) {
        if (other != wish.account && !seen.deleted) check.block(wish.account, seen);
      }
    }
  }
}

}  // namespace parley::sim
