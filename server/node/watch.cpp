#include "node/watch.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "node/loaded_channel.hpp"

namespace parley {
namespace {

/// Groups looked into for one account before the answer is no.
constexpr std::size_t kGroupsLookedInto = 8;

bool admits(Audience audience, const Person& person) {
  return audience == Audience::everyone || (audience == Audience::contacts && person.has_viewer);
}

struct Check : std::enable_shared_from_this<Check> {
  Check(Io& io, AccountId viewer, std::vector<AccountId> asked, Completion<Result<std::vector<Hub::Watched>>> done)
      : io(io), alive(io.alive()), viewer(viewer), asked(std::move(asked)), done(std::move(done)) {}

  Io& io;
  std::weak_ptr<bool> alive;
  AccountId viewer;
  std::vector<AccountId> asked;
  Completion<Result<std::vector<Hub::Watched>>> done;
  std::vector<ChannelId> mine;
  std::vector<Person> people;
  std::vector<Hub::Watched> watched;
  std::size_t at = 0;

  void begin(std::vector<Person> found) {
    const auto me = std::ranges::find(found, viewer, &Person::id);
    // Its blocks went with the account, and a session of it may go on for a while on another node.
    if (me == found.end() || me->deleted) return finish();
    if (std::ranges::find(asked, viewer) == asked.end()) found.erase(me);
    people = std::move(found);
    io.node().store->channels_of(viewer, io.executor(),
                                 [self = shared_from_this()](Result<std::vector<ChannelId>> channels) {
                                   if (self->alive.expired()) return;
                                   if (!channels) return self->done(fail(channels.error()));
                                   self->mine = std::move(*channels);
                                   self->next();
                                 });
  }

  void next() {
    while (at < people.size()) {
      const Person& person = people[at];
      watched.push_back({person.id, false, false, person.last_seen});
      const bool online = admits(person.privacy.online, person);
      const bool last_seen = admits(person.privacy.last_seen, person);
      if (person.deleted || person.is_blocked || person.blocks_viewer || (!online && !last_seen)) {
        ++at;
        continue;
      }
      if (std::binary_search(mine.begin(), mine.end(), direct_channel_id(viewer, person.id))) {
        allow();
        continue;
      }
      return find_common_group();
    }
    finish();
  }

  /// An entry for each that was asked for, once: whom nobody knows cannot be told from whom one may not see.
  void finish() {
    std::map<AccountId, Hub::Watched> found;
    for (Hub::Watched& one : watched) found.emplace(one.account, one);
    std::vector<Hub::Watched> all;
    std::set<AccountId> told;
    for (const AccountId& account : asked) {
      if (!told.insert(account).second) continue;
      const auto one = found.find(account);
      all.push_back(one != found.end() ? one->second : Hub::Watched{account});
    }
    done(std::move(all));
  }

  void allow() {
    const Person& person = people[at];
    watched.back().sees_online = admits(person.privacy.online, person);
    watched.back().sees_last_seen = admits(person.privacy.last_seen, person);
    ++at;
  }

  void find_common_group() {
    io.node().store->channels_of(people[at].id, io.executor(),
                                 [self = shared_from_this()](Result<std::vector<ChannelId>> theirs) {
                                   if (self->alive.expired()) return;
                                   if (!theirs) return self->done(fail(theirs.error()));
                                   std::vector<ChannelId> common;
                                   std::set_intersection(self->mine.begin(), self->mine.end(), theirs->begin(),
                                                         theirs->end(), std::back_inserter(common));
                                   if (common.size() > kGroupsLookedInto) common.resize(kGroupsLookedInto);
                                   self->look_into(std::move(common));
                                 });
  }

  void look_into(std::vector<ChannelId> common) {
    if (common.empty()) {
      ++at;
      return next();
    }
    const ChannelId id = common.back();
    common.pop_back();
    inspect_channel(io.node(), id, io.executor(),
                    [self = shared_from_this(), common = std::move(common), viewer = viewer, other = people[at].id,
                     &executor = io.executor()](Result<const LoadedChannel*> found) mutable {
                      const bool both = found && *found != nullptr &&
                                        (*found)->state().find_active(viewer) != nullptr &&
                                        (*found)->state().find_active(other) != nullptr;
                      executor.post([self, common = std::move(common), both]() mutable {
                        if (self->alive.expired()) return;
                        if (!both) return self->look_into(std::move(common));
                        self->allow();
                        self->next();
                      });
                    });
  }
};

}  // namespace

void check_watch(Io& io, const AccountId& viewer, std::vector<AccountId> accounts,
                 Completion<Result<std::vector<Hub::Watched>>> done) {
  auto check = std::make_shared<Check>(io, viewer, accounts, std::move(done));
  accounts.push_back(viewer);
  io.node().people->people(io.executor(), viewer, std::move(accounts), [check](Result<std::vector<Person>> people) {
    if (check->alive.expired()) return;
    if (!people) return check->done(fail(people.error()));
    check->begin(std::move(*people));
  });
}

}  // namespace parley
