// parley admin status, log-level, drain.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "parley/admin/admin.hpp"
#include "parley/render.hpp"

namespace parley::cli {
namespace {

namespace json = boost::json;

std::string last_backup(const json::object& said) {
  const auto* last = said.if_contains("last_backup");
  if (last == nullptr || !last->is_object()) return "none yet";
  const auto& backup = last->get_object();
  return fmt::format("{}, {} in {}", local_time(number_in(backup, "time")), text_in(backup, "id"),
                     text_in(backup, "folder"));
}

Exit status(const Admin& admin) {
  const auto answer = admin.server().call("GET", "/status");
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  const auto& said = answer.as_object();
  std::string listening;
  for (const auto& url : list_in(said, "listening")) {
    listening += (listening.empty() ? "" : ", ") + std::string(url.as_string());
  }
  const auto line = [](std::string_view name, const std::string& value) {
    print(fmt::format("{:<12} {}", name, safe(value)));
  };
  line("version", text_in(said, "version"));
  line("running for", fmt::format("{} (process {}, since {})", duration_text(number_in(said, "uptime_ms")),
                                  number_in(said, "pid"), local_time(number_in(said, "started"))));
  line("data", text_in(said, "data"));
  line("incarnation", text_in(said, "incarnation"));
  line("listening", listening);
  line("store", text_in(said, "store"));
  line("last backup", last_backup(said));
  line("connections", fmt::format("{}", number_in(said, "connections")));
  line("log level", text_in(said, "log_level"));
  if (flag_in(said, "draining")) print("draining: nobody new is let in");
  return Exit::ok;
}

Exit set_log_level(const Admin& admin, const std::string& level) {
  const auto answer = admin.server().call("PUT", "/log-level", {{"level", level}});
  if (admin.json()) {
    print_json(answer);
  } else {
    print(fmt::format("The log level is {} now; it was {}.", text_in(answer.as_object(), "level"),
                      text_in(answer.as_object(), "before")));
  }
  return Exit::ok;
}

Exit drain(const Admin& admin) {
  const auto answer = admin.server().call("POST", "/drain");
  if (admin.json()) {
    print_json(answer);
  } else {
    print("The server lets nobody in any more, commits what it has, and ends within 10 s.");
  }
  return Exit::ok;
}

}  // namespace

void add_admin_status_commands(CLI::App& admin, const AdminShell& shell) {
  shell->on(admin.add_subcommand("status", "How the server is doing"), [shell] { return status(*shell); });
  auto level = std::make_shared<std::string>();
  auto* levels = admin.add_subcommand("log-level", "Log more or less, until the server ends");
  levels->add_option("LEVEL", *level, "debug, info, warning, error or off")->required();
  shell->on(levels, [shell, level] { return set_log_level(*shell, *level); });
  shell->on(admin.add_subcommand("drain", "End the server in good order, as SIGTERM does"),
            [shell] { return drain(*shell); });
}

}  // namespace parley::cli
