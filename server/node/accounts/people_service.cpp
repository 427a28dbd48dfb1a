#include "node/accounts/people_service.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "node/accounts/rules.hpp"
#include "ports/complete_on.hpp"

namespace parley {
namespace {

constexpr std::size_t kSharedLookedAt = 1000;

using Persons = std::vector<Person>;
using Profiles = std::vector<Profile>;

Completion<Result<Persons>> as_profiles(Completion<Result<Profiles>> done) {
  return [done = std::move(done)](Result<Persons> persons) mutable {
    if (!persons) return done(fail(std::move(persons.error())));
    Profiles profiles;
    profiles.reserve(persons->size());
    for (const auto& person : *persons) profiles.push_back(profile_for_viewer(person));
    done(std::move(profiles));
  };
}

std::uint32_t page(std::uint32_t limit) {
  return std::clamp(limit, 1U, PeopleService::kPage);
}

}  // namespace

bool may_see(const Person& person, Audience audience) {
  if (person.blocks_viewer || person.is_blocked || person.deleted) return false;
  return audience == Audience::everyone || (audience == Audience::contacts && person.has_viewer);
}

Profile profile_for_viewer(const Person& person) {
  Profile profile;
  profile.id = person.id;
  profile.is_contact = person.is_contact;
  profile.is_blocked = person.is_blocked;
  if (person.deleted) {
    profile.deleted = true;
    profile.display_name = "deleted account";
    return profile;
  }
  profile.handle = person.handle;
  profile.display_name = person.display_name;
  if (!person.blocks_viewer) {
    profile.about = person.about;
    profile.avatar = person.avatar;
  }
  if (may_see(person, person.privacy.last_seen)) profile.last_seen = person.last_seen;
  return profile;
}

PeopleService::PeopleService(People& people, const Clock& clock, const AccountsConfig& config)
    : people_(people), clock_(clock), config_(config) {}

void PeopleService::account(Executor& executor, const Caller& caller, Completion<Result<OwnAccount>> done) {
  people_.people(executor, caller.account, {caller.account}, [done = std::move(done)](Result<Persons> found) mutable {
    if (!found) return done(fail(std::move(found.error())));
    if (found->empty() || found->front().deleted) return done(fail(ErrorCode::account_unknown));
    const Person& person = found->front();
    OwnAccount own{.profile = profile_for_viewer(person), .privacy = person.privacy, .created = person.created};
    own.profile.last_seen = person.last_seen;
    done(std::move(own));
  });
}

void PeopleService::set_profile(Executor& executor, const Caller& caller, const ProfileChange& change,
                                Completion<Result<void>> done) {
  auto cleaned = clean_profile(change, config_.limits);
  if (!cleaned) return complete_on<void>(executor, std::move(done), fail(std::move(cleaned.error())));
  people_.set_profile(executor, caller.account, *std::move(cleaned), std::move(done));
}

void PeopleService::set_privacy(Executor& executor, const Caller& caller, PrivacyChange change,
                                Completion<Result<void>> done) {
  people_.set_privacy(executor, caller.account, change, clock_.now(), std::move(done));
}

void PeopleService::profiles(Executor& executor, const Caller& caller, std::vector<AccountId> ids,
                             Completion<Result<Profiles>> done) {
  if (ids.size() > kPage) {
    return complete_on<Profiles>(executor, std::move(done),
                                 fail(ErrorCode::invalid_argument, "At most 200 accounts can be asked for at once."));
  }
  people_.people(executor, caller.account, std::move(ids), as_profiles(std::move(done)));
}

void PeopleService::find(Executor& executor, const Caller& caller, std::string handle,
                         Completion<Result<Profile>> done) {
  if (!is_valid_handle(handle)) {
    return complete_on<Profile>(executor, std::move(done), fail(ErrorCode::account_unknown));
  }
  people_.find(executor, caller.account, std::move(handle),
               [done = std::move(done)](Result<std::optional<Person>> found) mutable {
                 if (!found) return done(fail(std::move(found.error())));
                 if (!*found || (*found)->disabled) return done(fail(ErrorCode::account_unknown));
                 done(profile_for_viewer(**found));
               });
}

void PeopleService::search(Executor& executor, const Caller& caller, std::string prefix, std::vector<AccountId> shared,
                           std::uint32_t limit, Completion<Result<Profiles>> done) {
  if (!is_handle_prefix(prefix)) return complete_on<Profiles>(executor, std::move(done), Profiles{});
  if (shared.size() > kSharedLookedAt) shared.resize(kSharedLookedAt);
  people_.search(executor, caller.account,
                 {.prefix = std::move(prefix),
                  .candidates = std::move(shared),
                  .everybody = config_.open_directory,
                  .limit = page(limit)},
                 as_profiles(std::move(done)));
}

void PeopleService::contacts(Executor& executor, const Caller& caller, std::string after, std::uint32_t limit,
                             Completion<Result<Profiles>> done) {
  people_.contacts(executor, caller.account, std::move(after), page(limit), as_profiles(std::move(done)));
}

void PeopleService::blocks(Executor& executor, const Caller& caller, std::string after, std::uint32_t limit,
                           Completion<Result<Profiles>> done) {
  people_.blocks(executor, caller.account, std::move(after), page(limit), as_profiles(std::move(done)));
}

void PeopleService::set_contact(Executor& executor, const Caller& caller, const AccountId& peer, bool on,
                                Completion<Result<void>> done) {
  if (peer == caller.account) {
    return complete_on<void>(executor, std::move(done),
                             fail(ErrorCode::invalid_argument, "Nobody is a contact of themselves."));
  }
  people_.set_contact(executor,
                      {.account = caller.account,
                       .peer = peer,
                       .on = on,
                       .now = clock_.now(),
                       .limit = static_cast<std::uint32_t>(config_.limits.contacts_per_account)},
                      std::move(done));
}

void PeopleService::set_block(Executor& executor, const Caller& caller, const AccountId& peer, bool on,
                              Completion<Result<void>> done) {
  if (peer == caller.account) {
    return complete_on<void>(executor, std::move(done),
                             fail(ErrorCode::invalid_argument, "Nobody can block themselves."));
  }
  people_.set_block(executor,
                    {.account = caller.account,
                     .peer = peer,
                     .on = on,
                     .now = clock_.now(),
                     .limit = static_cast<std::uint32_t>(config_.limits.blocks_per_account)},
                    std::move(done));
}

}  // namespace parley
