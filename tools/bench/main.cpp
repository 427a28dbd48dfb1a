// parley-bench: see --help.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "bench/options.hpp"
#include "bench/processes.hpp"
#include "bench/scenarios.hpp"
#include "bench/server_process.hpp"
#include "bench/socket.hpp"

namespace parley::bench {
namespace {

WorkerResult run_scenario(const Workplace& place) {
  switch (place.options.scenario) {
    case Scenario::direct:
      return run_direct(place);
    case Scenario::group:
      return run_group(place);
    case Scenario::idle:
      return run_idle(place);
    case Scenario::storm:
      return run_storm(place);
    case Scenario::mixed:
      return run_mixed(place);
    case Scenario::sync:
      return run_sync(place);
    case Scenario::publish:
      return run_publish(place);
    case Scenario::history:
      return run_history(place);
  }
  return {};
}

void work(const Options& options, const Address& address, const Share& share, EventLoop& loop, Supervisor& supervisor) {
  try {
    supervisor.result(run_scenario({options, address, loop, supervisor, share}));
  } catch (const RunFailed& failed) {
    supervisor.failure(failed.what());
  }
}

std::optional<pid_t> server_pid(const Options& options, const Address& address) {
  if (options.server_pid != 0) return static_cast<pid_t>(options.server_pid);
  if (!address.local) return std::nullopt;
  return find_listener(options.server.port);
}

int run(const Options& options) {
  const auto address = resolve(options.server);
  if (!address) {
    fmt::print(stderr, "parley-bench: {}\n", address.error().text());
    return kNotRun;
  }
  const std::size_t descriptors = raise_descriptor_limit();
  const auto pid = server_pid(options, *address);
  ServerUse use;
  bool restless = false;
  Run parts{.options = options, .shares = {}, .work = {}, .at_barrier = {}};
  const std::uint32_t unit = unit_of(options);
  parts.shares = share_out(options.sessions, unit, workers_needed(options, unit, descriptors));
  parts.work = [&](const Share& share, EventLoop& loop, Supervisor& supervisor) {
    work(options, *address, share, loop, supervisor);
  };
  parts.at_barrier = [&](std::string_view barrier) {
    if (!pid) return;
    constexpr int kPatienceMs = 120'000;
    const bool idle = options.scenario == Scenario::idle;
    if (idle ? barrier == "accounts" : barrier == "ready" || barrier == "filled") {
      show_progress(options, "waiting until the server has nothing left to do");
      if (!wait_until_quiet(*pid, kPatienceMs)) restless = true;
    }
    if (idle && barrier == "accounts") use.without_sessions = resident_bytes(*pid);
    if (barrier == "ready") use.processor_before = processor_seconds(*pid);
    if (barrier == "filled" || (barrier == "end" && has_traffic(options.scenario))) {
      use.processor_after = processor_seconds(*pid);
    }
    if (barrier == "end") use.at_end = resident_bytes(*pid);
  };
  const auto results = run_workers(parts);
  if (!results) {
    fmt::print(stderr, "parley-bench: {}\n", results.error().text());
    return kNotRun;
  }
  Summary summary;
  for (const WorkerResult& result : *results) summary.add(result);
  const Report report = summary.report(options.scenario, use);
  if (options.json) {
    fmt::print("{}\n", to_json(report));
  } else {
    fmt::print("{}", to_table(report, options));
  }
  if (options.scenario == Scenario::idle && !report.bytes_per_session) {
    fmt::print(stderr, "parley-bench: the server's process was not found; give --server-pid for its memory\n");
  }
  if (restless) {
    fmt::print(stderr, "parley-bench: the server was busy with something else when the measurement began\n");
  }
  if (report.good()) return kGood;
  fmt::print(stderr, "parley-bench: the checks failed{}\n",
             report.first_error.empty() ? "" : fmt::format(": {}", report.first_error));
  return kChecksFailed;
}

}  // namespace
}  // namespace parley::bench

int main(int argc, char** argv) {
  using namespace parley::bench;
  try {
    Done done;
    const auto options = read_options(argc, argv, done);
    return options ? run(*options) : done.exit_code;
  } catch (const std::exception& error) {
    fmt::print(stderr, "parley-bench: {}\n", error.what());
    return kNotRun;
  }
}
