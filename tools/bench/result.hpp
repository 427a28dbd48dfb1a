// What one worker found, and what all of them found together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/checker.hpp"
#include "bench/histogram.hpp"
#include "bench/options.hpp"

namespace parley::bench {

struct WorkerResult {
  std::uint64_t messages = 0;
  std::uint64_t sent = 0;  // messages, warm-up and all: what the server's processor time was spent on
  std::uint64_t hints = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t sessions = 0;
  double seconds = 0;         // in which messages and deliveries were counted
  std::int64_t start_ns = 0;  // of coming up (idle) or back (storm): monotonic, comparable on one machine
  std::int64_t end_ns = 0;
  Faults faults;
  std::uint64_t errors = 0;
  std::string first_error;
  Histogram latency;
  Histogram cold_latency;  // with a cold page cache (history)
};

/// One line of text, for another process.
std::string to_text(const WorkerResult& result);
std::optional<WorkerResult> worker_result_from(std::string_view text);

/// The server's memory and processor time at the moments that matter; nullopt where they could not be read.
struct ServerUse {
  std::optional<std::uint64_t> without_sessions;
  std::optional<std::uint64_t> at_end;
  std::optional<double> processor_before, processor_after;  // seconds: before the first message, after the last
};

struct Report {
  std::optional<double> messages_per_s, deliveries_per_s, sessions_per_s;
  std::optional<double> p50_ms, p99_ms, p999_ms;
  Faults faults;
  std::uint64_t errors = 0;
  std::string first_error;
  std::optional<std::uint64_t> server_rss_bytes;
  std::optional<double> bytes_per_session;
  std::optional<double> cold_p50_ms, cold_p99_ms;
  std::optional<double> hints_per_s;
  std::optional<double> server_cpu_us_per_message;
  std::vector<std::pair<double, double>> distribution;  // percent of latencies, and the ms they do not exceed

  [[nodiscard]] bool good() const { return faults == Faults{} && errors == 0; }
};

/// Sums workers up; collects into one histogram.
class Summary {
 public:
  void add(const WorkerResult& result);
  [[nodiscard]] Report report(Scenario scenario, const ServerUse& use) const;

 private:
  WorkerResult all_;
  double messages_per_s_ = 0;
  double deliveries_per_s_ = 0;
  double hints_per_s_ = 0;
  bool any_ = false;
};

/// The one object of --json.
std::string to_json(const Report& report);
/// For people.
std::string to_table(const Report& report, const Options& options);

}  // namespace parley::bench
