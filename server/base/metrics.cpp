#include "base/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <sstream>
#include <variant>

#include "base/assert.hpp"

namespace parley {

Histogram::Histogram(std::vector<double> upper_bounds)
    : upper_bounds_(std::move(upper_bounds)), counts_(upper_bounds_.size() + 1) {
  PARLEY_ASSERT(std::adjacent_find(upper_bounds_.begin(), upper_bounds_.end(), std::greater_equal<>()) ==
                upper_bounds_.end());
}

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(upper_bounds_.begin(), upper_bounds_.end(), value);
  counts_[static_cast<std::size_t>(bound - upper_bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

namespace {

using Metric = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;

struct Family {
  std::string help;
  std::map<Metrics::Labels, Metric> metrics;
};

void fill(prometheus::ClientMetric& out, const Counter& counter) {
  out.counter.value = static_cast<double>(counter.value());
}

void fill(prometheus::ClientMetric& out, const Gauge& gauge) {
  out.gauge.value = static_cast<double>(gauge.value());
}

void fill(prometheus::ClientMetric& out, const Histogram& histogram) {
  std::uint64_t total = 0;
  const auto& bounds = histogram.upper_bounds();
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    total += histogram.count(i);
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    out.histogram.bucket.push_back({.cumulative_count = total, .upper_bound = bound});
  }
  out.histogram.sample_count = total;
  out.histogram.sample_sum = histogram.sum();
}

prometheus::MetricType type_of(const Metric& metric) {
  switch (metric.index()) {
    case 0:
      return prometheus::MetricType::Counter;
    case 1:
      return prometheus::MetricType::Gauge;
    default:
      return prometheus::MetricType::Histogram;
  }
}

}  // namespace

struct Metrics::Impl {
  mutable std::mutex mutex;
  std::map<std::string, Family> families;

  template <class T, class... Args>
  T& find_or_make(const std::string& name, const std::string& help, const Labels& labels, const Args&... args) {
    const std::lock_guard lock(mutex);
    Family& family = families.try_emplace(name, Family{.help = help, .metrics = {}}).first->second;
    auto [position, made] = family.metrics.try_emplace(labels, std::unique_ptr<T>());
    if (made) position->second = std::make_unique<T>(args...);
    auto* metric = std::get_if<std::unique_ptr<T>>(&position->second);
    PARLEY_ASSERT(metric != nullptr && position->second.index() == family.metrics.begin()->second.index());
    return **metric;
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return impl_->find_or_make<Counter>(name, help, labels);
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return impl_->find_or_make<Gauge>(name, help, labels);
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& upper_bounds,
                              const Labels& labels) {
  return impl_->find_or_make<Histogram>(name, help, labels, upper_bounds);
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> families;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [name, family] : impl_->families) {
      auto& out = families.emplace_back();
      out.name = name;
      out.help = family.help;
      out.type = type_of(family.metrics.begin()->second);
      for (const auto& [labels, metric] : family.metrics) {
        auto& client = out.metric.emplace_back();
        for (const auto& [label, value] : labels) client.label.push_back({.name = label, .value = value});
        std::visit([&client](const auto& pointer) { fill(client, *pointer); }, metric);
      }
    }
  }
  std::ostringstream stream;
  prometheus::TextSerializer().Serialize(stream, families);
  return std::move(stream).str();
}

std::vector<double> Metrics::exponential_bounds(double first, double factor, std::size_t count) {
  std::vector<double> bounds;
  bounds.reserve(count);
  for (double bound = first; bounds.size() < count; bound *= factor) bounds.push_back(bound);
  return bounds;
}

}  // namespace parley
