// What the kernel knows of this process, as metrics under the names that Prometheus' own clients use.
#pragma once

#include <chrono>

#include "base/metrics.hpp"

namespace parley {

class ProcessMetrics {
 public:
  explicit ProcessMetrics(Metrics& metrics);
  /// Reads the values anew. Any thread.
  void update();

 private:
  Gauge& resident_bytes_;
  Gauge& virtual_bytes_;
  Gauge& open_descriptors_;
  Gauge& most_descriptors_;
  Gauge& cpu_milliseconds_;
  Gauge& threads_;
};

}  // namespace parley
