// What receipts cost (P5), as it is heard on the wire: a client tells a cursor at most once per channel and interval,
// with one under way, and a server tells ticks only when they have moved.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/id.hpp"
#include "base/time.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::sim {

class ReceiptWatch {
 public:
  struct Connection {
    std::set<std::string> by_hand;                   // moves that somebody asked for, not the client core by itself
    std::map<ChannelId, Time> moved;                 // when its cursor was told last
    std::map<std::uint64_t, ChannelId> under_way;    // by request
    std::map<ChannelId, std::pair<Seq, Seq>> ticks;  // as told last: delivered and read by all
    /// It is a new one; what was asked by hand may be asked again on it.
    void renew() { *this = {.by_hand = std::move(by_hand)}; }
  };

  /// Both return what is wrong; empty: nothing.
  static std::string asked(Connection& connection, const v1::ClientFrame& frame, Duration interval, Time now);
  static std::string said(Connection& connection, const AccountId& account, const v1::ServerFrame& frame);
};

}  // namespace parley::sim
