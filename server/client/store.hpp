// Where a client's core keeps what must survive. A port of its own: memory for tests and load, a file for the command
// line.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "client/types.hpp"

namespace parley::v1 {
class Event;
}

namespace parley::client {

/// Events of one channel, rising seq. An event that is stored already is replaced.
struct StoredEvents {
  ChannelId channel;
  std::span<const v1::Event* const> events;
};
struct EventRange {
  ChannelId channel;
  Seq from = 0;
  Seq to = 0;  // both ends included; 0: all from there on
};

/// One transaction. Everything it points at is valid during commit() only.
struct Changes {
  const SessionRecord* session = nullptr;
  std::span<const ChannelState* const> channels{};  // put, replacing the one of the same id
  std::span<const StoredEvents> events{};
  // The content goes, the event stays; also that of edits of these messages and of reactions to them, whenever it
  // comes: a page that was read before a deletion may arrive after it.
  std::span<const EventRange> erased{};
  // The events go, and from those that stay what these had added (Event.annotation). Done before `events` are put.
  std::span<const EventRange> dropped{};
  std::span<const ChannelId> gone_channels{};  // with all their events
  std::span<const OutboxEntry* const> outbox_put{};
  std::span<const SendId> outbox_removed{};
};

/// What was stored, as it was at the last commit.
struct StoredState {
  SessionRecord session;
  std::vector<ChannelState> channels;
  std::vector<OutboxEntry> outbox;  // any order
};

/// Called by one Client on its thread. After a commit that failed the client stops and uses the store no more.
class ClientStore {
 public:
  virtual ~ClientStore() = default;
  /// Once, before everything else.
  virtual Result<StoredState> load() = 0;
  /// All of it or nothing, durable when it returns. Where a store must cut it in two, outbox_removed comes last.
  virtual Result<void> commit(const Changes& changes) = 0;
};

}  // namespace parley::client
