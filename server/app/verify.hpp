// Proves what the store promises by reading all of it (P10): seqs without a gap (P2), each send_id once and on its
// event (P3), totals that are the sums of the events (P4), contents that fit their hashes, the hash chain, and
// checksums of every record.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/channel_store.hpp"

namespace parley {

struct Damage {
  ChannelId channel;  // nil: of the store as a whole
  Seq seq = 0;        // 0: of the channel as a whole
  std::string what;
};

struct VerifyReport {
  std::uint64_t channels = 0;
  std::uint64_t events = 0;
  std::uint64_t messages = 0;
  std::uint64_t outcomes = 0;
  std::uint64_t memberships = 0;
  std::uint64_t people = 0;         // accounts in people.sqlite, where there is one
  std::uint64_t lost = 0;           // events that a repair has recorded as lost: no damage any more
  std::uint64_t damaged = 0;        // all that was told to the sink
  std::vector<AccountId> accounts;  // everybody whom a channel names, ascending
};

/// The channels in the list of an account.
using ListReader = std::function<Result<std::vector<ChannelId>>(const AccountId&)>;
using DamageSink = std::function<void(const Damage&)>;

/// Before each channel: what is being done, how many channels are done, of how many.
using StepProgress = std::function<void(std::string_view step, std::uint64_t done, std::uint64_t total)>;

/// Reads everything; tells `found` each damage as it is met. Blocks.
VerifyReport verify_store(ChannelStoreScan& scan, const ListReader& lists, const DamageSink& found,
                          const StepProgress& progress = {});

}  // namespace parley
