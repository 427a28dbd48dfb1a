// parley: the command line client (docs/cli.md).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>

#include "base/version.hpp"
#include "parley/commands.hpp"
#include "parley/render.hpp"

namespace {

using namespace parley::cli;

constexpr const char* kFooter =
    "Begin:  parley signup HANDLE; parley send HANDLE hello; parley tail\n"
    "CHANNEL is a handle (@handle), the title of a group or its beginning, an id, or \"me\".\n"
    "Exit codes: 0 done (also: waits in the outbox), 1 refused (the error's name is on standard error), 2 wrong "
    "usage,\n"
    "3 no connection, 4 not signed in.\n"
    "PARLEY_PASSWORD is used where a password is asked for; PARLEY_PROFILE, PARLEY_SERVER and PARLEY_CA where the "
    "options "
    "are not given.";

void describe(CLI::App& app, Shell& shell) {
  app.set_version_flag("--version", fmt::format("parley {}", parley::version()));
  app.add_option("--profile", shell.options.profile, "which sign-in of this computer")
      ->envname("PARLEY_PROFILE")
      ->capture_default_str();
  app.add_option("--server", shell.options.server, "default: the profile's, or http://127.0.0.1:8080")
      ->type_name("URL")
      ->envname("PARLEY_SERVER");
  app.add_option("--ca", shell.options.ca_file, "certificates to trust besides the system's")
      ->type_name("FILE")
      ->envname("PARLEY_CA");
  app.add_flag("--json", shell.options.json, "print JSON, for scripts");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  add_account_commands(app, shell);
  add_profile_commands(app, shell);
  add_people_commands(app, shell);
  add_device_commands(app, shell);
  add_channel_commands(app, shell);
  add_send_commands(app, shell);
  add_message_commands(app, shell);
  add_history_commands(app, shell);
  add_tail_command(app, shell);
  add_chat_command(app, shell);
  add_group_commands(app, shell);
  add_admin_commands(app, shell);
  add_export_command(app, shell);
  add_operator_commands(app, shell);
}

int end(const Failure& failure) {
  note(fmt::format("parley: {}: {}", failure.name, safe(failure.text)));
  return static_cast<int>(failure.exit);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Shell shell;
  shell.program = argv[0];
  CLI::App app{"Parley on the command line", "parley"};
  describe(app, shell);
  try {
    app.parse(argc, argv);
    return static_cast<int>(shell.deed());
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(Exit::usage);
  } catch (const Failure& failure) {
    return end(failure);
  } catch (const std::exception& error) {
    return end({Exit::refused, "internal", error.what()});
  }
}
