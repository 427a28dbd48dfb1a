// What a store holds when a run is over, read through its scan and held against the reference model: P1-P4, P6 and P10.
// Knows no engine.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "parley/limits.hpp"
#include "ports/channel_store.hpp"
#include "sim/model.hpp"
#include "sim/sent_commands.hpp"
#include "sim/words.hpp"
#include "wire/records.hpp"

namespace parley::sim {

/// One channel, whole.
struct StoredLog {
  ModelChannel model;
  std::vector<wire::OpenedEvent> events;
  std::map<AccountId, Member> members;  // as stored: registers, and totals up to head.members_as_of
  std::map<std::pair<AccountId, SendId>, wire::StoredOutcome> outcomes;
  std::map<Seq, wire::Annotation> annotations;
  wire::Head head;

  /// Everybody's cursors, for the ticks.
  [[nodiscard]] std::map<AccountId, ModelCursors> cursors() const;
};
using StoredLogs = std::map<ChannelId, StoredLog>;

/// Reads everything and checks it: one order without a hole (P2), one outcome for each event (P3), totals, roles and
/// intervals of members as the model has them (P4), erased content gone and no other (P6), checksums, hash chain, head
/// and card (P10), nothing by anybody who may not. `words`: also no raw bytes hold the word of erased content. `most`:
/// also nothing beyond these limits (P9). `sent`: also every event that a device sent says what was sent (P1).
StoredLogs read_store(ChannelStoreScan& scan, const Words& words, std::vector<std::string>& broken,
                      const Limits* most = nullptr, const SentCommands* sent = nullptr);

}  // namespace parley::sim
