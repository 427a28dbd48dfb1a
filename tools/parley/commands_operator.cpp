// parley verify, repair, stats, backup, restore and import: an operator's commands, done by the server's binary beside
// this one.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "parley/admin/admin.hpp"
#include "parley/commands.hpp"
#include "parley/render.hpp"

namespace parley::cli {
namespace {

std::string beside_this_binary(const char* name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto sibling = self.parent_path() / name;
  return !error && std::filesystem::exists(sibling, error) ? sibling.string() : std::string(name);
}

namespace json = boost::json;

constexpr int kMostKept = 1'000'000;

struct BackupFlags {
  std::string data, to, socket;
  std::uint64_t keep = 0;
};

void show_progress(bool as_json, const json::object& line) {
  const auto* progress = line.if_contains("progress");
  if (as_json) return print_json(line);
  if (progress == nullptr || !progress->is_object() || ::isatty(STDERR_FILENO) == 0) return;
  const auto& far = progress->as_object();
  fmt::print(stderr, "\r\033[K{} {} of {}", text_in(far, "step"), bytes_in(far, "done"), bytes_in(far, "total"));
}

void show_backup(const json::object& backup) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
  print(fmt::format("Backup {}: {} in {} files, of which {} in {} files were new.", text_in(backup, "id"),
                    bytes_in(backup, "bytes"), number_in(backup, "files"), bytes_in(backup, "copied_bytes"),
                    number_in(backup, "copied_files")));
  if (const auto mended = number_in(backup, "mended_files"); mended > 0) {
    print(fmt::format("{} of them were in the folder already, but damaged; copied anew. Look at its disk.", mended));
  }
  for (const auto& id : list_in(backup, "removed")) {
    print(fmt::format("Removed the old backup {}.", safe(std::string(id.as_string()))));
  }
  for (const auto& id : list_in(backup, "unreadable")) {
    print(fmt::format("The manifest of {} cannot be read: until that backup is removed, no file of another is.",
                      safe(std::string(id.as_string()))));
  }
}

/// As the server's program says it.
Exit could_not(bool as_json, const Failure& failure) {
  if (!as_json) throw Failure{Exit::usage, failure.name, failure.text};
  print_json(json::object{{"error", json::object{{"name", failure.name}, {"text", failure.text}}}});
  return Exit::usage;
}

/// Through the server that runs on the directory; with nobody there, by the server's program itself.
Exit back_up(const Shell& shell, const BackupFlags& flags) {
  const bool as_json = shell.options.json;
  json::object body{{"to", std::filesystem::absolute(flags.to).lexically_normal().string()}};
  if (flags.keep != 0) body["keep"] = flags.keep;
  try {
    const auto answer =
        AdminSocket::find(flags.socket, flags.data).call("POST", "/backups", body, [&](const json::object& line) {
          show_progress(as_json, line);
        });
    if (as_json) {
      print_json(answer);
    } else if (answer.is_object() && answer.as_object().contains("backup")) {
      show_backup(answer.as_object().at("backup").as_object());
    }
    return Exit::ok;
  } catch (const Failure& failure) {
    if (failure.exit == Exit::refused) return could_not(as_json, failure);
    if (failure.exit != Exit::offline || !flags.socket.empty()) throw;
  }
  std::vector<std::string> arguments{"backup", flags.data, flags.to};
  if (flags.keep != 0) arguments.insert(arguments.end(), {"--keep", std::to_string(flags.keep)});
  return hand_to_server_binary(shell, std::move(arguments));
}

void hand_over(CLI::App& sub, Shell& shell, std::vector<std::string> words) {
  // What follows is parsed, and explained with --help, by the other program.
  sub.prefix_command()->fallthrough(false);
  sub.set_help_flag();
  sub.callback([&shell, &sub, words] {
    shell.deed = [&shell, &sub, words] {
      std::vector<std::string> arguments = words;
      for (std::string& more : sub.remaining()) arguments.push_back(std::move(more));
      return hand_to_server_binary(shell, std::move(arguments));
    };
  });
}

void add_backup_command(CLI::App& app, Shell& shell) {
  auto flags = std::make_shared<BackupFlags>();
  auto* sub = app.add_subcommand("backup", "Operator: back up a server's data directory, also while it runs");
  auto* from = sub->add_option("DIR", flags->data, "data directory of a server on this machine");
  auto* to = sub->add_option("TO", flags->to, "folder of backups; made where there is none");
  sub->add_option("--keep", flags->keep, "afterwards remove all but the newest N backups")
      ->type_name("N")
      ->check(CLI::Range(1, kMostKept));
  sub->add_option("--socket", flags->socket, "the running server's socket, where it is not admin.sock in DIR")
      ->type_name("FILE");
  sub->require_subcommand(0, 1);
  hand_over(*sub->add_subcommand("list", "Show the backups in a folder"), shell, {"backup", "list"});
  hand_over(*sub->add_subcommand("verify", "Compare every file of the backups with its checksum"), shell,
            {"backup", "verify"});
  sub->callback([&shell, sub, flags, from, to] {
    if (!sub->get_subcommands().empty()) return;
    if (from->empty() || to->empty()) throw CLI::RequiredError("DIR and TO");
    shell.deed = [&shell, flags] { return back_up(shell, *flags); };
  });
}

}  // namespace

Exit hand_to_server_binary(const Shell& shell, std::vector<std::string> arguments) {
  const std::string binary = beside_this_binary("parleyd");
  arguments.insert(arguments.begin(), binary);
  if (shell.options.json) arguments.emplace_back("--json");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execvp(binary.c_str(), pointers.data());
  throw Failure{
      Exit::refused, "parleyd_missing",
      fmt::format("Cannot run {}: {}. The server has to be installed for this command.", binary, std::strerror(errno))};
}

void add_operator_commands(CLI::App& app, Shell& shell) {
  hand_over(*app.add_subcommand("verify", "Operator: check everything in a server's data directory"), shell,
            {"verify"});
  hand_over(*app.add_subcommand("repair", "Operator: make a sound store of a damaged one"), shell, {"repair"});
  hand_over(*app.add_subcommand("stats", "Operator: what a server's data directory holds, and how it grows"), shell,
            {"stats"});
  add_backup_command(app, shell);
  hand_over(*app.add_subcommand("restore", "Operator: put a backup into an empty data directory"), shell, {"restore"});
  hand_over(*app.add_subcommand("import", "Operator: make a data directory of an exported store"), shell, {"import"});
}

}  // namespace parley::cli
