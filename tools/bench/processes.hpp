// A run in several processes: one process runs out of descriptors, so the run forks copies of itself, each with its
// share of the sessions, lets them pass barriers together, and merges what they found.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bench/event_loop.hpp"
#include "bench/options.hpp"
#include "bench/result.hpp"

namespace parley::bench {

/// A worker's line to the process that started it.
class Supervisor final : private Watcher {
 public:
  Supervisor(EventLoop& loop, int fd);
  ~Supervisor() override;

  /// Runs the loop until every worker has come here and the supervisor lets them go. Ends the process when the
  /// supervisor is gone.
  void barrier(std::string_view name);
  /// For the progress line: what is going on, how much of it is done, and of how much (0: unknown). Told at most a few
  /// times a second.
  void progress(std::string_view what, std::uint64_t done, std::uint64_t of);
  void result(const WorkerResult& result);
  void failure(const std::string& text);

 private:
  void on_ready(bool readable, bool writable) override;
  void write(const std::string& line);

  EventLoop& loop_;
  int fd_;
  std::uint64_t released_ = 0;
  std::uint64_t awaited_ = 0;
  std::int64_t told_ns_ = 0;
  std::string what_;
};

/// One worker's part of the run.
struct Share {
  std::uint32_t worker = 0;
  std::uint32_t sessions = 0;
};
/// `sessions` over workers in whole units (a pair, a group), as evenly as those allow; nobody gets none.
std::vector<Share> share_out(std::uint32_t sessions, std::uint32_t unit, std::uint32_t workers);

/// How many workers `options` needs, each of which may have `descriptors` open.
std::uint32_t workers_needed(const Options& options, std::uint32_t unit, std::size_t descriptors);

struct Run {
  Options options;
  std::vector<Share> shares;
  /// In each worker, in a process of its own; its end is the process's.
  std::function<void(const Share&, EventLoop&, Supervisor&)> work;
  /// In this process, when all workers stand at a barrier.
  std::function<void(std::string_view barrier)> at_barrier;
};
/// A line on stderr that the next one replaces, where that is a terminal and progress is wanted; empty clears it.
void show_progress(const Options& options, std::string_view line);

/// What every worker found; an error as soon as one of them fails. All workers are gone when it returns.
Result<std::vector<WorkerResult>> run_workers(const Run& run);

}  // namespace parley::bench
