// What administrators did, for administrators.
#include <charconv>

#include "app/admin/audit_log.hpp"
#include "app/admin/operations.hpp"

namespace parley {
namespace {

constexpr std::size_t kDefault = 50;
constexpr std::size_t kMost = 10'000;

Result<boost::json::value> audit(const AdminCall& call, const AdminParts& parts) {
  std::size_t count = kDefault;
  if (const auto text = call.request().query_parameter("count")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
    if (error != std::errc{} || end != text->data() + text->size() || count == 0 || count > kMost) {
      return fail(ErrorCode::invalid_argument, "count: a whole number from 1 to 10000 is needed");
    }
  }
  auto entries = parts.audit.newest(count);
  if (!entries) return fail(std::move(entries.error()));
  return boost::json::object{{"entries", std::move(*entries)}};
}

}  // namespace

void add_audit_operations(AdminServer& admin, AdminParts& parts) {
  admin.look("GET", "/audit", [&parts](AdminCall& call) { return audit(call, parts); });
}

}  // namespace parley
