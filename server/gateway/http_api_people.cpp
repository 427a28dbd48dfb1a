// One's own account, finding people, contacts and blocks.
#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "gateway/http_api.hpp"
#include "gateway/http_fill.hpp"
#include "parley/v1/accounts.pb.h"

namespace parley {
namespace {

/// Whose members a search by prefix looks at, newest first.
constexpr int kGroupsLookedAt = 20;
constexpr std::size_t kSharedLookedAt = 1000;
constexpr std::uint32_t kSearchPage = 20;

v1::Audience to_wire(Audience audience) {
  return static_cast<v1::Audience>(static_cast<int>(audience) + 1);
}

std::optional<Audience> from_wire(v1::Audience audience) {
  if (audience < v1::AUDIENCE_EVERYONE || audience > v1::AUDIENCE_NOBODY) return std::nullopt;
  return static_cast<Audience>(static_cast<int>(audience) - 1);
}

/// Answers 204, after the account's other devices were told.
Completion<Result<void>> done(const Call& call, std::string what) {
  return [call, what = std::move(what)](const Result<void>& result) mutable {
    if (!call->good(result)) return;
    call->note(call->caller().account, std::move(what));
    call->answer_nothing();
  };
}

// ---- one's own ---------------------------------------------------------------------------------------------------

void own_account(const Call& call) {
  call->parts().accounts.people().account(call->executor(), call->caller(), [call](const Result<OwnAccount>& account) {
    if (!call->good(account)) return;
    v1::Account out;
    fill_account(*account, out);
    call->answer(out);
  });
}

Result<PrivacyChange> to_privacy(const v1::ChangeAccount& body) {
  PrivacyChange change;
  if (body.has_read_receipts()) change.read_receipts = body.read_receipts();
  if (body.has_last_seen()) change.last_seen = from_wire(body.last_seen());
  if (body.has_online()) change.online = from_wire(body.online());
  if (body.has_last_seen() && !change.last_seen)
    return fail(ErrorCode::invalid_argument, "lastSeen: not a known value");
  if (body.has_online() && !change.online) return fail(ErrorCode::invalid_argument, "online: not a known value");
  return change;
}

void change_account(const Call& call) {
  v1::ChangeAccount body;
  if (!call->read(body)) return;
  auto privacy = to_privacy(body);
  if (!call->good(privacy)) return;
  ProfileChange profile;
  if (body.has_display_name()) profile.display_name = body.display_name();
  if (body.has_about()) profile.about = body.about();
  if (body.has_avatar()) profile.avatar = body.avatar();
  const bool has_profile = profile.display_name || profile.about || profile.avatar;
  const bool has_privacy = privacy->read_receipts || privacy->last_seen || privacy->online;
  auto finish = [call](std::string what) {
    if (!what.empty()) call->note(call->caller().account, std::move(what));
    own_account(call);
  };
  auto set_privacy = [call, change = *privacy, has_privacy, finish](const Result<void>& result) {
    if (!call->good(result)) return;
    if (!has_privacy) return finish("profile");
    call->parts().accounts.people().set_privacy(call->executor(), call->caller(), change,
                                                [call, finish](const Result<void>& changed) {
                                                  if (!call->good(changed)) return;
                                                  call->parts().node.kick_jobs();
                                                  call->parts().node.hub().recheck(call->io(), call->caller().account);
                                                  finish("settings");
                                                });
  };
  if (!has_profile && !has_privacy) return finish("");
  if (!has_profile) return set_privacy({});
  call->parts().accounts.people().set_profile(call->executor(), call->caller(), profile, set_privacy);
}

// ---- finding -----------------------------------------------------------------------------------------------------

void answer_people(const Call& call, const std::vector<Profile>& profiles, std::uint32_t page = 0) {
  v1::People out;
  for (const Profile& profile : profiles) fill_profile(profile, *out.add_people());
  if (page != 0 && profiles.size() >= page) out.set_next(profiles.back().handle);
  call->answer(out);
}

void look_up(const Call& call) {
  v1::LookUpPeople body;
  if (!call->read(body)) return;
  std::vector<AccountId> ids;
  for (const auto& bytes : body.accounts()) {
    const auto id = AccountId::from_bytes(bytes);
    if (!id) return call->refuse({ErrorCode::invalid_argument, "accounts: an id has 16 bytes"});
    ids.push_back(*id);
  }
  call->parts().accounts.people().profiles(call->executor(), call->caller(), std::move(ids),
                                           [call](const Result<std::vector<Profile>>& found) {
                                             if (call->good(found)) answer_people(call, *found);
                                           });
}

void search(const Call& call, const std::string& prefix, std::uint32_t limit, const std::set<AccountId>& shared) {
  call->parts().accounts.people().search(call->executor(), call->caller(), prefix, {shared.begin(), shared.end()},
                                         limit, [call](const Result<std::vector<Profile>>& found) {
                                           if (call->good(found)) answer_people(call, *found);
                                         });
}

/// People of the caller's newest channels, whom a search finds besides contacts.
struct Shared {
  std::string prefix;
  std::uint32_t limit = kSearchPage;
  std::set<AccountId> accounts;
  std::size_t waiting = 0;
};

void add_members(const Call& call, const std::shared_ptr<Shared>& shared, const std::string& channel) {
  v1::ClientFrame frame;
  frame.mutable_get_channel()->set_channel_id(channel);
  call->io().handle(call->caller(), frame, [call, shared](v1::ServerFrame& answer) {
    for (const auto& member : answer.channel().members()) {
      const auto id = AccountId::from_bytes(member.account());
      if (id && shared->accounts.size() < kSharedLookedAt) shared->accounts.insert(*id);
    }
    if (--shared->waiting == 0) search(call, shared->prefix, shared->limit, shared->accounts);
  });
}

void search_shared(const Call& call, std::shared_ptr<Shared> shared) {
  v1::ClientFrame frame;
  frame.mutable_get_inbox();
  call->ask(frame, [call, shared = std::move(shared)](v1::ServerFrame& answer) {
    std::vector<std::string> groups;
    for (const auto& row : answer.inbox().rows()) {
      const auto peer = AccountId::from_bytes(row.peer());
      if (peer && shared->accounts.size() < kSharedLookedAt) shared->accounts.insert(*peer);
      const bool group = row.kind() == v1::CHANNEL_KIND_GROUP && row.role() != v1::ROLE_UNSPECIFIED;
      if (group && groups.size() < kGroupsLookedAt) groups.push_back(row.channel_id());
    }
    shared->waiting = groups.size();
    if (groups.empty()) return search(call, shared->prefix, shared->limit, shared->accounts);
    for (const auto& group : groups) add_members(call, shared, group);
  });
}

void find_people(const Call& call) {
  const auto handle = call->request().query_parameter("handle");
  const auto prefix = call->request().query_parameter("prefix");
  if (handle.has_value() == prefix.has_value()) {
    return call->refuse({ErrorCode::invalid_argument, "Exactly one of handle and prefix is needed."});
  }
  const auto limit = call->query_number("limit", kSearchPage);
  if (!limit) return;
  if (prefix) {
    auto shared = std::make_shared<Shared>();
    shared->prefix = *prefix;
    shared->limit = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, PeopleService::kPage));
    return search_shared(call, std::move(shared));
  }
  call->parts().accounts.people().find(call->executor(), call->caller(), *handle, [call](const Result<Profile>& found) {
    if (call->good(found)) answer_people(call, {*found});
  });
}

