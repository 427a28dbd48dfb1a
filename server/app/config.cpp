#include "app/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

#include "app/config_values.hpp"
#include "app/toml.hpp"

namespace parley {
namespace {

constexpr std::string_view kPrefix = "PARLEY_";
/// Variables of the client, our tests and tools, which parleyd has nothing to do with.
constexpr std::string_view kForeign[] = {"PARLEY_CONFIG",          "PARLEY_BIN",          "PARLEY_GEN",
                                         "PARLEY_PRESET_SANITIZE", "PARLEY_SERVER",       "PARLEY_PROFILE",
                                         "PARLEY_PASSWORD",        "PARLEY_NEW_PASSWORD", "PARLEY_CA"};

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

std::string unknown_key(std::string_view key) {
  const std::string near = nearest_key(key);
  return fmt::format("there is no setting \"{}\"{}", key, near.empty() ? "" : fmt::format("; did you mean {}?", near));
}

void check_together(LoadedConfig& loaded, std::vector<std::string>& mistakes) {
  Config& config = loaded.config;
  const bool has_tls = !config.tls_certificate.empty() && !config.tls_key.empty();
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    mistakes.push_back(fmt::format("{}: TLS needs both tls.certificate and tls.key; only one of them is set",
                                   loaded.from[config.tls_key.empty() ? "tls.certificate" : "tls.key"]));
  }
  const std::uint64_t caches = config.store_cache_mib + config.store_buffer_mib;
  if (config.memory_mib != 0 && config.memory_mib < 2 * caches) {
    mistakes.push_back(
        fmt::format("{}: memory_mib: {} MiB is too little for caches of {} MiB; twice that is needed, or "
                    "smaller cache.store_mib and cache.write_mib",
                    loaded.from["memory_mib"], config.memory_mib, caches));
  }
  for (ListenOption& option : config.listen) {
    option.secure = option.scheme.value_or(has_tls);
    if (option.secure && !has_tls) {
      mistakes.push_back(fmt::format("{}: listen: https://{}:{} needs tls.certificate and tls.key",
                                     loaded.from["listen"], option.host, option.port));
    }
    if (config.password_cost == PasswordCost::minimum && !option.is_loopback()) {
      mistakes.push_back(
          fmt::format("{}: password_cost: minimum is for tests and is refused while {} can be reached from elsewhere; "
                      "listen on 127.0.0.1 or leave it at normal",
                      loaded.from["password_cost"], option.url()));
    }
    if (option.proxy && config.trusted_proxies.empty()) {
      mistakes.push_back(fmt::format("{}: listen: {} is for proxies alone; name them in trusted_proxies",
                                     loaded.from["listen"], option.url()));
    }
    if (!option.secure && !option.is_loopback()) {
      loaded.warnings.push_back(fmt::format(
          "{} is not encrypted and can be reached from elsewhere: set tls.certificate and tls.key, or let a "
          "proxy that speaks TLS stand in front",
          option.url()));
    }
  }
  const Limits& limits = config.limits;
  if (limits.frame_bytes < limits.content_bytes + 16'384) {
    mistakes.push_back(fmt::format(
        "{}: limits.frame_bytes: {} leaves no room for limits.content_bytes ({}); at least "
        "{} is needed",
        loaded.from["limits.frame_bytes"], limits.frame_bytes, limits.content_bytes, limits.content_bytes + 16'384));
  }
}

}  // namespace

bool ListenOption::is_loopback() const {
  const bool v4 = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return v4 || host == "localhost" || host == "::1";
}

std::string ListenOption::url() const {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}://{}{}{}:{}", secure ? "https" : "http", proxy ? "+proxy" : "", v6 ? "[" : "", host,
                     v6 ? "]" : "", port);
}

std::string ConfigKey::flag() const {
  std::string out = "--" + name;
  std::replace(out.begin() + 2, out.end(), '_', '-');
  std::replace(out.begin() + 2, out.end(), '.', '-');
  return out;
}

std::string ConfigKey::environment() const {
  std::string out(kPrefix);
  for (const char c : name) {
    out.push_back(c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  return out;
}

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> out;
    for (const auto& binding : bindings()) out.push_back(binding.key);
    return out;
  }();
  return keys;
}

