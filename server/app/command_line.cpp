#include "app/command_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "base/version.hpp"

namespace parley {
namespace {

constexpr const char* kAbout = R"(Parley's chat server.

Without any option it listens on http://127.0.0.1:8080 and keeps its data in ./data. Options can also be set in a TOML
file and in the environment; flags are stronger than the environment, the environment is stronger than the file.)";
constexpr const char* kFooter = R"(
Every key is also an environment variable: --tls-key is PARLEY_TLS_KEY, --limit group_members=200 is
PARLEY_LIMITS_GROUP_MEMBERS=200. --print-config shows all of them in the form of a file.
Operator commands, each with --help: parleyd verify, repair, stats, backup, restore, export, import.
Exit codes: 0 done, 1 failure (also: --verify found damage), 2 wrong options, or --verify could not open the store.
Signals: SIGTERM and SIGINT drain and stop, a second one stops at once; SIGHUP reads the TLS certificate again.)";
constexpr const char* kDefaultFiles[] = {"./parley.toml", "/etc/parley/parley.toml"};

/// The lines of an error, each behind the name of the program.
void complain(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    fmt::print(stderr, "parleyd: {}\n", line);
  }
}

std::vector<std::pair<std::string, std::string>> variables(char** environment) {
  std::vector<std::pair<std::string, std::string>> out;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view one(*environment);
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos) out.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return out;
}

/// The file named, or the first of the usual places where there is one. Empty: none.
Result<std::string> config_file(const std::string& named, const std::vector<std::pair<std::string, std::string>>& env) {
  if (!named.empty()) return named;
  for (const auto& [name, value] : env) {
    if (name == "PARLEY_CONFIG" && !value.empty()) return value;
  }
  for (const char* place : kDefaultFiles) {
    if (access(place, F_OK) == 0) return std::string(place);
  }
  return std::string();
}

Result<std::vector<Setting>> read_file(const std::string& name) {
  if (name.empty()) return std::vector<Setting>{};
  std::ifstream in(name, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return fail(ErrorCode::invalid_argument, fmt::format("{}: cannot be read", name));
  return read_toml(name, text);
}

struct Flags {
  std::string config;
  std::string verify;
  std::string compact;
  bool print_config = false;
  bool json = false;
  bool new_channels = false;
  bool new_people = false;
  std::map<std::string, std::vector<std::string>> values;  // by key
  std::vector<std::string> limits;                         // NAME=VALUE
};

void describe(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", fmt::format("parleyd {}", version()));
  app.add_option("--config", flags.config,
                 "TOML file; default: ./parley.toml or /etc/parley/parley.toml, whichever is there first")
      ->type_name("FILE");
  app.add_flag("--print-config", flags.print_config, "show every setting and where it comes from, then stop");
  app.add_option("--verify", flags.verify, "check everything in the data directory DIR, then stop")->type_name("DIR");
  app.add_option("--compact", flags.compact,
                 "rewrite the channel store of the stopped server in DIR into its smallest form, then stop")
      ->type_name("DIR");
  app.add_flag(
      "--new-channels", flags.new_channels,
      "start although the channels of the people in the data directory are gone, and make a new store for them");
  app.add_flag("--new-people", flags.new_people,
               "start although the people of the channels in the data directory are gone, and let others sign up");
  app.add_flag("--json", flags.json, "with --verify: print one JSON object");
  for (const ConfigKey& key : config_keys()) {
    if (key.name.starts_with("limits.")) continue;
    app.add_option(key.flag(), flags.values[key.name], key.help)
        ->type_name(key.value_name)
        ->group("Settings")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(key.is_list ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
  }
  app.add_option("--limit", flags.limits, "set a limit of docs/limits.md; give it again for another")
      ->type_name("NAME=VALUE")
      ->group("Settings")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Result<std::vector<Setting>> settings_of(const Flags& flags) {
  std::vector<Setting> settings;
  for (const auto& [key, values] : flags.values) {
    if (values.empty()) continue;
    settings.push_back({key, values, ConfigKey{key, "", "", false}.flag()});
  }
  for (const auto& limit : flags.limits) {
    const std::size_t equals = limit.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::invalid_argument, fmt::format("--limit {}: write NAME=VALUE", limit));
    }
    settings.push_back({"limits." + limit.substr(0, equals), {limit.substr(equals + 1)}, "--limit"});
  }
  return settings;
}

Result<LoadedConfig> load(const Flags& flags, char** environment) {
  const auto env = variables(environment);
  const auto name = config_file(flags.config, env);
  auto settings = read_file(*name);
  if (!settings) return fail(settings.error());
  std::vector<std::string> warnings;
  for (auto& setting : read_environment(env, warnings)) settings->push_back(std::move(setting));
  auto from_flags = settings_of(flags);
  if (!from_flags) return fail(from_flags.error());
  for (auto& setting : *from_flags) settings->push_back(std::move(setting));
  auto loaded = load_config(*settings, std::thread::hardware_concurrency());
  if (loaded) loaded->warnings.insert(loaded->warnings.begin(), warnings.begin(), warnings.end());
  return loaded;
}

}  // namespace

std::expected<CommandLine, int> read_command_line(int argc, char** argv, char** environment) {
  CLI::App app(kAbout, "parleyd");
  app.footer(kFooter);
  Flags flags;
  describe(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return std::unexpected(app.exit(asked) == 0 ? kExitOk : kExitFailure);
  } catch (const CLI::ParseError& wrong) {
    complain(fmt::format("{}\nparleyd --help lists the options.", wrong.what()));
    return std::unexpected(kExitUsage);
  }
  CommandLine result;
  result.print_config = flags.print_config;
  result.json = flags.json;
  if (!flags.verify.empty()) {
    result.verify = flags.verify;
    return result;
  }
  if (!flags.compact.empty()) {
    result.compact = flags.compact;
    return result;
  }
  auto loaded = load(flags, environment);
  if (!loaded) {
    complain(loaded.error().text());
    return std::unexpected(kExitUsage);
  }
  result.loaded = std::move(*loaded);
  result.loaded.config.new_channels = flags.new_channels;
  result.loaded.config.new_people = flags.new_people;
  return result;
}

}  // namespace parley
