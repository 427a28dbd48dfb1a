#include "bench/result.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "bench/processes.hpp"

namespace parley::bench {
namespace {

WorkerResult half(std::int64_t start) {
  WorkerResult result;
  result.messages = 1000;
  result.deliveries = 99'000;
  result.sent = 1500;
  result.hints = 400;
  result.sessions = 50;
  result.seconds = 2;
  result.start_ns = start;
  result.end_ns = start + 1'000'000'000;
  for (int i = 0; i < 100; ++i) result.latency.add(2'000'000);
  result.cold_latency.add(8'000'000);
  return result;
}

TEST(Result, OfAWorkerTravelsAsText) {
  WorkerResult result = half(5);
  result.faults = {1, 2, 3};
  result.errors = 4;
  result.first_error = "a \"quoted\"\nline";
  const auto back = worker_result_from(to_text(result));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(to_text(*back), to_text(result));
  EXPECT_EQ(back->faults, result.faults);
  EXPECT_EQ(back->first_error, result.first_error);
  EXPECT_FALSE(worker_result_from("{}").has_value());
  EXPECT_FALSE(worker_result_from("nonsense").has_value());
}

TEST(Result, WorkersAreAddedUp) {
  Summary summary;
  summary.add(half(0));
  summary.add(half(1'000'000'000));
  const Report traffic = summary.report(Scenario::group, {});
  EXPECT_DOUBLE_EQ(*traffic.messages_per_s, 1000);
  EXPECT_DOUBLE_EQ(*traffic.deliveries_per_s, 99'000);
  EXPECT_FALSE(traffic.sessions_per_s.has_value());
  EXPECT_NEAR(*traffic.p50_ms, 2, 0.05);
  EXPECT_TRUE(traffic.good());
  // The first came up at 0 s, the last at 2 s.
  EXPECT_DOUBLE_EQ(*summary.report(Scenario::storm, {}).sessions_per_s, 50);
}

TEST(Result, OneFaultOrErrorOfOneWorkerIsBad) {
  for (const Faults& faults : {Faults{.lost = 1}, Faults{.duplicated = 1}, Faults{.reordered = 1}}) {
    Summary summary;
    summary.add(half(0));
    WorkerResult bad = half(0);
    bad.faults = faults;
    summary.add(bad);
    EXPECT_FALSE(summary.report(Scenario::direct, {}).good());
  }
  Summary summary;
  WorkerResult bad = half(0);
  bad.errors = 1;
  summary.add(bad);
  EXPECT_FALSE(summary.report(Scenario::direct, {}).good());
}

TEST(Result, MemoryPerSessionIsTheDifference) {
  Summary summary;
  summary.add(half(0));
  summary.add(half(0));
  const Report report = summary.report(Scenario::idle, {.without_sessions = 10'000, .at_end = 160'000});
  EXPECT_DOUBLE_EQ(*report.bytes_per_session, 1500);
  EXPECT_EQ(report.server_rss_bytes, 160'000U);
  EXPECT_FALSE(report.messages_per_s.has_value());
  EXPECT_FALSE(summary.report(Scenario::idle, {}).bytes_per_session.has_value());
}

TEST(Result, ProcessorTimeIsDividedByAllMessagesSent) {
  Summary summary;
  summary.add(half(0));
  summary.add(half(0));
  const ServerUse use{.processor_before = 1.0, .processor_after = 1.03};
  EXPECT_NEAR(*summary.report(Scenario::direct, use).server_cpu_us_per_message, 10, 1e-6);
  EXPECT_FALSE(summary.report(Scenario::direct, {}).server_cpu_us_per_message.has_value());
}

TEST(Result, HintsAndColdPagesAreToldWhereTheyWereMeasured) {
  Summary summary;
  summary.add(half(0));
  const Report mixed = summary.report(Scenario::mixed, {});
  EXPECT_DOUBLE_EQ(*mixed.hints_per_s, 200);
  EXPECT_FALSE(summary.report(Scenario::direct, {}).hints_per_s.has_value());
  EXPECT_NEAR(*summary.report(Scenario::history, {}).cold_p99_ms, 8, 0.2);
  EXPECT_NEAR(mixed.distribution.back().second, 2, 0.05);
  EXPECT_DOUBLE_EQ(mixed.distribution.back().first, 100);
}

TEST(Result, JsonHasEveryFieldAndNullWhereNoneApplies) {
  const auto object = boost::json::parse(to_json(Report{})).as_object();
  EXPECT_EQ(object.size(), 17U);
  for (const char* name :
       {"messages_per_s", "deliveries_per_s", "sessions_per_s", "p50_ms", "p99_ms", "p999_ms", "server_rss_bytes",
        "bytes_per_session", "cold_p50_ms", "cold_p99_ms", "hints_per_s", "server_cpu_us_per_message"}) {
    EXPECT_TRUE(object.at(name).is_null()) << name;
  }
  EXPECT_TRUE(object.at("distribution").as_array().empty());
  for (const char* name : {"lost", "duplicated", "reordered", "errors"}) EXPECT_EQ(object.at(name).as_int64(), 0);
}

TEST(Shares, AreWholeUnitsAndAddUp) {
  const auto shares = share_out(1000, 100, 3);
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares[0].sessions, 400U);
  EXPECT_EQ(shares[1].sessions, 300U);
  EXPECT_EQ(shares[2].sessions, 300U);
  EXPECT_EQ(share_out(4, 2, 10).size(), 2U);
}

TEST(Shares, FitTheDescriptorsOfAProcess) {
  Options options;
  options.sessions = 18'000;
  EXPECT_EQ(workers_needed(options, 2, 20'000), 1U);
  options.sessions = 50'000;
  EXPECT_EQ(workers_needed(options, 100, 20'000), 3U);
  options.sessions = 1000;
  EXPECT_EQ(workers_needed(options, 1, 1024), 2U);
  options.processes = 4;
  EXPECT_EQ(workers_needed(options, 1, 20'000), 4U);
}

TEST(ServerOption, IsHttpHostAndPort) {
  EXPECT_EQ(parse_server("http://127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(parse_server("http://example.org/")->port, 80);
  EXPECT_EQ(parse_server("http://[::1]:81/")->host, "::1");
  for (const char* url : {"https://a:1", "127.0.0.1:8080", "http://", "http://a:0", "http://a:x", "http://a:70000",
                          "http://a/b", "http://a b", "http://u@a"}) {
    EXPECT_FALSE(parse_server(url).has_value()) << url;
  }
}

}  // namespace
}  // namespace parley::bench
