// The sub-commands. Each add_…() describes some to CLI11; the one that was chosen leaves its deed in Shell::deed, which
// main() does after parsing. A deed returns its exit code or throws Failure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "parley/context.hpp"

namespace CLI {
class App;
}

namespace parley::cli {

struct Shell {
  Options options;
  std::string program;  // argv[0]
  std::function<Exit()> deed;
};

void add_account_commands(CLI::App& app, Shell& shell);
void add_profile_commands(CLI::App& app, Shell& shell);
void add_people_commands(CLI::App& app, Shell& shell);
void add_device_commands(CLI::App& app, Shell& shell);
void add_channel_commands(CLI::App& app, Shell& shell);
void add_send_commands(CLI::App& app, Shell& shell);
void add_message_commands(CLI::App& app, Shell& shell);
void add_history_commands(CLI::App& app, Shell& shell);
void add_tail_command(CLI::App& app, Shell& shell);
void add_chat_command(CLI::App& app, Shell& shell);
void add_group_commands(CLI::App& app, Shell& shell);
void add_group_settings_commands(CLI::App& app, Shell& shell);
void add_invitation_commands(CLI::App& group, Shell& shell);
void add_admin_commands(CLI::App& app, Shell& shell);
void add_export_command(CLI::App& app, Shell& shell);
void add_operator_commands(CLI::App& app, Shell& shell);

/// Becomes `parleyd ARGUMENTS`, with --json where it was asked for. Throws Failure where there is no such program.
Exit hand_to_server_binary(const Shell& shell, std::vector<std::string> arguments);

}  // namespace parley::cli
