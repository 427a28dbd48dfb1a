// The sends that have no outcome yet, in memory: which one goes next. One lane per channel keeps their order; lanes
// take turns. What is kept in the store is the caller's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "client/types.hpp"

namespace parley::client {

class Outbox {
 public:
  struct Entry {
    OutboxEntry data;
    bool alone = false;  // nothing of the channel may be in flight with it
    bool in_flight = false;
    Entry* next = nullptr;
  };

  /// `window` in flight in all, `channel_window` of one channel (both at least 1).
  Outbox(std::size_t window, std::size_t channel_window);
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] std::uint64_t last_order() const { return last_order_; }

  /// Behind all of its channel. `data.order` must be above that of every entry before it; the send_id must be new.
  void add(OutboxEntry data, bool alone);
  Entry* find(const SendId& send_id);
  /// The next entry that may leave, now in flight; nullptr: none may.
  Entry* take();
  /// It was not accepted: it goes again, before all that stood behind it, once nothing of its channel is in flight: the
  /// server refuses what is, too, and what left now would go before that.
  void put_back(Entry& entry);
  /// The connection is gone.
  void put_all_back();
  /// It has its outcome. The entry is destroyed.
  void remove(Entry& entry);
  /// In the order of sending.
  [[nodiscard]] std::vector<const OutboxEntry*> all() const;

 private:
  struct Lane {
    Entry* first = nullptr;
    Entry* last = nullptr;
    std::size_t in_flight = 0;
    bool settling = false;  // one was put back
    Lane* next_ready = nullptr;
    bool ready = false;
  };

  Entry* sendable(const Lane& lane) const;
  void landed(Entry& entry, Lane& lane);
  void make_ready(Lane& lane);
  Lane* pop_ready();

  std::size_t window_;
  std::size_t channel_window_;
  std::size_t in_flight_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t last_order_ = 0;
  std::unordered_map<SendId, std::unique_ptr<Entry>> entries_;  // looked up, never iterated
  std::map<ChannelId, Lane> lanes_;  // empty ones stay until the connection ends: most come back
  Lane* first_ready_ = nullptr;
  Lane* last_ready_ = nullptr;
};

}  // namespace parley::client
