// parleyd: reads what it is asked to do, runs the server, and ends it on a signal.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>

#include "app/command_line.hpp"
#include "app/compact_command.hpp"
#include "app/operator/operator_commands.hpp"
#include "app/server.hpp"
#include "app/service_manager.hpp"
#include "app/verify_command.hpp"
#include "app/web_app.hpp"
#include "base/log.hpp"
#include "base/version.hpp"

/// The web app as tools/build/web_pack.mjs packed it; the build puts it between these two.
extern "C" const char parley_web_pack[];
extern "C" const char parley_web_pack_end[];

/// jemalloc, where it is linked, reads this before main: what was freed goes back to the system also while nothing
/// happens.
extern "C" const char* const malloc_conf;
extern "C" const char* const malloc_conf = "background_thread:true";

namespace parley {
namespace {

constexpr std::chrono::seconds kDrainLimit{5};
constexpr timespec kPoll{0, 20'000'000};

/// Blocked in every thread, so that main alone hears them.
sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

/// Descriptors that the stores, listeners and threads need, however many clients come.
constexpr std::uint64_t kOwnDescriptors = 640;
constexpr std::uint64_t kFewestConnections = 16;

/// Every connection is a descriptor: as many as may be had, and never so many that the stores run out of them.
void fit_to_descriptors(Limits& limits) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur == RLIM_INFINITY) return;
  const std::uint64_t all = limit.rlim_cur;
  const std::uint64_t left = all > kOwnDescriptors + kFewestConnections ? all - kOwnDescriptors : kFewestConnections;
  if (left >= limits.connections) return;
  log::info("connections_limited_by_descriptors", {{"open_files", all}, {"connections", left}});
  limits.connections = left;
}

void say_what_next(const Server& server) {
  const std::string url = server.urls().front();
  fmt::print(
      "\nNext, in another terminal:\n"
      "  parley --server {0} signup alice       make an account (or open {0} in a browser)\n"
      "  parley --help                          what else there is\n"
      "Ctrl-C stops the server; nothing is lost.\n",
      url);
}

/// A line for `systemctl status`.
std::string status_of(const Server& server) {
  return fmt::format("Listening on {}", fmt::join(server.urls(), ", "));
}

/// The next signal; meanwhile the service manager hears that the server is alive, where it wants to.
int wait_for_signal(Server& server, const ServiceManager& manager, const sigset_t& signals) {
  const auto every = manager.alive_every();
  if (!every) return sigwaitinfo(&signals, nullptr);
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(*every);
  const timespec pause{whole.count(), std::chrono::nanoseconds(*every - whole).count()};
  for (;;) {
    if (const int signal = sigtimedwait(&signals, nullptr, &pause); signal >= 0) return signal;
    if (server.is_alive()) {
      manager.alive();
    } else {
      log::error("threads_do_not_answer");
    }
  }
}

/// Until SIGTERM or SIGINT.
void serve(Server& server, const ServiceManager& manager, const sigset_t& signals) {
  for (;;) {
    const int signal = wait_for_signal(server, manager, signals);
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal != SIGHUP) continue;
    manager.reloading();
    if (auto reloaded = server.reload_certificate(); reloaded) {
      log::info("certificate_reloaded");
    } else {
      log::warning("certificate_not_reloaded", {{"why", reloaded.error().text()}});
    }
    manager.ready(status_of(server));
  }
}

/// Waits until owners have committed; a second signal ends it at once.
void drain(Server& server, const sigset_t& signals) {
  log::info("draining");
  server.begin_drain();
  const auto limit = std::chrono::steady_clock::now() + kDrainLimit;
  while (!server.drained() && std::chrono::steady_clock::now() < limit) {
    const int signal = sigtimedwait(&signals, nullptr, &kPoll);
    if (signal == SIGTERM || signal == SIGINT) {
      log::warning("stopped_at_once");
      _exit(kExitFailure);
    }
  }
  if (!server.drained()) log::warning("drain_took_too_long");
  server.stop();
  log::info("stopped");
}

int run(const LoadedConfig& loaded, ServiceManager manager) {
  Config config = loaded.config;
  log::configure(config.log_level, config.log_format);
  umask(077);
  fit_to_descriptors(config.limits);
  signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = our_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  for (const auto& warning : loaded.warnings) log::warning("configuration", {{"text", warning}});

  auto web = web_files(config, {parley_web_pack, parley_web_pack_end});
  auto server = web ? Server::open(config, std::move(*web)) : fail(std::move(web.error()));
  Result<void> listening = server ? (*server)->listen(manager.take_sockets()) : fail(server.error());
  if (!listening) {
    fmt::print(stderr, "parleyd: {}\n", listening.error().text());
    return kExitFailure;
  }
  log::info("started", {{"version", version()},
                        {"data", (*server)->data_path()},
                        {"io_threads", config.io_threads},
                        {"owners", config.owners}});
  for (const auto& url : (*server)->urls()) fmt::print("parleyd listening on {}\n", url);
  fmt::print("data in {}\n", (*server)->data_path());
  if (isatty(STDOUT_FILENO) != 0) say_what_next(**server);
  std::fflush(stdout);
  manager.ready(status_of(**server));
  serve(**server, manager, signals);
  manager.stopping();
  drain(**server, signals);
  return kExitOk;
}

int run(int argc, char** argv) {
  if (const auto done = operator_command(argc, argv)) return *done;
  ServiceManager manager = ServiceManager::from_environment();
  auto asked = read_command_line(argc, argv, environ);
  if (!asked) return asked.error();
  if (asked->verify) return verify_command(*asked->verify, asked->json);
  if (asked->compact) return compact_command(*asked->compact);
  if (asked->print_config) {
    for (const auto& warning : asked->loaded.warnings) fmt::print(stderr, "parleyd: warning: {}\n", warning);
    fmt::print("{}", print_config(asked->loaded));
    return kExitOk;
  }
  return run(asked->loaded, std::move(manager));
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  try {
    return parley::run(argc, argv);
  } catch (const std::exception& error) {
    // Nothing that throws: it may be standard error itself that is gone.
    std::fprintf(stderr, "parleyd: %s\n", error.what());
    return parley::kExitFailure;
  }
}
