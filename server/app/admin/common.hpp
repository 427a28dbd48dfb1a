// What several operations need.
#pragma once

#include <optional>

#include "app/admin/operations.hpp"
#include "ports/people.hpp"

namespace parley {

/// An account by handle (with or without '@') or id; noted for the audit log. Errors: account_unknown (also where it is
/// deleted), store_unavailable.
Result<Person> find_person(AdminCall& call, AdminParts& parts, std::string_view who);
/// Handles of accounts for people to read: those that cannot be found are left out. At most 1,000 ids.
Result<std::vector<Person>> people_of(const AdminCall& call, AdminParts& parts, std::vector<AccountId> ids);

boost::json::object json_of(const Person& person);

/// Fields of a body, where the body has them. Errors: invalid_argument, naming the field.
Result<std::optional<std::string>> text_field(const boost::json::object& body, std::string_view name);
Result<std::optional<std::uint64_t>> number_field(const boost::json::object& body, std::string_view name);
/// Absent: false.
Result<bool> flag_field(const boost::json::object& body, std::string_view name);
/// A query parameter. Errors: invalid_argument.
Result<std::uint64_t> query_number(const AdminCall& call, std::string_view name, std::uint64_t absent,
                                   std::uint64_t most);

}  // namespace parley
