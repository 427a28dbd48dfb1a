#include "bench/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace parley::bench {
namespace {

namespace json = boost::json;

/// As JSON: plain digits, because scripts and people read them.
std::string number_or_null(std::optional<double> value, int decimals) {
  return value ? fmt::format("{:.{}f}", *value, decimals) : "null";
}

std::uint64_t count_of(const json::object& object, std::string_view key) {
  return object.at(key).to_number<std::uint64_t>();
}

constexpr auto kPercents = std::to_array<double>({1, 5, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.9, 99.99, 100});

double ms_at(const Histogram& histogram, double percent) {
  return static_cast<double>(histogram.percentile(percent / 100)) / 1e6;
}

std::string distribution_of(const Report& report) {
  std::string out;
  for (const auto& [percent, ms] : report.distribution) {
    out += fmt::format("{}[{},{:.3f}]", out.empty() ? "" : ",", percent, ms);
  }
  return out;
}

std::string grouped(double value, int decimals) {
  const std::string plain = fmt::format("{:.{}f}", value, decimals);
  const std::size_t whole = std::min(plain.find('.'), plain.size());
  std::string out;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0) out.push_back(',');
    out.push_back(plain[i]);
  }
  return out;
}

}  // namespace

std::string to_text(const WorkerResult& result) {
  return json::serialize(json::object{{"messages", result.messages},
                                      {"sent", result.sent},
                                      {"hints", result.hints},
                                      {"deliveries", result.deliveries},
                                      {"sessions", result.sessions},
                                      {"seconds", result.seconds},
                                      {"start", result.start_ns},
                                      {"end", result.end_ns},
                                      {"lost", result.faults.lost},
                                      {"duplicated", result.faults.duplicated},
                                      {"reordered", result.faults.reordered},
                                      {"errors", result.errors},
                                      {"first_error", result.first_error},
                                      {"latency", result.latency.text()},
                                      {"cold_latency", result.cold_latency.text()}});
}

