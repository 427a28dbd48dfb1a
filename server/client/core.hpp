// The inside of client::Client, in one class because its parts share one state; its functions stand in core_*.cpp by
// subject. For this folder's own files.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/backoff.hpp"
#include "client/client.hpp"
#include "client/outbox.hpp"

namespace parley::v1 {
class Error;
class Events;
class EventHeader;
class Heads;
class History;
class Inbox;
class InboxRow;
class Outcome;
class ReceiptsMoved;
class Registers;
class Welcome;
}  // namespace parley::v1

namespace parley::client {

class Client::Core {
 public:
  Core(Settings settings, ClientStore& store, Host& host, Listener& listener, RandomFill random);
  ~Core();

  /// A channel, and what is only known while the process runs.
  struct Channel {
    ChannelState state;
    std::optional<Want> want;
    bool known = false;  // a row or the store has told of it; before that it is neither stored nor told of
    bool opened = false;
    bool refreshing = false;  // GetChannel is in flight
    bool fetching = false;    // GetHistory is in flight
    bool in_repair = false;
    bool unhelpful = false;  // the last page brought nothing: wait until the channel moves
    bool doubted = false;    // an event that must exist has not come yet
    Seq paged = 0;           // pages have brought events up to here
    bool cursor_in_flight = false;
    bool cursor_due = false;
    Time cursor_next = kNever;     // not before
    std::uint32_t round = 0;       // of the full sync that saw it last
    std::uint64_t ticks_told = 0;  // the last request that was made before the server told of ticks, and
    std::uint64_t registers_told = 0;
    Seq shaped = 0;   // the last event counted that changed title, avatar, members or role
    Seq skipped = 0;  // what came before it was not counted: the row has to reach it; 0: nothing
    Seq badged = 0;   // the badge was told as of here, also where events up to here are still to be applied
  };

  struct Question {
    std::string body;  // v1.ClientFrame without request
    Answer answer;
    ChannelId channel;  // whose registers or history the answer holds; nil: none
  };

  enum class Asked : std::uint8_t { nothing, hello, token, inbox, history, channel, cursor, command, question };
  struct Pending {
    std::uint64_t request = 0;
    Asked asked = Asked::question;
    Time since = kNever;
    ChannelId channel;
    Seq from = 0;  // history: the range; cursor: delivered and read
    Seq to = 0;
    bool oldest_first = false;
    SendId send_id;
    std::unique_ptr<Question> question;
  };

  // session
  Result<void> load();
  Result<void> start(Time now);
  void stop(Time now);
  void sign_out(Time now);
  void set_access_token(Time now, std::string token, Duration valid_for);
  void token_unavailable(Time now, const Error& why);
  void connected(Time now);
  void disconnected(Time now, std::uint16_t close_code);
  void frame(Time now, std::string_view bytes);
  void heard(Time now) { last_heard_ = now; }
  void tick(Time now);
  // user
  Result<SendId> send(Time now, v1::Command& command);
  Result<SendId> post(Time now, const ChannelId& channel, std::string_view text, Seq reply_to);
  void adopt(Time now, OutboxEntry entry);
  Result<void> ask(Time now, v1::ClientFrame& frame, Answer answer);
  void hint(v1::ClientFrame& frame);
  Result<void> read(Time now, const ChannelId& channel, Seq seq);
  void want(Time now, const ChannelId& channel, Want want);
  void open(Time now, std::span<const ChannelId> channels);
  void resync(Time now);

  [[nodiscard]] bool connection_up() const {
    return state_ == State::greeting || state_ == State::syncing || state_ == State::live;
  }
  [[nodiscard]] bool established() const { return state_ == State::syncing || state_ == State::live; }
  [[nodiscard]] Channel* find(const ChannelId& id);
  /// Brings the wish for a wake-up up to date; the end of every call from outside.
  void arm(Time now);

  Settings settings_;
  ClientStore& store_;
  Host& host_;
  Listener& listener_;
  RandomFill random_;

  State state_ = State::signed_out;
  SessionRecord session_;
  std::map<ChannelId, Channel> channels_;
  Outbox outbox_;
  std::string sends_put_off_;  // name of the error with which the server does not take it for now
  Duration clock_offset_{0};

