// Invitations to sign up: create, list, revoke.
#include <algorithm>

#include "app/admin/common.hpp"
#include "base/hex.hpp"
#include "gateway/io_pool.hpp"
#include "node/accounts/accounts_service.hpp"

namespace parley {
namespace {

constexpr std::uint64_t kDay = 86'400'000;

/// The hash names an invitation where its text, a secret, is no longer known.
std::string id_of(const SignUpInvitation& invitation) {
  return hex_encode(view(invitation.hash)).substr(0, 16);
}

Result<std::vector<SignUpInvitation>> live(const AdminCall& call, AdminParts& parts) {
  return await<std::vector<SignUpInvitation>>(call, [&](auto done) {
    parts.accounts.oversight().invitations(parts.pool.at(0), parts.clock.now(), std::move(done));
  });
}

Result<boost::json::value> list(const AdminCall& call, AdminParts& parts) {
  const auto found = live(call, parts);
  if (!found) return fail(found.error());
  std::vector<AccountId> makers;
  for (const auto& one : *found) makers.push_back(one.by);
  if (makers.size() > 1000) makers.resize(1000);
  const auto people = people_of(call, parts, std::move(makers));
  if (!people) return fail(people.error());
  boost::json::array rows;
  for (const auto& one : *found) {
    boost::json::object row{{"id", id_of(one)},
                            {"by", one.by.str()},
                            {"uses_left", one.uses},
                            {"created", to_unix_ms(one.created)},
                            {"expires", to_unix_ms(one.expires)}};
    for (const Person& person : *people) {
      if (person.id == one.by) row["by_handle"] = person.handle;
    }
    rows.emplace_back(std::move(row));
  }
  return boost::json::object{{"invitations", std::move(rows)}};
}

Result<boost::json::value> create(AdminCall& call, AdminParts& parts) {
  const auto body = call.body();
  if (!body) return fail(body.error());
  const auto by = text_field(*body, "by");
  if (!by) return fail(by.error());
  if (!*by) return fail(ErrorCode::invalid_argument, "by: the handle of who invites is needed");
  const auto uses = number_field(*body, "uses");
  if (!uses) return fail(uses.error());
  const auto life = number_field(*body, "life_ms");
  if (!life) return fail(life.error());
  const auto person = find_person(call, parts, **by);
  if (!person) return fail(person.error());
  const auto asked_uses = static_cast<std::uint32_t>(std::min<std::uint64_t>(uses->value_or(1), 1'000'000));
  const auto asked_life = static_cast<std::int64_t>(std::min<std::uint64_t>(life->value_or(7 * kDay), 1000 * kDay));
  call.remember("uses", asked_uses);
  const auto made = await<IssuedInvitation>(call, [&](auto done) {
    parts.service.sign_ins().create_invitation(parts.pool.at(0), {person->id, DeviceId{}}, asked_uses,
                                               Duration(asked_life), std::move(done));
  });
  if (!made) return fail(made.error());
  return boost::json::object{{"invitation", made->text}, {"uses", asked_uses}, {"expires", to_unix_ms(made->expires)}};
}

Result<boost::json::value> revoke(const AdminCall& call, AdminParts& parts) {
  const auto found = live(call, parts);
  if (!found) return fail(found.error());
  for (const auto& one : *found) {
    if (id_of(one) != call.value(0)) continue;
    const auto gone = await<void>(call, [&](auto done) {
      parts.accounts.oversight().revoke_invitation(parts.pool.at(0), one.hash, std::move(done));
    });
    if (!gone) return fail(gone.error());
    return boost::json::object{{"id", id_of(one)}};
  }
  return fail(ErrorCode::invitation_invalid);
}

}  // namespace

void add_invitation_operations(AdminServer& admin, AdminParts& parts) {
  admin.look("GET", "/invitations", [&parts](AdminCall& call) { return list(call, parts); });
  admin.change("POST", "/invitations", "create_invitation", [&parts](AdminCall& call) { return create(call, parts); });
  admin.change("DELETE", "/invitations/{id}", "revoke_invitation",
               [&parts](AdminCall& call) { return revoke(call, parts); });
}

}  // namespace parley
