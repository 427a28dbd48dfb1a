// What a node counts. One object per node, made once from the registry.
#pragma once

#include <array>
#include <variant>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "chat/event.hpp"

namespace parley {

struct NodeMetrics {
  explicit NodeMetrics(Metrics& metrics);

  Metrics& registry;
  Counter& commands;  // taken up by owners
  Counter& sends_posted;
  Counter& sends_refused;
  Counter& deliveries;  // event frames queued for a session
  Counter& register_changes;
  std::array<Counter*, std::variant_size_v<EventBody>> events;  // committed, by index of the body
  Histogram& queue_seconds;
  Histogram& commit_seconds;
  Histogram& batch_events;
  Gauge& loaded_channels;
  std::array<Gauge*, 3> sessions;  // by mode
  Gauge& outbox_bytes;             // as last looked at, each session every few seconds
  /// Refusals and errors by name.
  void refused(ErrorCode code);
};

}  // namespace parley
