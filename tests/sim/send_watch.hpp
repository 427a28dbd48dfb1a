// What becomes of sends, as it is heard on the wire: one send_id has one outcome for ever (P1, P3), and the sends of a
// channel leave a device in their order, and are stored in it (P2).
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
    /// True once for each.
    bool leaves_first(const SendId& send_id) { return left_.insert(send_id).second; }
    /// Another client sends it as well, whenever that likes.
    void leaves_elsewhere(const SendId& send_id) { elsewhere_.insert(send_id); }
    [[nodiscard]] bool left_elsewhere(const SendId& send_id) const { return elsewhere_.contains(send_id); }

   private:
    std::map<SendId, std::uint64_t> order_;
    std::set<SendId> left_, elsewhere_;
  };
  /// Of one connection; a new one begins with nothing.
  struct Connection {
    struct Open {
      ChannelId channel;
      SendId send_id;
    };
    std::map<std::uint64_t, Open> open;  // by request
    std::map<ChannelId, SendId> last;    // that left
    std::set<SendId> put_off;            // answered with an error, so that they leave again after later ones
    std::set<SendId> first_here;         // never left on an earlier connection
    using HeldUp = std::map<std::uint64_t, SendId>;  // by when their device made them
    std::map<ChannelId, HeldUp> held_up;             // those that have to come again, and have not
    /// By channel, of those that left once, and here: the seq of each by when its device made it.
    std::map<ChannelId, std::map<std::uint64_t, Seq>> stored;
  };

  /// Both return what is wrong; empty: nothing.
  std::string asked(Connection& connection, Made& made, const v1::ClientFrame& frame);
  std::string said(Connection& connection, Made& made, const AccountId& account, const v1::ServerFrame& frame);
  /// Whether it left once, and here: what becomes of it was decided after that.
  [[nodiscard]] static bool left_once(const Connection& connection, const Made& made, const SendId& send_id) {
    return left_here_alone(connection, made, send_id) && !connection.put_off.contains(send_id);
  }
  /// A restore: what was an outcome may never have been.
  void forget_history() {
    outcomes_.clear();
    passed_.clear();
  }

 private:
  struct Told {
    std::uint64_t seq = 0;
    std::int64_t time = 0;
    std::string refused;
    friend bool operator==(const Told&, const Told&) = default;
  };
  static std::string another(const Told& known, const Told& told);
  static bool left_here_alone(const Connection& connection, const Made& made, const SendId& send_id) {
    return connection.first_here.contains(send_id) && !made.left_elsewhere(send_id);
  }
  void pass(const Connection::HeldUp& held_up, const AccountId& account, std::uint64_t order, Seq seq);
  static std::string in_order(Connection& connection, std::uint64_t order, const v1::Outcome& outcome);

  std::map<std::tuple<ChannelId, AccountId, SendId>, Told> outcomes_;
  /// Of sends that had to come again, the seq of the first that was stored meanwhile though it is behind them. They may
  /// have been stored before it: by another owner than the one that refused them.
  std::map<std::pair<AccountId, SendId>, Seq> passed_;
};

}  // namespace parley::sim
