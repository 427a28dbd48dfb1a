// Counters, gauges and histograms for GET /metrics. Counting is one relaxed atomic operation; making a metric and
// writing them all out take a lock. A registry belongs to whoever creates it; there is no global one.
//
//   Counter& posted = metrics.counter("parley_sends_total", "Outcomes of sends.", {{"result", "posted"}});
//   posted.add();
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace parley {

/// Only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Counts values per range. A reader may see a value in one range and not yet in the sum; nothing is lost.
class Histogram {
 public:
  /// `upper_bounds` rise strictly; values above the last are counted too.
  explicit Histogram(std::vector<double> upper_bounds);
  void observe(double value);
  [[nodiscard]] const std::vector<double>& upper_bounds() const { return upper_bounds_; }
  /// Values in range `i`, not cumulative; `i == upper_bounds().size()` is the range above the last bound.
  [[nodiscard]] std::uint64_t count(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> upper_bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

/// Any thread.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The metric of that name and those labels, made when first asked for, valid as long as the registry. A name has one
  /// kind, one help text (the first) and, for histograms, one set of bounds.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& upper_bounds,
                       const Labels& labels = {});

  /// Prometheus text format 0.0.4, names in order.
  [[nodiscard]] std::string text() const;

  /// `count` bounds from `first`, each `factor` times the one before.
  static std::vector<double> exponential_bounds(double first, double factor, std::size_t count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley
