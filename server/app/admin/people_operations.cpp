// Accounts: list, show, create, disable, enable, a new password, sign out, delete.
#include <array>
#include <utility>

#include "app/admin/common.hpp"
#include "base/base64.hpp"
#include "gateway/io_pool.hpp"
#include "node/accounts/accounts_service.hpp"
#include "node/node.hpp"

namespace parley {
namespace {

constexpr std::uint64_t kMostListed = 1000;
constexpr std::size_t kPasswordBytes = 15;  // 20 characters

/// What the caller chose, or a new one, which is then told.
struct Password {
  std::string text;
  bool generated = false;
};

Result<Password> password_of(const boost::json::object& body, AdminParts& parts) {
  auto given = text_field(body, "password");
  if (!given) return fail(std::move(given.error()));
  if (*given) return Password{std::move(**given), false};
  std::array<std::uint8_t, kPasswordBytes> random{};
  parts.random.fill(random);
  return Password{base64url_encode({reinterpret_cast<const char*>(random.data()), random.size()}), true};
}

Result<boost::json::value> list(const AdminCall& call, AdminParts& parts) {
  const auto limit = query_number(call, "limit", 100, kMostListed);
  if (!limit) return fail(limit.error());
  PeopleList what;
  what.prefix = call.request().query_parameter("prefix").value_or("");
  what.after = call.request().query_parameter("after").value_or("");
  what.disabled_only = call.request().query_parameter("disabled") == "true";
  what.limit = static_cast<std::uint32_t>(*limit);
  const auto found = await<std::vector<Person>>(
      call, [&](auto done) { parts.accounts.oversight().people(parts.pool.at(0), std::move(what), std::move(done)); });
  if (!found) return fail(found.error());
  boost::json::array people;
  for (const Person& person : *found) people.emplace_back(json_of(person));
  return boost::json::object{{"people", std::move(people)}, {"more", found->size() == *limit}};
}

Result<boost::json::value> show(AdminCall& call, AdminParts& parts) {
  const auto person = find_person(call, parts, call.value(0));
  if (!person) return fail(person.error());
  const auto devices = await<std::vector<Device>>(
      call, [&](auto done) { parts.accounts.sign_ins().devices(parts.pool.at(0), person->id, std::move(done)); });
  if (!devices) return fail(devices.error());
  boost::json::array rows;
  for (const Device& device : *devices) {
    rows.emplace_back(boost::json::object{{"device", device.id.str()},
                                          {"name", device.name},
                                          {"platform", device.platform},
                                          {"created", to_unix_ms(device.created)},
                                          {"last_used", to_unix_ms(device.last_used)},
                                          {"expires", to_unix_ms(device.expires)}});
  }
  auto out = json_of(*person);
  out["devices"] = std::move(rows);
  return out;
}

Result<boost::json::value> create(AdminCall& call, AdminParts& parts) {
  const auto body = call.body();
  if (!body) return fail(body.error());
  const auto handle = text_field(*body, "handle");
  if (!handle) return fail(handle.error());
  if (!*handle) return fail(ErrorCode::invalid_handle);
  const auto name = text_field(*body, "display_name");
  if (!name) return fail(name.error());
  auto password = password_of(*body, parts);
  if (!password) return fail(std::move(password.error()));
  call.remember("handle", **handle);
  SignUp request;
  request.handle = **handle;
  request.password = password->text;
  request.display_name = name->value_or(**handle);
  request.device_name = "administrator";
  request.platform = "admin";
  request.by_operator = true;
  const auto made = await<Tokens>(call, [&](auto done) {
    parts.service.sign_ins().sign_up(parts.pool.at(0), std::move(request), std::move(done));
  });
  if (!made) return fail(made.error());
  call.remember("account", made->account.str());
  parts.node.kick_jobs();
  // Signing up signs a device in, and nobody here is one.
  const auto ended = await<void>(call, [&](auto done) {
    parts.service.sign_ins().sign_out(parts.pool.at(0), {made->account, made->device}, std::move(done));
  });
  if (!ended) return fail(ended.error());
  boost::json::object out{{"account", made->account.str()}, {"handle", **handle}};
  if (password->generated) out["password"] = password->text;
  return out;
}

Result<boost::json::value> reset_password(AdminCall& call, AdminParts& parts) {
  const auto body = call.body();
  if (!body) return fail(body.error());
  auto password = password_of(*body, parts);
  if (!password) return fail(std::move(password.error()));
  const auto person = find_person(call, parts, call.value(0));
  if (!person) return fail(person.error());
  const auto changed = await<void>(call, [&](auto done) {
    parts.service.sign_ins().reset_password(parts.pool.at(0), person->id, password->text, std::move(done));
  });
  if (!changed) return fail(changed.error());
  boost::json::object out{{"account", person->id.str()}, {"handle", person->handle}};
  if (password->generated) out["password"] = password->text;
  return out;
}

/// Finds the person, and does to them what `work(account, done)` says.
template <class Work>
Result<boost::json::value> with_person(AdminCall& call, AdminParts& parts, Work work) {
  const auto person = find_person(call, parts, call.value(0));
  if (!person) return fail(person.error());
  const auto result = await<void>(call, [&](auto done) { work(person->id, std::move(done)); });
  if (!result) return fail(result.error());
  return boost::json::object{{"account", person->id.str()}, {"handle", person->handle}};
}

Result<boost::json::value> set_disabled(AdminCall& call, AdminParts& parts, bool disabled) {
  return with_person(call, parts, [&](const AccountId& account, Completion<Result<void>> done) {
    parts.service.sign_ins().set_disabled(parts.pool.at(0), account, disabled, std::move(done));
  });
}

Result<boost::json::value> sign_out(AdminCall& call, AdminParts& parts) {
  return with_person(call, parts, [&](const AccountId& account, Completion<Result<void>> done) {
    parts.service.sign_ins().sign_out_everywhere(parts.pool.at(0), {account, DeviceId{}}, std::move(done));
  });
}

Result<boost::json::value> remove(AdminCall& call, AdminParts& parts) {
  const auto body = call.body();
  if (!body) return fail(body.error());
  const auto erase = flag_field(*body, "erase");
  if (!erase) return fail(erase.error());
  call.remember("erase", *erase);
  auto removed = with_person(call, parts, [&](const AccountId& account, Completion<Result<void>> done) {
    parts.service.sign_ins().remove_account(parts.pool.at(0), account, *erase, std::move(done));
  });
  parts.node.kick_jobs();
  return removed;
}

}  // namespace

void add_people_operations(AdminServer& admin, AdminParts& parts) {
  admin.look("GET", "/people", [&parts](AdminCall& call) { return list(call, parts); });
  admin.look("GET", "/people/{who}", [&parts](AdminCall& call) { return show(call, parts); });
  admin.change("POST", "/people", "create_person", [&parts](AdminCall& call) { return create(call, parts); });
  admin.change("POST", "/people/{who}/disable", "disable_person",
               [&parts](AdminCall& call) { return set_disabled(call, parts, true); });
  admin.change("POST", "/people/{who}/enable", "enable_person",
               [&parts](AdminCall& call) { return set_disabled(call, parts, false); });
  admin.change("POST", "/people/{who}/password", "reset_password",
               [&parts](AdminCall& call) { return reset_password(call, parts); });
  admin.change("POST", "/people/{who}/sign-out", "sign_out_person",
               [&parts](AdminCall& call) { return sign_out(call, parts); });
  admin.change("DELETE", "/people/{who}", "delete_person", [&parts](AdminCall& call) { return remove(call, parts); });
}

}  // namespace parley
