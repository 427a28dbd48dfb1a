// Jobs that are not done: list them, and let one that was put off run now.
#include <charconv>

#include "app/admin/common.hpp"
#include "gateway/io_pool.hpp"
#include "node/node.hpp"
#include "ports/accounts.hpp"

namespace parley {
namespace {

std::string_view name_of(JobKind kind) {
  switch (kind) {
    case JobKind::create_own_channels:
      return "create_own_channels";
    case JobKind::set_block:
      return "set_block";
    case JobKind::set_hide_read:
      return "set_hide_read";
    case JobKind::delete_account:
      return "delete_account";
  }
  return "unknown";
}

Result<boost::json::value> list(const AdminCall& call, AdminParts& parts) {
  const auto limit = query_number(call, "limit", 100, 1000);
  if (!limit) return fail(limit.error());
  const auto found = await<std::vector<Job>>(call, [&](auto done) {
    parts.accounts.oversight().jobs(parts.pool.at(0), static_cast<std::uint32_t>(*limit), std::move(done));
  });
  if (!found) return fail(found.error());
  boost::json::array rows;
  for (const Job& job : *found) {
    boost::json::object row{{"job", job.id},
                            {"kind", name_of(job.kind)},
                            {"account", job.account.str()},
                            {"attempts", job.attempts},
                            {"created", to_unix_ms(job.created)}};
    if (job.not_before != kNever) row["not_before"] = to_unix_ms(job.not_before);
    if (job.settling()) row["settling"] = true;
    rows.emplace_back(std::move(row));
  }
  return boost::json::object{{"jobs", std::move(rows)}, {"more", found->size() == *limit}};
}

Result<boost::json::value> retry(const AdminCall& call, AdminParts& parts) {
  const std::string& text = call.value(0);
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return fail(ErrorCode::not_found, "No such job.");
  const auto due = await<void>(
      call, [&](auto done) { parts.accounts.oversight().retry_job(parts.pool.at(0), id, std::move(done)); });
  if (!due) return fail(due.error().code, "No such job: it may be done.");
  parts.node.kick_jobs();
  return boost::json::object{{"job", id}};
}

}  // namespace

void add_job_operations(AdminServer& admin, AdminParts& parts) {
  admin.look("GET", "/jobs", [&parts](AdminCall& call) { return list(call, parts); });
  admin.change("POST", "/jobs/{id}/retry", "retry_job", [&parts](AdminCall& call) { return retry(call, parts); });
}

}  // namespace parley
