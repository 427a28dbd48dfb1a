// Messages between the members of rooms: sent, counted, timed and checked. `direct` and `group` are this with rooms of
// their own.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "bench/body.hpp"
#include "bench/crew.hpp"

namespace parley::bench {

class Traffic : public Crew {
 public:
  explicit Traffic(Workplace place);

  /// The whole run. Throws RunFailed.
  WorkerResult run();

 protected:
  struct Room {
    ChannelId channel;
    std::vector<std::uint32_t> members;  // by index of session
    std::size_t senders = 0;             // the first so many write
    std::size_t first_seat = 0;          // of its members, in their order
  };
  struct Seat;
  /// Makes the channels, once all are in sync.
  virtual std::vector<Room> make_rooms() = 0;
  // Of use to make_rooms: appends a channel, and what makes it.
  void add_pair(std::uint32_t first, std::vector<Room>& rooms, std::vector<Order>& orders);
  void add_group(std::uint32_t first, std::uint32_t members, std::vector<Room>& rooms, std::vector<Order>& orders);

  /// With --rate: the order in which senders write, again and again; somebody may stand there more than once.
  virtual std::vector<Seat*> take_turns(std::vector<Seat*> senders) { return senders; }
  virtual void before_post(Seat& /*seat*/) {}
  virtual void after_message(Session& /*session*/, const client::ChannelState& /*channel*/, Seq /*seq*/) {}
  [[nodiscard]] const ChannelId& channel_of(const Seat& seat) const { return rooms_[seat.room].channel; }
  [[nodiscard]] std::size_t members_of(const Seat& seat) const { return rooms_[seat.room].members.size(); }
  void count_hint() {
    if (measuring_) ++result_.hints;
  }

  void on_sent(Session& session, const client::SendResult& result) override;
  void on_events(Session& session, const client::ChannelState& channel, std::span<const v1::Event* const> events,
                 client::Placement placement) override;
  void on_repeated(Session& session, const client::ChannelState& channel, Seq seq) override;

  /// A member of a room. `base`, `posted`: the messages between are on their way, and `left` says for each how many
  /// things (the outcome, receiving it) are still to happen.
  struct Seat {
    Session* session = nullptr;
    std::uint32_t room = 0;
    std::uint32_t place = 0;
    bool sends = false;
    bool ready = false;
    std::uint64_t posted = 0;
    std::uint64_t base = 0;
    std::uint64_t refused = 0;
    Seq last_seq = 0;
    std::vector<std::uint16_t> left;  // by number, a ring
    std::deque<std::pair<SendId, std::uint64_t>> unanswered;
    std::deque<std::int64_t> due;  // with --rate: messages that should have left
    Checker checker{0};
  };

 private:
  /// nullptr: the session has no seat in that channel.
  Seat* seat_of(const Session& session, const ChannelId& channel);

  void seat_people();
  void wait_for_rooms();
  void run_traffic();
  bool pump();
  void plan_rate();
  void post(Seat& seat);
  void stop_sending(Seat& seat);
  /// Does the latency of this message count? With --rate by when it was due, not by when it came.
  [[nodiscard]] bool is_measured(const Body& body) const;
  void one_less(Seat& seat, std::uint64_t number);
  void make_ready(Seat& seat);
  void drain();
  WorkerResult judge();

  std::vector<Room> rooms_;
  std::vector<Seat> seats_;                         // of all rooms
  std::vector<std::vector<std::uint32_t>> seated_;  // by index of session: its seats
  std::vector<Seat*> senders_;
  std::vector<Seat*> turns_;  // with --rate
  std::vector<Seat*> ready_;
  std::string text_;
  std::uint32_t run_id_ = 0;
  std::size_t window_ = 0;  // of messages on their way, a power of two at least in `left`
  bool running_ = false;    // messages are being sent
  bool traffic_ = false;    // the channels stand: every message is one of the run
  bool measuring_ = false;
  std::int64_t from_ns_ = 0;  // the measured time
  std::int64_t to_ns_ = 0;
  double due_every_ns_ = 0;  // 0: no --rate
  double due_at_ns_ = 0;
  std::uint64_t overdue_ = 0;  // messages in all `due`
  std::uint64_t tickets_ = 0;
  bool alarm_set_ = false;
  WorkerResult result_;
};

}  // namespace parley::bench
