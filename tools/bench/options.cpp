#include "bench/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "base/version.hpp"

namespace parley::bench {
namespace {

constexpr double kMixedRate = 1000;

constexpr const char* kFooter = R"(
Every account, channel and message is made by the run: nothing has to be prepared, and nothing is cleaned up, so let it
have a server and a data directory of its own (make bench does):
  parleyd --data /tmp/bench --listen 127.0.0.1:8080 --password-cost minimum
From another machine the server's limits per address count, so raise them:
  parleyd ... --limit signups_per_hour=1000000 --limit unauthenticated_per_address=1000

With --json one object on stdout. In every scenario: lost, duplicated, reordered, errors, server_rss_bytes (null where
the server is on another machine or its process cannot be seen). Others are null where they do not apply:
  direct, group  messages_per_s    stored, outcome received, delivered to every other member; in the measured seconds
                 deliveries_per_s  messages received by sessions of other accounts than the sender's
                 p50_ms p99_ms p999_ms  from send to received, of each delivery
  idle           bytes_per_session (server's memory with the sessions - with the same accounts and none) / sessions
                 sessions_per_s    sign-ins while the sessions came up
  storm          sessions_per_s    sessions / (all are in sync - the first one connects)
                 p50_ms p99_ms p999_ms  from connecting to in sync, of each session
  sync           sessions_per_s, p50_ms p99_ms p999_ms  from asking to the answer, of each session
  mixed          as direct and group (of each delivery), and hints_per_s: typing and presence that sessions were told
  history        messages_per_s    written while filling
                 p50_ms p99_ms p999_ms  from asking for a page to having it; cold_p50_ms, cold_p99_ms the same with --cold
  server_cpu_us_per_message  processor time of the server per message, warm-up and compaction included (direct, group,
                 mixed, history); distribution [[percent, ms], ...] of the latencies
lost        messages that were posted and did not arrive where they should, receipts that did not arrive at the end
            (direct, group); channels whose head a session did not learn (storm)
duplicated  messages that came twice, under one seq or two
reordered   messages behind a later one of the same sender, and channels whose members saw different orders
errors      refusals, connections that broke, bodies that were not those sent

Exit codes: 0 all checks held; 1 lost, duplicated, reordered or errors is not 0; 2 wrong command line; 3 the server could
not be reached or refused what the run needs.)";

void add_common(CLI::App& command, Options& options, std::string& server) {
  command.add_option("--server", server, "where the server listens")->default_str("http://127.0.0.1:8080");
  command.add_option("--sessions", options.sessions, "sessions, each of an account of its own")
      ->check(CLI::Range(1, 2'000'000))
      ->default_str(std::to_string(options.sessions));
  command
      .add_option("--connecting", options.connecting, "sessions that sign in at the same time (default 50; storm 500)")
      ->check(CLI::Range(1, 100'000));
  command
      .add_option("--processes", options.processes,
                  "processes to share the sessions (default: one per 19,000 sessions)")
      ->check(CLI::Range(1, 64));
  command.add_option("--server-pid", options.server_pid, "process whose memory is told (default: who listens there)");
  command.add_option("--invitation", options.invitation, "sign-up invitation, where the server asks for one");
  command.add_flag("--json", options.json, "print one JSON object instead of a table");
  auto* quiet = command.add_flag("--quiet", options.quiet, "no progress line on a terminal (nor with --json)");
  command.add_flag("--progress", options.progress, "a progress line on a terminal with --json too")->excludes(quiet);
}

void add_traffic(CLI::App& command, Options& options) {
  command.add_option("--seconds", options.seconds, "measured time")
      ->check(CLI::Range(0.1, 86'400.0))
      ->default_str("10");
  command.add_option("--warm-up", options.warm_up, "traffic before the measured time, in seconds")
      ->check(CLI::Range(0.0, 3'600.0))
      ->default_str("2");
  command
      .add_option("--patience", options.patience,
                  "longest wait at the end, in seconds, for what is still on its way; then it is lost")
      ->check(CLI::Range(0.0, 3'600.0))
      ->default_str("60");
  command.add_option("--window", options.window, "messages of one sender that are not yet with every other member")
      ->check(CLI::Range(1, 48))
      ->default_str("8");
  command.add_option("--body", options.body, "bytes of a message")->check(CLI::Range(48, 100'000))->default_str("200");
  command
      .add_option("--rate", options.rate,
                  "messages offered per second by all senders together, at even times; latency is then that of the "
                  "messages due in the measured time, from when each was due, however late it left or came. Without it "
                  "every sender sends as soon as its window allows")
      ->check(CLI::Range(0.0, 10'000'000.0));
}

}  // namespace

std::string_view name_of(Scenario scenario) {
  switch (scenario) {
    case Scenario::direct:
      return "direct";
    case Scenario::group:
      return "group";
    case Scenario::idle:
      return "idle";
    case Scenario::storm:
      return "storm";
    case Scenario::mixed:
      return "mixed";
    case Scenario::sync:
      return "sync";
    case Scenario::history:
      return "history";
    case Scenario::publish:
      return "publish";
  }
  return "";
}

bool has_traffic(Scenario scenario) {
  return scenario == Scenario::direct || scenario == Scenario::group || scenario == Scenario::mixed ||
         scenario == Scenario::publish;
}

std::optional<Server> parse_server(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  while (url.ends_with('/')) url.remove_suffix(1);
  Server server{.host = std::string(url), .port = 80};
  const std::size_t bracket = url.rfind(']');
  const std::size_t colon = url.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view digits = url.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), server.port);
    if (error != std::errc{} || end != digits.data() + digits.size() || server.port == 0) return std::nullopt;
    server.host = std::string(url.substr(0, colon));
  }
  if (server.host.starts_with('[') && server.host.ends_with(']'))
    server.host = server.host.substr(1, server.host.size() - 2);
  if (server.host.empty() || server.host.find_first_of("/[]@ ?#") != std::string::npos) return std::nullopt;
  return server;
}

std::optional<Options> read_options(int argc, char** argv, Done& done) {
  Options options;
  std::string server = "http://127.0.0.1:8080";
  CLI::App app{"Parley's load generator: drives a server with many sessions and checks what comes back."};
  app.set_version_flag("--version", fmt::format("parley-bench {}", version()));
  app.require_subcommand(1);
  app.footer(kFooter);
  CLI::App& direct = *app.add_subcommand("direct", "pairs of people who write to each other");
  CLI::App& group = *app.add_subcommand("group", "groups in which members write to all others");
  CLI::App& mixed = *app.add_subcommand(
      "mixed", "everybody in a direct channel and a group: messages, typing, receipts, presence; at --rate");
  CLI::App& idle = *app.add_subcommand("idle", "what a session costs the server that does nothing");
  CLI::App& storm = *app.add_subcommand("storm", "sessions that lost their connection all come back at once");
  CLI::App& sync = *app.add_subcommand("sync", "devices that were away ask POST /v1/sync what they missed");
  CLI::App& history = *app.add_subcommand("history", "fills channels, then reads pages from anywhere in them");
  CLI::App& publish = *app.add_subcommand(
      "publish",
      "direct (--members 2) or group traffic at parley-bare-publisher, which stores nothing, to compare with");
  for (CLI::App* command : {&direct, &group, &mixed, &idle, &storm, &sync, &history, &publish}) {
    add_common(*command, options, server);
  }
  for (CLI::App* command : {&direct, &group, &mixed, &publish}) add_traffic(*command, options);
  for (CLI::App* command : {&group, &mixed, &storm, &sync, &publish}) {
    command->add_option("--members", options.members, "members of each group")
        ->check(CLI::Range(2, 1000))
        ->default_str("100");
  }
  group.add_option("--senders", options.senders, "members of each group that write (default: every one)")
      ->check(CLI::Range(1, 1000));
  idle.add_option("--seconds", options.seconds, "time of silence before memory is read")
      ->check(CLI::Range(0.0, 86'400.0))
      ->default_str("10");
  for (CLI::App* command : {&storm, &sync}) {
    command->add_option("--channels", options.channels, "groups of each session")
        ->check(CLI::Range(0, 1000))
        ->default_str("20");
    command
        ->add_option("--missed", options.missed,
                     "channels of each session in which a message was posted while it was away")
        ->check(CLI::Range(0, 1000))
        ->default_str("1");
    command->add_option("--seconds", options.seconds, "longest time until all are in sync")
        ->check(CLI::Range(1.0, 3'600.0))
        ->default_str("60");
  }
  storm.add_flag("--fresh-tokens", options.fresh_tokens,
                 "come back with access tokens that the server has not seen, not with resume tokens");
  history.add_option("--messages", options.messages, "messages to write")
      ->check(CLI::Range(std::uint64_t{2}, std::uint64_t{1'000'000'000}))
      ->default_str(std::to_string(options.messages));
  history.add_option("--per-channel", options.per_channel, "messages of a channel")
      ->check(CLI::Range(1, 10'000'000))
      ->default_str(std::to_string(options.per_channel));
  history.add_option("--body", options.body, "random bytes of a message")->check(CLI::Range(8, 100'000));
  history.add_option("--reads", options.reads, "pages of 50 to read, one at a time")
      ->check(CLI::Range(1, 10'000'000))
      ->default_str(std::to_string(options.reads));
  history.add_option("--cold", options.cold,
                     "the server's data directory, on this machine: as many pages are read once more, and before each "
                     "the files there are dropped from the page cache");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    done.exit_code = app.exit(error) == 0 ? kGood : kUsage;
    return std::nullopt;
  }
  auto wrong = [&](const std::string& text) {
    fmt::print(stderr, "{}\nRun with --help for more information.\n", text);
    done.exit_code = kUsage;
    return std::nullopt;
  };
  if (app.got_subcommand(&group)) options.scenario = Scenario::group;
  if (app.got_subcommand(&idle)) options.scenario = Scenario::idle;
  if (app.got_subcommand(&mixed)) options.scenario = Scenario::mixed;
  if (app.got_subcommand(&publish)) options.scenario = Scenario::publish;
  if (app.got_subcommand(&history)) options.scenario = Scenario::history;
  for (const auto& [command, scenario] : {std::pair(&storm, Scenario::storm), {&sync, Scenario::sync}}) {
    if (!app.got_subcommand(command)) continue;
    options.scenario = scenario;
    if (command->count("--seconds") == 0) options.seconds = 60;
  }
  if (options.scenario == Scenario::mixed && mixed.count("--rate") == 0) options.rate = kMixedRate;
  const auto parsed = parse_server(server);
  if (!parsed)
    return wrong(fmt::format("--server: {} is no http://HOST:PORT (the load generator speaks clear text)", server));
  options.server = *parsed;
  if (options.connecting == 0) options.connecting = options.scenario == Scenario::storm ? 500 : 50;
  const Scenario scenario = options.scenario;
  const bool pairs = scenario == Scenario::direct || scenario == Scenario::history || scenario == Scenario::mixed;
  if (pairs && options.sessions % 2 != 0) return wrong("--sessions: this needs an even number");
  const bool away = scenario == Scenario::storm || scenario == Scenario::sync;
  const bool groups = scenario == Scenario::group || scenario == Scenario::mixed || scenario == Scenario::publish ||
                      (away && options.channels > 0);
  if (groups && options.sessions % options.members != 0) {
    return wrong(fmt::format("--sessions: {} is no multiple of --members {}", options.sessions, options.members));
  }
  if (scenario == Scenario::mixed && options.members % 2 != 0) return wrong("--members: mixed needs an even number");
  if (options.senders > options.members) return wrong("--senders: a group has no more than --members");
  return options;
}

}  // namespace parley::bench
