// parley admin …: what its sub-commands share. Each add_admin_…() describes some of them; a new kind is a file of its
// own and a line in admin.cpp.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parley/admin/admin_socket.hpp"
#include "parley/commands.hpp"

namespace parley::cli {

/// Of `parley admin`, before the sub-command. Shared by all of them.
struct Admin {
  Shell& shell;
  std::string data;
  std::string socket;

  [[nodiscard]] AdminSocket server() const { return AdminSocket::find(socket, data); }
  [[nodiscard]] bool json() const { return shell.options.json; }
  /// What main() does when this sub-command was chosen.
  void on(CLI::App* command, std::function<Exit()> deed) const;
};
using AdminShell = std::shared_ptr<Admin>;

void add_admin_status_commands(CLI::App& admin, const AdminShell& shell);
void add_admin_people_commands(CLI::App& admin, const AdminShell& shell);
void add_admin_live_commands(CLI::App& admin, const AdminShell& shell);
void add_admin_trace_command(CLI::App& admin, const AdminShell& shell);
void add_admin_audit_command(CLI::App& admin, const AdminShell& shell);

/// Fields of what the server said; where one is missing or of another kind: empty, 0, false.
std::string text_in(const boost::json::object& object, std::string_view key);
std::int64_t number_in(const boost::json::object& object, std::string_view key);
bool flag_in(const boost::json::object& object, std::string_view key);
const boost::json::array& list_in(const boost::json::object& object, std::string_view key);
/// Columns as wide as what stands in them; safe on a terminal.
void print_table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows);
/// 90061000 → "1 d 1 h"; the two largest units.
std::string duration_text(std::int64_t ms);
/// 1536 → "1.5 KiB".
std::string bytes_in(const boost::json::object& object, std::string_view key);

}  // namespace parley::cli
