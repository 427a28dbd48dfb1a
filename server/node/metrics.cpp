#include "node/metrics.hpp"

#include <string>

#include "base/result.hpp"

namespace parley {

namespace {

Gauge& sessions_in(Metrics& metrics, const char* mode) {
  return metrics.gauge("parley_sessions", "Live sessions that said hello, by mode.", {{"mode", mode}});
}

/// In the order of EventBody, named as in EventHeader of the protocol.
constexpr std::array kEventKinds{"message",
                                 "edited",
                                 "deleted",
                                 "reacted",
                                 "created",
                                 "described",
                                 "settings_changed",
                                 "members_added",
                                 "member_removed",
                                 "member_left",
                                 "role_changed",
                                 "ownership_handed_over",
                                 "invitation_created",
                                 "invitation_revoked",
                                 "joined_by_invitation",
                                 "block_set",
                                 "crypto_committed",
                                 "noted"};
static_assert(kEventKinds.size() == std::variant_size_v<EventBody>);

std::array<Counter*, kEventKinds.size()> events_by_kind(Metrics& metrics) {
  std::array<Counter*, kEventKinds.size()> counters{};
  for (std::size_t i = 0; i < counters.size(); ++i) {
    counters[i] = &metrics.counter("parley_events_total", "Events committed, by kind.", {{"kind", kEventKinds[i]}});
  }
  return counters;
}

}  // namespace

NodeMetrics::NodeMetrics(Metrics& metrics)
    : registry(metrics),
      commands(metrics.counter("parley_commands_total", "Commands taken up by owners.")),
      sends_posted(metrics.counter("parley_sends_total", "Outcomes of sends, by result.", {{"result", "posted"}})),
      sends_refused(metrics.counter("parley_sends_total", "Outcomes of sends, by result.", {{"result", "refused"}})),
      deliveries(metrics.counter("parley_deliveries_total", "Event frames queued for a session.")),
      register_changes(metrics.counter("parley_register_changes_total", "Cursor moves and other registers asked for.")),
      events(events_by_kind(metrics)),
      queue_seconds(metrics.histogram("parley_queue_seconds",
                                      "From a command's arrival to its turn, for the oldest one of each turn.",
                                      Metrics::exponential_bounds(0.001, 2, 14))),
      commit_seconds(metrics.histogram("parley_commit_seconds", "From the start of a batch to its commit.",
                                       Metrics::exponential_bounds(0.0005, 2, 14))),
      batch_events(metrics.histogram("parley_batch_events", "Events committed together.",
                                     Metrics::exponential_bounds(1, 2, 14))),
      loaded_channels(metrics.gauge("parley_loaded_channels", "Channels in the owners' memory.")),
      sessions{&sessions_in(metrics, "everything"), &sessions_in(metrics, "heads_only"),
               &sessions_in(metrics, "open_channels")},
      outbox_bytes(metrics.gauge("parley_outbox_bytes", "Bytes waiting for sessions that read slowly.")) {}

void NodeMetrics::refused(ErrorCode code) {
  registry
      .counter("parley_refusals_total", "Requests refused, by name of the error.",
               {{"error", std::string(error_info(code).name)}})
      .add();
}

}  // namespace parley
