#include <algorithm>
#include <random>

#include "bench/scenarios.hpp"
#include "bench/traffic.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

// A day at once. Of four messages three go to one person and one to a group; who writes is seen typing first; half of
// what arrives is read at once; everybody watches one other and puts the device away now and then.
constexpr std::uint32_t kDirectShare = 3;
constexpr std::uint64_t kReadOneOf = 2;
constexpr std::uint64_t kAwayOneOf = 16;  // messages of a sender until the device is put away or taken up

class Mixed final : public Traffic {
 public:
  explicit Mixed(const Workplace& place) : Traffic(place), away_(place.share.sessions) {}

 private:
  std::vector<Room> make_rooms() override {
    std::vector<Room> rooms;
    std::vector<Order> orders;
    for (std::uint32_t i = 0; i + 1 < sessions_.size(); i += 2) add_pair(i, rooms, orders);
    const std::uint32_t members = place_.options.members;
    for (std::uint32_t first = 0; first + members <= sessions_.size(); first += members) {
      add_group(first, members, rooms, orders);
    }
    carry_out(std::move(orders), "channels");
    watch();
    return rooms;
  }

  /// Everybody's peer, which is somebody they share a channel with.
  void watch() {
    for (const auto& session : sessions_) {
      v1::ClientFrame frame;
      const auto& peer = sessions_[session->index() ^ 1U]->person().account;
      frame.mutable_watch()->add_accounts(std::string(peer.view()));
      session->client().hint(frame);
    }
  }

  std::vector<Seat*> take_turns(std::vector<Seat*> senders) override {
    std::vector<Seat*> turns;
    for (Seat* seat : senders) turns.insert(turns.end(), members_of(*seat) == 2 ? kDirectShare : 1, seat);
    std::mt19937_64 random(1);
    std::shuffle(turns.begin(), turns.end(), random);
    return turns;
  }

  void before_post(Seat& seat) override {
    Session& session = *seat.session;
    v1::ClientFrame typing;
    typing.mutable_typing()->set_channel_id(std::string(channel_of(seat).view()));
    typing.mutable_typing()->set_on(true);
    session.client().hint(typing);
    if (fast_random() % kAwayOneOf != 0) return;
    v1::ClientFrame active;
    const bool away = away_[session.index()] = !away_[session.index()];
    active.mutable_set_active()->set_active(!away);
    session.client().hint(active);
  }

  void after_message(Session& session, const client::ChannelState& channel, Seq seq) override {
    if (fast_random() % kReadOneOf != 0) return;
    const auto read = session.client().read(place_.loop.now(), channel.id, seq);
    if (!read) note_error("a cursor cannot be moved: " + read.error().text());
  }

  void on_typing(Session& /*session*/) override { count_hint(); }
  void on_presence(Session& /*session*/) override { count_hint(); }

  std::vector<bool> away_;  // by session
};

}  // namespace

WorkerResult run_mixed(const Workplace& place) {
  return Mixed(place).run();
}

}  // namespace parley::bench
