#include "base/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace parley {
namespace {

TEST(Metrics, SameNameAndLabelsAreTheSameMetric) {
  Metrics metrics;
  Counter& posted = metrics.counter("sends", "Outcomes.", {{"result", "posted"}});
  EXPECT_EQ(&posted, &metrics.counter("sends", "Outcomes.", {{"result", "posted"}}));
  EXPECT_NE(&posted, &metrics.counter("sends", "Outcomes.", {{"result", "refused"}}));
}

TEST(Metrics, TextIsInPrometheusFormat) {
  Metrics metrics;
  metrics.counter("b_total", "Things.", {{"kind", "x\"y"}}).add(3);
  metrics.gauge("a", "Level.").set(-2);
  EXPECT_EQ(metrics.text(),
            "# HELP a Level.\n# TYPE a gauge\na -2\n"
            "# HELP b_total Things.\n# TYPE b_total counter\nb_total{kind=\"x\\\"y\"} 3\n");
}

TEST(Metrics, HistogramCountsIntoCumulativeBuckets) {
  Metrics metrics;
  Histogram& times = metrics.histogram("t", "Times.", {1, 10});
  for (double value : {0.5, 1.0, 2.0, 100.0}) times.observe(value);
  EXPECT_EQ(metrics.text(),
            "# HELP t Times.\n# TYPE t histogram\nt_count 4\nt_sum 103.5\n"
            "t_bucket{le=\"1\"} 2\nt_bucket{le=\"10\"} 3\nt_bucket{le=\"+Inf\"} 4\n");
}

TEST(Metrics, NothingIsLostBetweenThreads) {
  Metrics metrics;
  Counter& counter = metrics.counter("c", "C.");
  Histogram& histogram = metrics.histogram("h", "H.", Metrics::exponential_bounds(1, 2, 4));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) {
        counter.add();
        histogram.observe(3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40000U);
  EXPECT_EQ(histogram.count(2), 40000U);
  EXPECT_EQ(histogram.sum(), 120000.0);
}

TEST(Metrics, ExponentialBoundsGrowByTheFactor) {
  EXPECT_EQ(Metrics::exponential_bounds(1, 4, 3), (std::vector<double>{1, 4, 16}));
}

}  // namespace
}  // namespace parley
