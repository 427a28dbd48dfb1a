// Configuration of parleyd: defaults < TOML file < environment < flags. Reading it has no side effect; the strongest
// source of each value is remembered, so that an operator can ask where a value came from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "node/accounts/types.hpp"
#include "parley/limits.hpp"

namespace parley {

enum class PasswordCost : std::uint8_t { normal, minimum };
enum class MetricsAccess : std::uint8_t { loopback, all };

struct ListenOption {
  std::string host;
  std::uint16_t port = 0;      // 0: any free one
  bool secure = false;         // TLS
  bool proxy = false;          // connections begin with a header of the PROXY protocol
  std::optional<bool> scheme;  // as written: https, http, or nothing (TLS where there is a certificate)

  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] std::string url() const;
};

struct Config {
  std::string data = "./data";
  bool new_channels = false;  // consent, given with a flag alone: people without their channels begin anew
  bool new_people = false;    // the same for channels without their people
  std::vector<ListenOption> listen;
  std::string admin_socket = "admin.sock";  // within `data` where not absolute; "off": none
  std::string tls_certificate, tls_key;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::text;
  std::uint64_t io_threads = 1;
  std::uint64_t owners = 1;
  SignUpMode sign_up = SignUpMode::open;
  bool open_directory = false;
  bool web = true;      // the web app for browsers
  std::string web_dir;  // its files; empty: those that are built in
  std::vector<std::string> web_origins;
  PasswordCost password_cost = PasswordCost::normal;
  MetricsAccess metrics = MetricsAccess::loopback;
  bool limit_loopback = false;  // limits per address count this machine's own addresses too
  std::vector<std::string> trusted_proxies;
  std::uint64_t cached_channels = 100'000;
  std::uint64_t store_cache_mib = 96;
  std::uint64_t store_buffer_mib = 96;
  std::uint64_t memory_mib = 0;  // 0: no bound
  Limits limits;
};

/// A value for a key, as a source gave it.
struct Setting {
  std::string key;                  // as in the file, with its table: "tls.certificate"
  std::vector<std::string> values;  // one, but for lists
  std::string from;                 // "parley.toml:12", "PARLEY_LISTEN", "--listen"
};

struct LoadedConfig {
  Config config;
  std::map<std::string, std::string> from;  // by key; "default" where nobody set it
  std::vector<std::string> warnings;
};

/// What is known of a key besides its value; in the order in which they are shown.
struct ConfigKey {
  std::string name;
  std::string help;
  std::string value_name;  // for --help: HOST:PORT, FILE …
  bool is_list = false;

  [[nodiscard]] std::string flag() const;         // "--tls-certificate"
  [[nodiscard]] std::string environment() const;  // "PARLEY_TLS_CERTIFICATE"
};
const std::vector<ConfigKey>& config_keys();

/// The settings of a TOML file. Errors: invalid_argument, one line per mistake, each with `name` and its line: bad
/// TOML, unknown keys, values of the wrong type.
Result<std::vector<Setting>> read_toml(const std::string& name, const std::string& text);
/// Those of variables that begin with PARLEY_; a list is separated by commas. A variable that is no setting becomes a
/// warning, because other programs use the prefix too.
std::vector<Setting> read_environment(const std::vector<std::pair<std::string, std::string>>& variables,
                                      std::vector<std::string>& warnings);

/// Applies `settings`, weakest first, to the defaults of a machine with `cores` cores. Errors: invalid_argument, one
/// line per mistake, each beginning with where the value came from.
Result<LoadedConfig> load_config(const std::vector<Setting>& settings, unsigned cores);

/// Every key, its value and where it came from, as a TOML file that would do the same.
std::string print_config(const LoadedConfig& loaded);

}  // namespace parley
