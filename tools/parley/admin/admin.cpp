#include "parley/admin/admin.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes_text.hpp"
#include "parley/render.hpp"

namespace parley::cli {

namespace json = boost::json;

void Admin::on(CLI::App* command, std::function<Exit()> deed) const {
  command->callback([&into = shell, deed = std::move(deed)] { into.deed = deed; });
}

void add_admin_commands(CLI::App& app, Shell& shell) {
  auto* command = app.add_subcommand("admin", "Administer the server of this machine, as the user that runs it");
  command->require_subcommand(1);
  auto admin = std::make_shared<Admin>(Admin{shell, {}, {}});
  command->add_option("--data", admin->data, "the server's data directory; default: ./data, else /var/lib/parley")
      ->type_name("DIR");
  command->add_option("--socket", admin->socket, "the server's socket, where it is not admin.sock in there")
      ->type_name("FILE");
  command->fallthrough();
  add_admin_status_commands(*command, admin);
  add_admin_people_commands(*command, admin);
  add_admin_live_commands(*command, admin);
  add_admin_trace_command(*command, admin);
  add_admin_audit_command(*command, admin);
}

std::string text_in(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_in(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  boost::system::error_code error;
  return value == nullptr ? 0 : value->to_number<std::int64_t>(error);
}

bool flag_in(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

const json::array& list_in(const json::object& object, std::string_view key) {
  static const json::array none;
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->as_array() : none;
}

void print_table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& title : titles) widths.push_back(title.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], safe(row[i]).size());
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += i + 1 == cells.size() ? safe(cells[i]) : fmt::format("{:<{}}  ", safe(cells[i]), widths[i]);
    }
    print(out);
  };
  line(titles);
  for (const auto& row : rows) line(row);
}

std::string duration_text(std::int64_t ms) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 4> kUnits{
      {{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};
  std::int64_t left = ms / 1000;
  std::string out;
  int units = 0;
  for (const auto& [seconds, name] : kUnits) {
    if (left < seconds || units == 2) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : " ", left / seconds, name);
    left %= seconds;
    ++units;
  }
  return out.empty() ? "0 s" : out;
}

std::string bytes_in(const json::object& object, std::string_view key) {
  return bytes_text(static_cast<std::uint64_t>(number_in(object, key)));
}

}  // namespace parley::cli