// ---- contacts and blocks -----------------------------------------------------------------------------------------

using List = void (PeopleService::*)(Executor&, const Caller&, std::string, std::uint32_t,
                                     Completion<Result<std::vector<Profile>>>);
using Set = void (PeopleService::*)(Executor&, const Caller&, const AccountId&, bool, Completion<Result<void>>);

void list(const Call& call, List what) {
  const auto limit = call->query_number("limit", PeopleService::kPage);
  if (!limit) return;
  const auto page = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, PeopleService::kPage));
  (call->parts().accounts.people().*what)(call->executor(), call->caller(),
                                          call->request().query_parameter("after").value_or(""), page,
                                          [call, page](const Result<std::vector<Profile>>& found) {
                                            if (call->good(found)) answer_people(call, *found, page);
                                          });
}

void set(const Call& call, Set what, bool on, const char* note) {
  const auto peer = call->id<AccountId>(0, "account");
  if (!peer) return;
  (call->parts().accounts.people().*what)(
      call->executor(), call->caller(), *peer, on,
      [call, peer = *peer, finish = done(call, note)](const Result<void>& result) mutable {
        call->parts().node.kick_jobs();
        Hub& hub = call->parts().node.hub();
        hub.recheck(call->io(), call->caller().account, peer);
        hub.recheck(call->io(), peer, call->caller().account);
        finish(result);
      });
}

}  // namespace

void fill_profile(const Profile& profile, v1::Profile& out) {
  out.set_account(std::string(profile.id.view()));
  out.set_handle(profile.handle);
  out.set_display_name(profile.display_name);
  out.set_about(profile.about);
  out.set_avatar(profile.avatar);
  out.set_deleted(profile.deleted);
  out.set_is_contact(profile.is_contact);
  out.set_is_blocked(profile.is_blocked);
  out.set_last_seen(to_unix_ms(profile.last_seen));
}

void fill_account(const OwnAccount& account, v1::Account& out) {
  fill_profile(account.profile, *out.mutable_profile());
  auto& privacy = *out.mutable_privacy();
  privacy.set_read_receipts(account.privacy.read_receipts);
  privacy.set_last_seen(to_wire(account.privacy.last_seen));
  privacy.set_online(to_wire(account.privacy.online));
  out.set_created(to_unix_ms(account.created));
}

void add_people_routes(HttpApi& api) {
  api.signed_in("GET", "/v1/account", own_account);
  api.signed_in("PATCH", "/v1/account", change_account);
  api.signed_in("GET", "/v1/people", find_people);
  api.signed_in("POST", "/v1/people/lookup", look_up);
  api.signed_in("GET", "/v1/contacts", [](const Call& call) { list(call, &PeopleService::contacts); });
  api.signed_in("PUT", "/v1/contacts/{id}",
                [](const Call& call) { set(call, &PeopleService::set_contact, true, "contacts"); });
  api.signed_in("DELETE", "/v1/contacts/{id}",
                [](const Call& call) { set(call, &PeopleService::set_contact, false, "contacts"); });
  api.signed_in("GET", "/v1/blocks", [](const Call& call) { list(call, &PeopleService::blocks); });
  api.signed_in("PUT", "/v1/blocks/{id}",
                [](const Call& call) { set(call, &PeopleService::set_block, true, "blocks"); });
  api.signed_in("DELETE", "/v1/blocks/{id}",
                [](const Call& call) { set(call, &PeopleService::set_block, false, "blocks"); });
}

}  // namespace parley
