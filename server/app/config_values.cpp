#include "app/config_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "gateway/address.hpp"

namespace parley {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

std::string quoted(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + quoted(text);
  return out + "]";
}

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

KeyBinding text_key(ConfigKey key, std::string Config::* member) {
  return {std::move(key), ValueKind::text,
          [member](Config& config, const std::vector<std::string>& values) -> Problem {
            if (values[0].find('\0') != std::string::npos) return "holds a NUL character";
            config.*member = values[0];
            return {};
          },
          [member](const Config& config) { return quoted(config.*member); }};
}

Problem in_range(std::string_view text, std::uint64_t min, std::uint64_t max, std::string_view unit,
                 std::uint64_t& value) {
  const auto number = to_number(text);
  const std::string range =
      fmt::format("it has to be a whole number from {} to {}{}{}", min, max, unit.empty() ? "" : " ", unit);
  if (!number) return fmt::format("\"{}\" is no number here; {}", text, range);
  if (*number < min || *number > max) return fmt::format("{} is out of range; {}", *number, range);
  value = *number;
  return {};
}

KeyBinding number_key(ConfigKey key, std::uint64_t Config::* member, std::uint64_t min, std::uint64_t max,
                      std::string unit = "") {
  return {std::move(key), ValueKind::number,
          [=](Config& config, const std::vector<std::string>& values) {
            return in_range(values[0], min, max, unit, config.*member);
          },
          [member](const Config& config) { return fmt::format("{}", config.*member); }};
}

KeyBinding bool_key(ConfigKey key, bool Config::* member) {
  return {std::move(key), ValueKind::boolean,
          [member](Config& config, const std::vector<std::string>& values) -> Problem {
            if (values[0] != "true" && values[0] != "false") {
              return fmt::format("\"{}\" is not allowed; it has to be true or false", values[0]);
            }
            config.*member = values[0] == "true";
            return {};
          },
          [member](const Config& config) { return std::string(config.*member ? "true" : "false"); }};
}

template <class E>
KeyBinding choice_key(ConfigKey key, E Config::* member, std::vector<std::pair<std::string, E>> choices) {
  auto set = [member, choices](Config& config, const std::vector<std::string>& values) -> Problem {
    std::string allowed;
    for (const auto& [name, value] : choices) {
      if (name == values[0]) {
        config.*member = value;
        return {};
      }
      allowed += (allowed.empty() ? "" : ", ") + name;
    }
    return fmt::format("\"{}\" is not allowed; it has to be one of {}", values[0], allowed);
  };
  auto show = [member, choices](const Config& config) {
    const auto it = std::find_if(choices.begin(), choices.end(),
                                 [&](const auto& choice) { return choice.second == config.*member; });
    return quoted(it == choices.end() ? std::string() : it->first);
  };
  return {std::move(key), ValueKind::text, std::move(set), std::move(show)};
}

/// HOST:PORT, [IPV6]:PORT, or the same behind http://, https://, http+proxy:// or https+proxy://.
Problem read_listen(std::string_view text, ListenOption& out) {
  const std::string wrong =
      fmt::format("\"{}\" is no address; write HOST:PORT, [IPV6]:PORT, http://HOST:PORT or https://HOST:PORT", text);
  if (const std::size_t end = text.find("://"); end != std::string_view::npos) {
    const std::string_view scheme = text.substr(0, end);
    out.proxy = scheme.ends_with("+proxy");
    const std::string_view http = out.proxy ? scheme.substr(0, scheme.rfind('+')) : scheme;
    if (http != "http" && http != "https") return wrong;
    out.scheme = http == "https";
    text.remove_prefix(end + 3);
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong;
  std::string_view host = text.substr(0, colon);
  const auto port = to_number(text.substr(colon + 1));
  if (!port || *port > 65535) return wrong;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong;
  }
  if (host.empty() || host.find_first_of(" /@[]") != std::string_view::npos) return wrong;
  out.host = std::string(host);
  out.port = static_cast<std::uint16_t>(*port);
  return {};
}

KeyBinding listen_key() {
  ConfigKey key{
      "listen",
      "address to listen on; give it again for another. With a TLS certificate it speaks TLS, "
      "unless written http://HOST:PORT. http+proxy:// and https+proxy:// are for proxies that speak the PROXY "
      "protocol. Port 0: any free port",
      "HOST:PORT", true};
  auto set = [](Config& config, const std::vector<std::string>& values) -> Problem {
    if (values.empty()) return "at least one address is needed";
    config.listen.clear();
    for (const auto& value : values) {
      ListenOption option;
      if (auto problem = read_listen(value, option); !problem.empty()) return problem;
      config.listen.push_back(std::move(option));
    }
    return {};
  };
  auto show = [](const Config& config) {
    std::vector<std::string> urls;
    for (const auto& option : config.listen) urls.push_back(option.url());
    return quoted(urls);
  };
  return {std::move(key), ValueKind::list, set, show};
}

KeyBinding proxies_key() {
  ConfigKey key{"trusted_proxies",
                "address or network of reverse proxies, such as 127.0.0.1 or 10.0.0.0/8: they are believed whom they "
                "bring, by X-Forwarded-For or the PROXY protocol",
                "NETWORK", true};
  auto set = [](Config& config, const std::vector<std::string>& values) -> Problem {
    if (auto networks = NetworkList::parse(values); !networks) return networks.error().detail;
    config.trusted_proxies = values;
    return {};
  };
  return {std::move(key), ValueKind::list, set, [](const Config& config) { return quoted(config.trusted_proxies); }};
}

KeyBinding origins_key() {
  ConfigKey key{"web_origins",
                "web origin that may call this server from a browser (CORS and WebSocket), such as "
                "https://chat.example; \"*\" is everyone, without cookies",
                "ORIGIN", true};
  auto set = [](Config& config, const std::vector<std::string>& values) -> Problem {
    for (const auto& value : values) {
      const std::size_t scheme = value.find("://");
      const bool good = value == "*" || (scheme != std::string::npos && scheme > 0 && scheme + 3 < value.size() &&
                                         value.find_first_of("/ ?#", scheme + 3) == std::string::npos);
      if (!good) return fmt::format("\"{}\" is no origin; write SCHEME://HOST[:PORT] without a path, or \"*\"", value);
    }
    config.web_origins = values;
    return {};
  };
  return {std::move(key), ValueKind::list, set, [](const Config& config) { return quoted(config.web_origins); }};
}

std::vector<KeyBinding> make_bindings() {
  std::vector<KeyBinding> all;
  all.push_back(text_key({"data", "directory that holds everything the server keeps", "DIR"}, &Config::data));
  all.push_back(listen_key());
  all.push_back(number_key({"io_threads", "threads that serve connections; default: one per core", "N"},
                           &Config::io_threads, 1, 256, "threads"));
  all.push_back(number_key({"owners", "threads that decide and commit; one is enough for most machines", "N"},
                           &Config::owners, 1, 64, "threads"));
  all.push_back(number_key({"memory_mib", "memory that the server may use in all; 0: no bound", "MIB"},
                           &Config::memory_mib, 0, 1'048'576, "MiB"));
  all.push_back(choice_key<SignUpMode>(
      {"sign_up", "who may sign up: open, invitation or closed", "MODE"}, &Config::sign_up,
      {{"open", SignUpMode::open}, {"invitation", SignUpMode::invitation}, {"closed", SignUpMode::closed}}));
  all.push_back(bool_key(
      {"open_directory", "prefix search finds everybody, not only contacts and people in shared groups", "true|false"},
      &Config::open_directory));
  all.push_back(bool_key({"web", "give the web app to browsers", "true|false"}, &Config::web));
  all.push_back(
      text_key({"web_dir",
                "folder with the files of the web app to give in place of the one that is built in, read when "
                "the server starts",
                "DIR"},
               &Config::web_dir));
  all.push_back(origins_key());
  all.push_back(choice_key<PasswordCost>(
      {"password_cost", "work of hashing a password: normal, or minimum for tests (loopback listeners only)", "COST"},
      &Config::password_cost, {{"normal", PasswordCost::normal}, {"minimum", PasswordCost::minimum}}));
  all.push_back(choice_key<MetricsAccess>({"metrics", "who may read /metrics: loopback or all", "WHO"},
                                          &Config::metrics,
                                          {{"loopback", MetricsAccess::loopback}, {"all", MetricsAccess::all}}));
  all.push_back(bool_key({"limit_loopback",
                          "limits per address count this machine's own addresses too; those of trusted_proxies "
                          "never count",
                          "true|false"},
                         &Config::limit_loopback));
  all.push_back(proxies_key());
  all.push_back(text_key({"admin_socket",
                          "Unix socket for parley admin, which only the server's own user may open; without a leading "
                          "slash it lies in the data directory. off: none",
                          "FILE"},
                         &Config::admin_socket));
  all.push_back(text_key({"tls.certificate", "PEM file: certificate, then its chain; read again on SIGHUP", "FILE"},
                         &Config::tls_certificate));
  all.push_back(text_key({"tls.key", "PEM file: private key of the certificate", "FILE"}, &Config::tls_key));
  all.push_back(choice_key<log::Level>({"log.level", "debug, info, warning, error or off", "LEVEL"}, &Config::log_level,
                                       {{"debug", log::Level::debug},
                                        {"info", log::Level::info},
                                        {"warning", log::Level::warning},
                                        {"error", log::Level::error},
                                        {"off", log::Level::off}}));
  all.push_back(choice_key<log::Format>({"log.format", "text or json, one line per event on standard error", "FORMAT"},
                                        &Config::log_format,
                                        {{"text", log::Format::text}, {"json", log::Format::json}}));
  all.push_back(number_key({"cache.channels", "channels kept in memory", "N"}, &Config::cached_channels, 100,
                           100'000'000, "channels"));
  all.push_back(number_key({"cache.store_mib", "memory for blocks read from the channel store", "MIB"},
                           &Config::store_cache_mib, 8, 1'048'576, "MiB"));
  all.push_back(number_key({"cache.write_mib", "memory for what was written and is not yet in files", "MIB"},
                           &Config::store_buffer_mib, 8, 16'384, "MiB"));
  for (const LimitInfo& info : kLimits) {
    ConfigKey key{fmt::format("limits.{}", info.name), fmt::format("{}, in {}", info.text, info.unit), "N"};
    all.push_back({std::move(key), ValueKind::number,
                   [&info](Config& config, const std::vector<std::string>& values) {
                     return in_range(values[0], info.min, info.max, info.unit, config.limits.*info.member);
                   },
                   [&info](const Config& config) { return fmt::format("{}", config.limits.*info.member); }});
  }
  return all;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

const std::vector<KeyBinding>& bindings() {
  static const std::vector<KeyBinding> all = make_bindings();
  return all;
}

const KeyBinding* find_binding(std::string_view key) {
  const auto& all = bindings();
  const auto it = std::find_if(all.begin(), all.end(), [&](const KeyBinding& one) { return one.key.name == key; });
  return it == all.end() ? nullptr : &*it;
}

std::string nearest_key(std::string_view key) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, key.size() / 4) + 1;
  if (key.size() > 64) return best;
  for (const KeyBinding& one : bindings()) {
    const std::string& name = one.key.name;
    const std::size_t tail = name.rfind('.');
    // A key in the wrong table is as likely as a slip of the keys.
    const std::string_view own =
        tail == std::string::npos ? std::string_view(name) : std::string_view(name).substr(tail + 1);
    const std::size_t d = std::min(distance(key, name), key == own ? std::size_t{1} : best_distance);
    if (d < best_distance) {
      best_distance = d;
      best = name;
    }
  }
  return best;
}

}  // namespace parley
