// What must hold when the faults are over: P1-P5, P7 and P10 of docs/architecture.md, checked against the stored log by
// simple, independent means.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/person.hpp"
#include "wire/records.hpp"

namespace parley::sim {

/// The stored log of one channel, opened; `broken` tells gaps, wrong digests and totals, and outcomes that do not fit.
struct StoredLog {
  Channel replayed;  // apply() over everything
  std::vector<wire::OpenedEvent> events;
  std::map<AccountId, Member> members;  // as stored: registers
};

std::map<ChannelId, StoredLog> read_store(ChannelStoreScan& scan, std::vector<std::string>& broken);

/// Each send has the outcome that the store has, and is stored once or not at all (P1, P3).
void check_sends(const std::map<ChannelId, StoredLog>& logs, const Device& device, std::vector<std::string>& broken);

/// The device shows what the store has and its account may see; badges equal counting by hand (P4, P7).
void check_view(const std::map<ChannelId, StoredLog>& logs, const Device& device, std::vector<std::string>& broken);

}  // namespace parley::sim
