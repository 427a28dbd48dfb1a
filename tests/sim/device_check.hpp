// What a device shows when a run is over, held against what the store has and its account may see: P1, P3-P7.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/memory_store.hpp"
#include "sim/stored_log.hpp"
#include "sim/words.hpp"

namespace parley::sim {

/// A send that a device's outbox took, and what the device was told of it.
struct Sent {
  ChannelId channel;
  bool told = false;
  Seq seq = 0;
  std::string refused;      // name of the refusal, or of the error that ended it
  Incarnation incarnation;  // of the history that it was told in
  bool replayed = false;    // sent again by an outbox that came back from a backup
  bool lost = false;        // its outbox, or the telling, was lost with the device
};
using Sends = std::map<SendId, Sent>;

struct DeviceView {
  std::string name;
  AccountId account;
  const client::MemoryClientStore& store;
  const std::map<ChannelId, Seq>& reads;  // by its user
  bool restored = false;                  // the server was: of what it had erased before, the device kept nothing
};

/// Each send has one outcome, the one the store has, and is stored once or not at all (P1, P3). `settled`: the device's
/// outbox is empty, so that every send must have been told of.
void check_sends(const StoredLogs& logs, const Incarnation& incarnation, const DeviceView& device, const Sends& sends,
                 bool settled, std::vector<std::string>& broken);

/// Every channel of the account is known, with the events that it may see and no others, with their contents unless
/// erased or hidden, and with the badges, ticks, cursors, registers, role, title and members that the model has.
void check_view(const StoredLogs& logs, const Words& words, const DeviceView& device, std::vector<std::string>& broken);

}  // namespace parley::sim
