// What parleyd was asked to do: flags, environment and configuration file put together.
#pragma once

#include <optional>
#include <string>

#include "app/config.hpp"

namespace parley {

/// Exit codes of parleyd.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

struct CommandLine {
  LoadedConfig loaded;
  bool print_config = false;
  std::optional<std::string> verify;   // a data directory
  std::optional<std::string> compact;  // a data directory
  bool json = false;
};

/// Or the exit code, after everything there is to say was printed (--help, --version, mistakes).
std::expected<CommandLine, int> read_command_line(int argc, char** argv, char** environment);

}  // namespace parley
