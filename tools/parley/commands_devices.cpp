// parley devices …
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/v1/accounts.pb.h"

namespace parley::cli {
namespace {

v1::Devices fetch(Context& context) {
  v1::Devices devices;
  context.call("GET", "/v1/devices", nullptr, &devices);
  return devices;
}

DeviceId id_of(const v1::Device& device) {
  return DeviceId::from_bytes(device.device()).value_or(DeviceId{});
}

/// By the beginning of its id, or by its name; empty: this one.
DeviceId find_device(Context& context, const std::string& name) {
  std::vector<DeviceId> found;
  for (const auto& device : fetch(context).devices()) {
    const bool fits = name.empty() ? device.current() : id_of(device).str().starts_with(name) || device.name() == name;
    if (fits) found.push_back(id_of(device));
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) throw failure_of(Error(ErrorCode::device_unknown, fmt::format("No device is called '{}'.", name)));
  throw usage(fmt::format("'{}' may be one of several devices. Give more of the id: parley devices list", name));
}

Exit list(const Options& options) {
  Context context(options);
  boost::json::array rows;
  for (const auto& device : fetch(context).devices()) {
    if (options.json) {
      rows.push_back({{"device", id_of(device).str()},
                      {"name", device.name()},
                      {"platform", device.platform()},
                      {"created", device.created()},
                      {"last_used", device.last_used()},
                      {"current", device.current()}});
    } else {
      print(fmt::format("{}  {:32} last used {}{}", id_of(device).str(), safe(device.name()),
                        local_time(device.last_used()), device.current() ? "  [this one]" : ""));
    }
  }
  if (options.json) print_json(rows);
  return Exit::ok;
}

Exit rename(const Options& options, const std::string& name, const std::string& device) {
  Context context(options);
  v1::RenameDevice body;
  body.set_name(name);
  context.call("PATCH", "/v1/devices/" + find_device(context, device).str(), &body);
  if (!options.json) print("Renamed.");
  return Exit::ok;
}

Exit revoke(const Options& options, const std::string& device) {
  Context context(options);
  context.call("DELETE", "/v1/devices/" + find_device(context, device).str());
  if (!options.json) print("Revoked: it is signed out, and its connections are closed.");
  return Exit::ok;
}

}  // namespace

void add_device_commands(CLI::App& app, Shell& shell) {
  auto* devices = app.add_subcommand("devices", "Devices of the account");
  devices->require_subcommand(1);
  devices->add_subcommand("list", "List them")->callback([&shell] {
    shell.deed = [&shell] { return list(shell.options); };
  });
  auto name = std::make_shared<std::string>();
  auto device = std::make_shared<std::string>();
  auto* naming = devices->add_subcommand("name", "Name a device");
  naming->add_option("NAME", *name)->required();
  naming->add_option("DEVICE", *device, "id or name; default: this one");
  naming->callback([&shell, name, device] {
    shell.deed = [&shell, name, device] { return rename(shell.options, *name, *device); };
  });
  auto* revoking = devices->add_subcommand("revoke", "Sign a device out");
  revoking->add_option("DEVICE", *device, "id or name")->required();
  revoking->callback([&shell, device] { shell.deed = [&shell, device] { return revoke(shell.options, *device); }; });
}

}  // namespace parley::cli