 private:
  // ---- core_session.cpp
  void go(State state, const Error& why = Error(ErrorCode::ok));
  void begin(Time now);
  void connect_now(Time now);
  void wait_until(Time until, const Error& why);
  void drop_connection();
  void take_back(Pending& pending);
  void give_up_connection(Time now, CloseReason reason);
  void lost(Time now, const CloseReason& reason);
  void send_hello(Time now);
  void on_welcome(Time now, const v1::Welcome& welcome);
  void take_limits(const v1::Welcome& welcome);
  void on_hello_error(Time now, const v1::Error& error);
  void fail_questions();
  void check_connection(Time now);
  bool commit(const Changes& changes);  // false: stopped

  // ---- core_token.cpp
  void ask_token(Time now, const Error& why);
  [[nodiscard]] bool can_resume(Time now) const;
  [[nodiscard]] bool has_token(Time now) const;
  void credential_refused(Time now, const Error& why);
  void renew(Time now);
  void send_token(Time now);
  void take_session_end(Time now, const v1::Welcome& welcome);
  void set_session_end(Time now, Time end);
  void on_token_taken(Time now, const v1::ServerFrame& frame);

  // ---- core_frame.cpp
  void dispatch(Time now, v1::ServerFrame& frame);
  void on_answer(Time now, Pending pending, v1::ServerFrame& frame);
  void on_push(Time now, v1::ServerFrame& frame);
  /// The channel of a push, if it is known.
  [[nodiscard]] Channel* told_of(Time now, const std::string& channel_id);
  void on_ticks(Time now, Channel& channel, const v1::ReceiptsMoved& moved);
  void on_error(Time now, Pending& pending, const v1::Error& error);
  [[nodiscard]] bool room() const;
  std::uint64_t note_request(Time now, Asked asked, Pending details);
  std::uint64_t note_request(Time now, Asked asked) { return note_request(now, asked, Pending()); }
  /// Frame = request number and the serialised body.
  void transmit(std::uint64_t request, std::string_view body);
  void transmit_message(std::uint64_t request, v1::ClientFrame& frame);
  void pump(Time now);
  [[nodiscard]] Time earliest_wish() const;

  // ---- core_sync.cpp
  void ask_inbox(Time now, const std::string& page);
  void on_inbox(Time now, const v1::Inbox& inbox, std::uint64_t request);
  void on_inbox_error(Time now, const v1::Error& error);
  bool take_rows(Time now, const v1::Inbox& inbox, std::uint64_t request);
  /// `request`: in answer to which the row came.
  void take_one_row(Time now, Channel& channel, const v1::InboxRow& row, std::uint64_t request,
                    std::vector<EventRange>& dropped, std::vector<EventRange>& erased);
  void tell_rows(Time now, std::span<Channel* const> rows, std::span<const EventRange> dropped);
  [[nodiscard]] std::vector<ChannelId> channels_not_seen() const;
  void erase_channel(const ChannelId& id);
  void refresh_channel(Time now, Channel& channel);
  void on_channel_error(Time now, const Channel& channel, const v1::Error& error);
  void on_channel_answer(Time now, const ChannelId& id, const v1::InboxRow& row, std::uint64_t request);
  void after_row(Time now, Channel& channel);
  void on_registers(Channel& channel, const v1::Registers& registers,
                    std::optional<std::pair<std::uint64_t, std::uint64_t>> badge);

  // ---- core_events.cpp
  void on_events(Time now, v1::Events& events);
  bool overtakes_row(Time now, const Channel& channel);
  void on_heads(Time now, const v1::Heads& heads);
  void on_history(Time now, Channel& channel, const v1::History& history, Seq from, Seq to, bool oldest_first);
  void on_typing_and_presence(const v1::ServerFrame& frame);
  [[nodiscard]] bool accepts(const Channel& channel, Seq seq) const;
  void hold(const ChannelId& id, v1::Event& event);
  /// Applies what was held and now fits, then asks for what is missing.
  void settle(Time now, Channel& channel);
  /// Whether anything was applied.
  bool settle_held(Time now, Channel& channel);
  void drop_held(const ChannelId& id, Seq up_to);
  /// `events` were added to what the channel has; the first `older` of them stand below what it had.
  void apply(Time now, Channel& channel, std::span<const v1::Event* const> events, std::size_t older,
             Placement placement);
  void count(Time now, Channel& channel, const v1::EventHeader& header);
  /// Only a row can tell what the channel is as of `seq`: the inbox has it.
  void leave_to_row(Time now, Channel& channel, Seq seq);
  [[nodiscard]] bool joins(const Channel& channel, Seq from) const;
  [[nodiscard]] Seq lowest_held(const ChannelId& id) const;
  void want_inbox(Time now);

