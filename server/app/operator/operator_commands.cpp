#include "app/operator/operator_commands.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/command_line.hpp"
#include "app/operator/commands.hpp"

namespace parley {
namespace {

struct Command {
  std::string_view name;
  const char* about;
  void (*describe)(CLI::App&, OperatorDeed&);
};

constexpr Command kCommands[] = {
    {"backup", "Back up a data directory into a folder of backups, also while a server runs on it", describe_backup},
    {"restore", "Put a backup into an empty data directory", describe_restore},
    {"export", "Write a whole store as JSON Lines, as far as it can be read", describe_export},
    {"import", "Make a data directory of an exported store", describe_import},
    {"verify", "Check everything in a data directory, in use or not", describe_verify},
    {"repair", "Make a sound store of a damaged one; the server must not run", describe_repair},
    {"stats", "What a data directory holds and how it grows, in use or not", describe_stats},
};

}  // namespace

std::optional<int> operator_command(int argc, char** argv) {
  if (argc < 2) return std::nullopt;
  for (const Command& command : kCommands) {
    if (command.name != argv[1]) continue;
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    CLI::App app(command.about, fmt::format("parley {}", command.name));
    app.fallthrough();
    OperatorDeed deed;
    command.describe(app, deed);
    try {
      app.parse(argc - 1, argv + 1);
    } catch (const CLI::ParseError& end) {
      return app.exit(end) == 0 ? kExitOk : kExitUsage;
    }
    return deed();
  }
  return std::nullopt;
}

}  // namespace parley
