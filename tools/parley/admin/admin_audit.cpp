// parley admin audit.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "parley/admin/admin.hpp"
#include "parley/render.hpp"

namespace parley::cli {
namespace {

Exit audit(const Admin& admin, int count) {
  const auto answer = admin.server().call("GET", fmt::format("/audit?count={}", count));
  if (admin.json()) {
    print_json(answer.as_object().at("entries"));
    return Exit::ok;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& value : list_in(answer.as_object(), "entries")) {
    const auto& entry = value.as_object();
    const std::string result = text_in(entry, "result");
    const auto* details = entry.if_contains("details");
    rows.push_back({fmt::format("{}", number_in(entry, "entry")), local_time(number_in(entry, "at")),
                    fmt::format("{}", number_in(entry, "uid")), text_in(entry, "action"),
                    result.empty() ? "unknown" : result, text_in(entry, "request"),
                    details == nullptr ? "" : boost::json::serialize(*details)});
  }
  print_table({"ENTRY", "WHEN", "UID", "ACTION", "RESULT", "REQUEST", "DETAILS"}, rows);
  return Exit::ok;
}

}  // namespace

void add_admin_audit_command(CLI::App& admin, const AdminShell& shell) {
  auto count = std::make_shared<int>(50);
  auto* command = admin.add_subcommand("audit", "What administrators changed, the newest last");
  command->add_option("--count", *count, "how many")->check(CLI::Range(1, 10'000))->capture_default_str();
  shell->on(command, [shell, count] { return audit(*shell, *count); });
}

}  // namespace parley::cli
