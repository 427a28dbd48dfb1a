// parley verify DIR: an operator's command, done by the server's binary beside this one.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "parley/commands.hpp"

namespace parley::cli {
namespace {

std::string beside_this_binary(const char* name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto sibling = self.parent_path() / name;
  return !error && std::filesystem::exists(sibling, error) ? sibling.string() : std::string(name);
}

Exit verify(const Options& options, std::string directory) {
  std::string binary = beside_this_binary("parleyd");
  std::string verb = "--verify";
  std::string json = "--json";
  std::array<char*, 5> arguments{binary.data(), verb.data(), directory.data(), options.json ? json.data() : nullptr,
                                 nullptr};
  ::execvp(binary.c_str(), arguments.data());
  throw Failure{Exit::refused, "parleyd_missing",
                fmt::format("Cannot run {}: {}. The server has to be installed to check its store.", binary,
                            std::strerror(errno))};
}

}  // namespace

void add_verify_command(CLI::App& app, Shell& shell) {
  auto directory = std::make_shared<std::string>();
  auto* sub = app.add_subcommand("verify", "Operator: check the store in a server's data directory");
  sub->add_option("DIR", *directory, "data directory of a server that is stopped")->required();
  sub->callback(
      [&shell, directory] { shell.deed = [&shell, directory] { return verify(shell.options, *directory); }; });
}

}  // namespace parley::cli