std::optional<WorkerResult> worker_result_from(std::string_view text) {
  try {
    const json::value value = json::parse(json::string_view(text.data(), text.size()));
    const json::object& object = value.as_object();
    WorkerResult result;
    result.messages = count_of(object, "messages");
    result.sent = count_of(object, "sent");
    result.hints = count_of(object, "hints");
    result.deliveries = count_of(object, "deliveries");
    result.sessions = count_of(object, "sessions");
    result.seconds = object.at("seconds").to_number<double>();
    result.start_ns = object.at("start").to_number<std::int64_t>();
    result.end_ns = object.at("end").to_number<std::int64_t>();
    result.faults = {count_of(object, "lost"), count_of(object, "duplicated"), count_of(object, "reordered")};
    result.errors = count_of(object, "errors");
    result.first_error = std::string(object.at("first_error").as_string());
    for (const auto& [name, histogram] :
         {std::pair("latency", &result.latency), {"cold_latency", &result.cold_latency}}) {
      const json::string& text = object.at(name).as_string();
      if (!histogram->merge_text({text.data(), text.size()})) return std::nullopt;
    }
    return result;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void Summary::add(const WorkerResult& result) {
  all_.sessions += result.sessions;
  all_.faults += result.faults;
  all_.errors += result.errors;
  if (all_.first_error.empty()) all_.first_error = result.first_error;
  all_.latency.merge(result.latency);
  all_.cold_latency.merge(result.cold_latency);
  all_.sent += result.sent;
  all_.start_ns = any_ ? std::min(all_.start_ns, result.start_ns) : result.start_ns;
  all_.end_ns = any_ ? std::max(all_.end_ns, result.end_ns) : result.end_ns;
  any_ = true;
  if (result.seconds <= 0) return;
  messages_per_s_ += static_cast<double>(result.messages) / result.seconds;
  deliveries_per_s_ += static_cast<double>(result.deliveries) / result.seconds;
  hints_per_s_ += static_cast<double>(result.hints) / result.seconds;
}

Report Summary::report(Scenario scenario, const ServerUse& use) const {
  Report report;
  report.faults = all_.faults;
  report.errors = all_.errors;
  report.first_error = all_.first_error;
  report.server_rss_bytes = use.at_end;
  if (scenario == Scenario::history) {
    report.messages_per_s = messages_per_s_;
  } else if (has_traffic(scenario)) {
    report.messages_per_s = messages_per_s_;
    report.deliveries_per_s = deliveries_per_s_;
    if (scenario == Scenario::mixed) report.hints_per_s = hints_per_s_;
  } else if (all_.end_ns > all_.start_ns) {
    report.sessions_per_s = static_cast<double>(all_.sessions) * 1e9 / static_cast<double>(all_.end_ns - all_.start_ns);
  }
  if (scenario != Scenario::idle && all_.latency.count() > 0) {
    report.p50_ms = ms_at(all_.latency, 50);
    report.p99_ms = ms_at(all_.latency, 99);
    report.p999_ms = ms_at(all_.latency, 99.9);
    for (const double percent : kPercents) report.distribution.emplace_back(percent, ms_at(all_.latency, percent));
  }
  if (all_.cold_latency.count() > 0) {
    report.cold_p50_ms = ms_at(all_.cold_latency, 50);
    report.cold_p99_ms = ms_at(all_.cold_latency, 99);
  }
  if (scenario == Scenario::idle && use.without_sessions && use.at_end && all_.sessions > 0) {
    report.bytes_per_session = (static_cast<double>(*use.at_end) - static_cast<double>(*use.without_sessions)) /
                               static_cast<double>(all_.sessions);
  }
  if (use.processor_before && use.processor_after && all_.sent > 0) {
    report.server_cpu_us_per_message =
        (*use.processor_after - *use.processor_before) * 1e6 / static_cast<double>(all_.sent);
  }
  return report;
}

std::string to_json(const Report& report) {
  return fmt::format(
      R"({{"messages_per_s":{},"deliveries_per_s":{},"sessions_per_s":{},"p50_ms":{},"p99_ms":{},"p999_ms":{},)"
      R"("lost":{},"duplicated":{},"reordered":{},"errors":{},"server_rss_bytes":{},"bytes_per_session":{},)"
      R"("cold_p50_ms":{},"cold_p99_ms":{},"hints_per_s":{},"server_cpu_us_per_message":{},"distribution":[{}]}})",
      number_or_null(report.messages_per_s, 1), number_or_null(report.deliveries_per_s, 1),
      number_or_null(report.sessions_per_s, 1), number_or_null(report.p50_ms, 3), number_or_null(report.p99_ms, 3),
      number_or_null(report.p999_ms, 3), report.faults.lost, report.faults.duplicated, report.faults.reordered,
      report.errors, report.server_rss_bytes ? fmt::to_string(*report.server_rss_bytes) : "null",
      number_or_null(report.bytes_per_session, 1), number_or_null(report.cold_p50_ms, 3),
      number_or_null(report.cold_p99_ms, 3), number_or_null(report.hints_per_s, 1),
      number_or_null(report.server_cpu_us_per_message, 2), distribution_of(report));
}

std::string to_table(const Report& report, const Options& options) {
  std::string out = fmt::format("{}, {} sessions\n", name_of(options.scenario), grouped(options.sessions, 0));
  auto row = [&](std::string_view name, std::optional<double> value, int decimals, std::string_view unit = "") {
    if (value) out += fmt::format("  {:<20}{:>16}{}\n", name, grouped(*value, decimals), unit);
  };
  row("messages", report.messages_per_s, 0, " /s");
  row("deliveries", report.deliveries_per_s, 0, " /s");
  row("sessions", report.sessions_per_s, 0, " /s");
  row("p50", report.p50_ms, 2, " ms");
  row("p99", report.p99_ms, 2, " ms");
  row("p99.9", report.p999_ms, 2, " ms");
  row("p50, cold", report.cold_p50_ms, 2, " ms");
  row("p99, cold", report.cold_p99_ms, 2, " ms");
  row("hints", report.hints_per_s, 0, " /s");
  row("server's processor", report.server_cpu_us_per_message, 1, " us/message");
  row("lost", static_cast<double>(report.faults.lost), 0);
  row("duplicated", static_cast<double>(report.faults.duplicated), 0);
  row("reordered", static_cast<double>(report.faults.reordered), 0);
  row("errors", static_cast<double>(report.errors), 0);
  if (report.server_rss_bytes)
    row("server's memory", static_cast<double>(*report.server_rss_bytes) / 1048576.0, 1, " MiB");
  row("memory per session", report.bytes_per_session, 0, " bytes");
  return out;
}

}  // namespace parley::bench
