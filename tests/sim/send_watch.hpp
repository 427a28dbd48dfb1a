// What becomes of sends, as it is heard on the wire: one send_id has one outcome for ever (P1, P3), and the sends of a
// channel leave a device in their order (P2).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/id.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::sim {

class SendWatch {
 public:
  /// The order in which a device made its sends, whatever its clock says. What it has not told leaves as it is made.
  class Made {
   public:
    std::uint64_t add(const SendId& send_id) { return order_.try_emplace(send_id, order_.size() + 1).first->second; }

   private:
    std::map<SendId, std::uint64_t> order_;
  };
  /// Of one connection; a new one begins with nothing.
  struct Connection {
    std::map<std::uint64_t, SendId> open;  // by request
    std::map<ChannelId, SendId> last;      // that left
    std::set<SendId> put_off;              // answered with an error, so that they leave again after later ones
  };

  /// Both return what is wrong; empty: nothing.
  std::string asked(Connection& connection, Made& made, const v1::ClientFrame& frame);
  std::string said(Connection& connection, const AccountId& account, const v1::ServerFrame& frame);
  /// A restore: what was an outcome may never have been.
  void forget_history() { outcomes_.clear(); }

 private:
  struct Told {
    std::uint64_t seq = 0;
    std::int64_t time = 0;
    std::string refused;
    friend bool operator==(const Told&, const Told&) = default;
  };
  std::map<std::tuple<ChannelId, AccountId, SendId>, Told> outcomes_;
};

}  // namespace parley::sim
