// A client's store in memory.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/store.hpp"

namespace parley::v1 {
class EventHeader;
}

namespace parley::client {

/// Survives the client, not the process. Also the image that a store on disk keeps in memory. What was taken away is
/// not kept, in whatever order it comes: a page that the server read before a deletion may arrive after it.
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
  /// With the edits of what is in the range, and the reactions to it.
  void erase_content(const EventRange& range);
  [[nodiscard]] const std::map<ChannelId, std::map<Seq, std::string>>& all_events() const { return events_; }

 private:
  /// What the stored events of a channel say of each other.
  struct Ties {
    std::set<Seq> deleted;
    std::map<Seq, std::set<Seq>> pointing;  // message -> its edits and the reactions to it
  };
  void put(const ChannelId& channel, const v1::Event& event);
  void tie(const ChannelId& channel, const v1::EventHeader& header);
  void drop(const EventRange& range);
  [[nodiscard]] bool is_gone(const ChannelId& channel, Seq seq) const;
  /// A later reaction of the same account to the same message is stored.
  [[nodiscard]] bool is_replaced(const ChannelId& channel, Seq target, std::string_view account, Seq seq) const;
  void replace_reactions(const ChannelId& channel, const v1::EventHeader& reacted);
  void strip(const ChannelId& channel, Seq seq);

  Options options_;
  SessionRecord session_;
  std::map<ChannelId, ChannelState> channels_;
  std::map<ChannelId, std::map<Seq, std::string>> events_;
  std::map<ChannelId, Ties> ties_;
  std::map<SendId, OutboxEntry> outbox_;
};

}  // namespace parley::client