Result<std::vector<Setting>> read_toml(const std::string& name, const std::string& text) {
  auto values = flatten_toml(name, text);
  if (!values) return fail(values.error());
  std::vector<Setting> settings;
  std::vector<std::string> mistakes;
  for (TomlValue& value : *values) {
    const std::string where = fmt::format("{}:{}", name, value.line);
    const KeyBinding* binding = find_binding(value.key);
    if (binding == nullptr) {
      mistakes.push_back(fmt::format("{}: {}", where, unknown_key(value.key)));
      continue;
    }
    using Type = TomlValue::Type;
    const bool fits = binding->kind == ValueKind::number    ? value.type == Type::integer
                      : binding->kind == ValueKind::boolean ? value.type == Type::boolean
                      : binding->kind == ValueKind::list    ? value.type == Type::texts || value.type == Type::text
                                                            : value.type == Type::text;
    if (!fits) {
      const char* wanted = binding->kind == ValueKind::number    ? "a whole number"
                           : binding->kind == ValueKind::boolean ? "true or false"
                           : binding->kind == ValueKind::list    ? "a list of texts, [\"…\", \"…\"]"
                                                                 : "a text in quotes";
      mistakes.push_back(fmt::format("{}: {}: {} is needed", where, value.key, wanted));
      continue;
    }
    settings.push_back({value.key, std::move(value.values), where});
  }
  if (!mistakes.empty()) return fail(ErrorCode::invalid_argument, joined(mistakes));
  return settings;
}

std::vector<Setting> read_environment(const std::vector<std::pair<std::string, std::string>>& variables,
                                      std::vector<std::string>& warnings) {
  std::vector<Setting> settings;
  for (const auto& [name, value] : variables) {
    if (!name.starts_with(kPrefix) || std::find(std::begin(kForeign), std::end(kForeign), name) != std::end(kForeign)) {
      continue;
    }
    const auto& keys = config_keys();
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.environment() == name; });
    if (key == keys.end()) {
      warnings.push_back(fmt::format("the environment variable {} is no setting of parleyd and is passed over", name));
      continue;
    }
    Setting setting{key->name, {}, name};
    if (key->is_list) {
      std::istringstream parts(value);
      for (std::string part; std::getline(parts, part, ',');) {
        if (!part.empty()) setting.values.push_back(part);
      }
    } else {
      setting.values.push_back(value);
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

Result<LoadedConfig> load_config(const std::vector<Setting>& settings, unsigned cores) {
  LoadedConfig loaded;
  loaded.config.listen.push_back({"127.0.0.1", 8080, false, false, std::nullopt});
  loaded.config.io_threads = std::clamp(cores, 1U, 256U);
  loaded.config.owners = std::clamp(cores / 8, 1U, 64U);
  for (const auto& key : config_keys()) loaded.from[key.name] = "default";

  std::vector<std::string> mistakes;
  for (const Setting& setting : settings) {
    const KeyBinding* binding = find_binding(setting.key);
    if (binding == nullptr) {
      mistakes.push_back(fmt::format("{}: {}", setting.from, unknown_key(setting.key)));
      continue;
    }
    if (!binding->key.is_list && setting.values.size() != 1) {
      mistakes.push_back(fmt::format("{}: {}: exactly one value is needed", setting.from, setting.key));
      continue;
    }
    if (auto problem = binding->set(loaded.config, setting.values); !problem.empty()) {
      mistakes.push_back(fmt::format("{}: {}: {}", setting.from, setting.key, problem));
      continue;
    }
    loaded.from[setting.key] = setting.from;
  }
  if (mistakes.empty()) check_together(loaded, mistakes);
  if (!mistakes.empty()) return fail(ErrorCode::invalid_argument, joined(mistakes));
  return loaded;
}

std::string print_config(const LoadedConfig& loaded) {
  std::string out;
  std::string table;
  for (const auto& binding : bindings()) {
    const std::string& name = binding.key.name;
    const std::size_t dot = name.find('.');
    const std::string its_table = dot == std::string::npos ? "" : name.substr(0, dot);
    if (its_table != table) {
      table = its_table;
      out += fmt::format("\n[{}]\n", table);
    }
    const std::string line =
        fmt::format("{} = {}", dot == std::string::npos ? name : name.substr(dot + 1), binding.show(loaded.config));
    out += fmt::format("{:<44}  # {}\n", line, loaded.from.at(name));
  }
  return out;
}

}  // namespace parley