  // ---- core_repair.cpp
  [[nodiscard]] Want want_of(const Channel& channel) const;
  [[nodiscard]] std::optional<std::pair<Interval, bool>> missing(const Channel& channel) const;
  void queue_repair(Channel& channel);
  void pump_repair(Time now);
  void on_history_error(Time now, Channel& channel, const v1::Error& error);
  /// Whether what is had of the channel is known to be of the server's history; nothing is added to it before.
  [[nodiscard]] bool compared(const Channel& channel) const;
  void on_compared(Time now, Channel& channel, const v1::History& history, Seq seq);
  /// Of what is unproven only that up to `after`, the next point to ask for, may still be common.
  void drop_unproven(Time now, Channel& channel, Seq after);
  void doubt(Time now, Channel& channel);
  void check_doubts(Time now);

  // ---- core_receipts.cpp
  [[nodiscard]] bool cursor_behind(const Channel& channel) const;
  void touch_cursor(Time now, Channel& channel);
  void send_cursor(Time now, Channel& channel);
  void on_cursor_error(Time now, Channel& channel, const v1::Error& error);
  void send_due_cursors(Time now);

  // ---- core_send.cpp
  Result<void> enqueue(Time now, OutboxEntry entry, bool alone);
  /// Greater than all before.
  SendId new_send_id(Time now);
  void pump_sends(Time now);
  void on_outcome(Time now, const v1::Outcome& outcome);
  void on_command_error(Time now, const SendId& send_id, const v1::Error& error);
  void end_send(Time now, Outbox::Entry& entry, SendResult result);

  // ---- core_ask.cpp
  void pump_questions(Time now);
  void on_question_error(Time now, Pending& pending, const v1::Error& error);
  void on_question_answer(Time now, Pending& pending, v1::ServerFrame& frame);
  void send_open_channels();

  bool loaded_ = false;
  // connection
  Backoff backoff_;
  Time wait_until_ = kNever;  // waiting: end of the back-off; kNever: waiting for a token
  Time deadline_ = kNever;    // of connecting and greeting
  Time live_since_ = kNever;
  Time last_heard_ = kNever;
  Time armed_ = kNever;
  std::uint32_t retry_after_ms_ = 0;  // the server's word on the next attempt
  bool hello_resumes_ = false;
  // token
  Backoff token_backoff_;
  std::string token_;
  Time token_ends_ = kNever;
  Time renew_at_ = kNever;
  bool token_asked_ = false;
  bool token_shown_ = false;    // to the server, which then means it when it refuses a session
  bool token_refused_ = false;  // since the session was last live
  // limits in force
  Duration silence_{45'000};
  Duration receipt_interval_{250};
  std::size_t requests_limit_ = 64;
  Seq page_events_ = 50;
  // requests
  std::uint64_t last_request_ = 0;
  SendId last_send_id_;
  std::vector<Pending> pending_;  // rising request, oldest first
  std::vector<std::unique_ptr<Question>> questions_;
  Time questions_paused_ = kNever;
  Backoff questions_backoff_;
  // sync
  bool inbox_in_flight_ = false;
  bool inbox_again_ = false;
  bool full_sync_ = false;  // the version given was empty
  std::uint32_t round_ = 0;
  Time inbox_retry_ = kNever;
  Backoff inbox_backoff_;
  struct Fresh {
    ChannelId channel;
    Seq seq;
    bool mention;
  };
  std::vector<Fresh> fresh_;  // messages that came while the inbox was being read
  // events
  std::map<std::pair<ChannelId, Seq>, std::unique_ptr<v1::Event>> held_;
  std::vector<Channel*> repair_;  // newest first
  std::size_t fetching_ = 0;
  Time repair_retry_ = kNever;
  Backoff repair_backoff_;
  std::vector<std::pair<Time, Channel*>> doubts_;
  // receipts
  std::vector<Channel*> cursors_due_;
  Time cursors_wake_ = kNever;
  // sends
  Time sends_paused_ = kNever;
  Backoff sends_backoff_;
  std::vector<ChannelId> opened_;
};

/// The earlier of two wishes; kNever is none.
inline Time earlier(Time a, Time b) {
  if (a == kNever) return b;
  if (b == kNever) return a;
  return a < b ? a : b;
}

}  // namespace parley::client
