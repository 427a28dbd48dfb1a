// A client's store in memory.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/store.hpp"

namespace parley::client {

/// Survives the client, not the process. Also the image that a store on disk keeps in memory.
class MemoryClientStore : public ClientStore {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  struct Options {
    /// Events kept per channel, the newest; 0: none.
    std::size_t events = kAll;
    /// False: nothing at all is kept, and load() finds an empty store. For thousands of clients in one process.
    bool state = true;
  };

  MemoryClientStore() = default;
  explicit MemoryClientStore(Options options) : options_(options) {}

  Result<StoredState> load() override;
  Result<void> commit(const Changes& changes) override;

  /// The account and device before the first welcome.
  void set_session(SessionRecord session) { session_ = std::move(session); }

  [[nodiscard]] const SessionRecord& session() const { return session_; }
  [[nodiscard]] const std::map<ChannelId, ChannelState>& channels() const { return channels_; }
  [[nodiscard]] const std::map<SendId, OutboxEntry>& outbox() const { return outbox_; }
  /// v1.Event in rising seq, from..to both included, the newest `limit` of them.
  [[nodiscard]] std::vector<std::string> events(const ChannelId& channel, Seq from = 1,
                                                Seq to = std::numeric_limits<Seq>::max(),
                                                std::size_t limit = kAll) const;
  /// Puts an event as it was serialised; for stores that read themselves back.
  void put_event(const ChannelId& channel, Seq seq, std::string event);
  void erase_content(const EventRange& range);
  [[nodiscard]] const std::map<ChannelId, std::map<Seq, std::string>>& all_events() const { return events_; }

 private:
  Options options_;
  SessionRecord session_;
  std::map<ChannelId, ChannelState> channels_;
  std::map<ChannelId, std::map<Seq, std::string>> events_;
  std::map<SendId, OutboxEntry> outbox_;
};

}  // namespace parley::client
