#include "app/admin/common.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"
#include "gateway/io_pool.hpp"
#include "ports/accounts.hpp"

namespace parley {
namespace {

std::unexpected<Error> wrong(std::string_view name, std::string_view wanted) {
  return fail(ErrorCode::invalid_argument, fmt::format("{}: {} is needed", name, wanted));
}

}  // namespace

Result<Person> find_person(AdminCall& call, AdminParts& parts, std::string_view who) {
  if (const auto id = AccountId::parse(who)) {
    auto found = people_of(call, parts, {*id});
    if (!found) return fail(std::move(found.error()));
    if (found->empty() || found->front().deleted) return fail(ErrorCode::account_unknown);
    call.remember("account", id->str());
    call.remember("handle", found->front().handle);
    return std::move(found->front());
  }
  if (who.starts_with('@')) who.remove_prefix(1);
  if (!is_valid_handle(who)) return fail(ErrorCode::account_unknown);
  auto found = await<std::optional<Person>>(call, [&](auto done) {
    parts.accounts.people().find(parts.pool.at(0), AccountId{}, std::string(who), std::move(done));
  });
  if (!found) return fail(std::move(found.error()));
  if (!*found) return fail(ErrorCode::account_unknown);
  call.remember("account", (*found)->id.str());
  call.remember("handle", (*found)->handle);
  return std::move(**found);
}

Result<std::vector<Person>> people_of(const AdminCall& call, AdminParts& parts, std::vector<AccountId> ids) {
  return await<std::vector<Person>>(call, [&](auto done) {
    parts.accounts.people().people(parts.pool.at(0), AccountId{}, std::move(ids), std::move(done));
  });
}

boost::json::object json_of(const Person& person) {
  boost::json::object out{{"account", person.id.str()},
                          {"handle", person.handle},
                          {"display_name", person.display_name},
                          {"created", to_unix_ms(person.created)},
                          {"disabled", person.disabled}};
  if (person.last_seen != kNever) out["last_seen"] = to_unix_ms(person.last_seen);
  return out;
}

Result<std::optional<std::string>> text_field(const boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return wrong(name, "a text");
  return std::string(value->as_string());
}

Result<std::optional<std::uint64_t>> number_field(const boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  if (error) return wrong(name, "a whole number");
  return number;
}

Result<bool> flag_field(const boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return false;
  if (!value->is_bool()) return wrong(name, "true or false");
  return value->as_bool();
}

Result<std::uint64_t> query_number(const AdminCall& call, std::string_view name, std::uint64_t absent,
                                   std::uint64_t most) {
  const auto text = call.request().query_parameter(name);
  if (!text) return absent;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size() || number == 0 || number > most) {
    return wrong(name, fmt::format("a whole number from 1 to {}", most));
  }
  return number;
}

}  // namespace parley
