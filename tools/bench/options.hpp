// What the command line asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace parley::bench {

enum class Scenario : std::uint8_t { direct, group, mixed, idle, storm, sync, history, publish };
std::string_view name_of(Scenario scenario);
/// People write to each other for a measured time.
bool has_traffic(Scenario scenario);

struct Server {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
};

struct Options {
  Scenario scenario = Scenario::direct;
  Server server;
  std::uint32_t sessions = 1000;
  double seconds = 10;
  double warm_up = 2;
  double patience = 60;  // for what is still on its way at the end
  std::uint32_t window = 8;
  std::uint32_t body = 200;     // bytes of a message's text
  std::uint32_t members = 100;  // of a group
  std::uint32_t senders = 0;    // of a group; 0: every member
  double rate = 0;              // messages offered per second; 0: as many as the window lets through
  std::uint32_t channels = 20;  // of a session in `storm`
  std::uint32_t missed = 1;     // channels of each session that got a message while it was away
  bool fresh_tokens = false;
  std::uint64_t messages = 100'000;  // written by `history` before it reads
  std::uint32_t per_channel = 1000;  // of those in each channel
  std::uint32_t reads = 1000;        // pages read by `history`
  std::string cold;                  // the server's data directory: pages are read once more from a cold page cache
  std::uint32_t connecting = 0;      // sessions that are signing in at the same time; 0: the scenario's own
  std::uint32_t processes = 0;       // 0: as many as the descriptors ask for
  std::uint32_t server_pid = 0;      // 0: found by the listening port
  std::string invitation;
  bool json = false;
  bool quiet = false;     // no progress line
  bool progress = false;  // a progress line with --json too
};

/// Exit codes of parley-bench, as --help says them.
enum ExitCode : int {
  kGood = 0,          // the run ended and every check held
  kChecksFailed = 1,  // lost, duplicated, reordered or errors is not 0
  kUsage = 2,         // the command line cannot be understood
  kNotRun = 3,        // the server cannot be reached or refused what the run needs
};

/// What to do instead of a run: the text was printed.
struct Done {
  int exit_code = kGood;
};

/// Options, or the exit code where the command line was answered (--help, --version) or refused on stderr.
std::optional<Options> read_options(int argc, char** argv, Done& done);

/// http://HOST[:PORT][/]; nullopt for anything else.
std::optional<Server> parse_server(std::string_view url);

}  // namespace parley::bench
