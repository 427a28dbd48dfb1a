// A client without I/O: connection states, outbox, sync, gap repair and receipts as one deterministic state machine.
// Bytes and ticks go in, bytes and wishes come out; no clock, no thread, no socket, no randomness of its own. The
// command line client, the load generator and the simulator stand on it.
//
// `now` is wall-clock time that never goes back (take it once, then add what a steady clock says). All calls on one
// thread. A Host must not call the client from within its own functions; a Listener and an Answer may call the user's
// part.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/store.hpp"
#include "client/types.hpp"

namespace parley::v1 {
class ClientFrame;
class Command;
class Event;
class ServerFrame;
}  // namespace parley::v1

namespace parley::client {

/// What the core wishes of its world.
class Host {
 public:
  virtual ~Host() = default;
  /// Open a connection to the server; answered later with connected() or disconnected(). At most one exists at a time,
  /// but it may be asked for right after close(), or from within disconnected() of the one before.
  virtual void connect() = 0;
  /// Send one binary message. `frame` is valid during the call.
  virtual void send(std::string_view frame) = 0;
  /// Close the connection, or end the attempt. Nothing more is to be told of it: no frame(), no disconnected().
  virtual void close(std::uint16_t code) = 0;
  /// Call tick() at `at` or soon after; replaces the earlier wish.
  virtual void wake_at(Time at) = 0;
  /// No access token that the server takes, or the session ends soon: answer, now or later, with set_access_token(),
  /// token_unavailable() or sign_out(). Asked once until answered.
  virtual void need_token() = 0;
};

/// What the user of a client is told, each time after the store has committed it.
class Listener {
 public:
  virtual ~Listener() = default;
  /// `why` is set for waiting and stopped; ErrorCode::ok where there is nothing to say.
  virtual void on_state(State /*state*/, const Error& /*why*/) {}
  /// The inbox is complete: at the beginning, and after each time something was lost on the way.
  virtual void on_synced() {}
  /// Row, badge, registers, head or receipts of the channel changed.
  virtual void on_channel(const ChannelState& /*channel*/) {}
  /// The channel is no longer the account's, and its events are no longer stored.
  virtual void on_channel_gone(const ChannelId& /*channel*/) {}
  /// The store's history is another one now (a restore): events above `after` were dropped, and
  /// what they had added to others: edits, reactions.
  virtual void on_history_dropped(const ChannelState& /*channel*/, Seq /*after*/) {}
  /// Rising seq; each event is told once (again only after its history was dropped). The events are valid during the
  /// call.
  virtual void on_events(const ChannelState& /*channel*/, std::span<const v1::Event* const> /*events*/,
                         Placement /*placement*/) {}
  /// The server pushed an event that was applied already, and no page can have brought it first. It changes nothing.
  virtual void on_repeated(const ChannelState& /*channel*/, Seq /*seq*/) {}
  /// The outcome of a send; told once, then it has left the outbox.
  virtual void on_sent(const SendResult& /*result*/) {}
  virtual void on_typing(const ChannelId& /*channel*/, const AccountId& /*account*/, bool /*on*/) {}
  virtual void on_presence(const AccountId& /*account*/, bool /*online*/, Time /*last_seen*/) {}
};

using RandomFill = std::function<void(std::span<std::uint8_t>)>;
/// The answer, valid during the call, or the error it was.
using Answer = std::move_only_function<void(Result<const v1::ServerFrame*>)>;

class Client {
 public:
  /// The references must outlive the client. Nothing happens before start().
  Client(Settings settings, ClientStore& store, Host& host, Listener& listener, RandomFill random);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // ---- the world --------------------------------------------------------------------------------------------------

  /// Loads the store (the first time) and connects. Also leaves `stopped` and `signed_out`.
  Result<void> start(Time now);
  /// Loads the store and nothing else: for looking at it, and for sends that wait for a later start().
  Result<void> load();
  /// Closes the connection; start() goes on where this left.
  void stop(Time now);
  /// Forgets all tokens. The outbox and what was stored stay.
  void sign_out(Time now);
  /// `valid_for` from now on, as the server said.
  void set_access_token(Time now, std::string token, Duration valid_for);
  /// need_token() could not be answered for now: it is asked again after a back-off.
  void token_unavailable(Time now, const Error& why);
  void connected(Time now);
  /// `close_code` 0: there was no close frame, or no connection.
  void disconnected(Time now, std::uint16_t close_code);
  /// One binary message.
  void frame(Time now, std::string_view bytes);
  /// Something else arrived (a ping): the server is alive.
  void heard(Time now);
  void tick(Time now);

  // ---- the user ---------------------------------------------------------------------------------------------------

  /// Stores the command in the outbox and sends it as soon as may be; the outcome comes with on_sent. An empty send_id
  /// is filled in, and so is the channel of a direct or self channel. Refused at once: what cannot be well-formed
  /// (invalid_argument, invalid_text, content_too_long) and a full outbox (limit_reached). A send_id that waits already
  /// keeps its place.
  Result<SendId> send(Time now, v1::Command& command);
  /// The same for a text message.
  Result<SendId> post(Time now, const ChannelId& channel, std::string_view text, Seq reply_to = 0);
  /// Takes over a send that something else has stored under the same store (another process); nothing is written.
  void adopt(Time now, OutboxEntry entry);
  /// Asks a question or changes a register: any frame but hello, new_token and command; `request` is filled in. Waits
  /// for the connection, and is asked again if it breaks. Pages of history are stored and told before `answer` is
  /// called. limit_reached: too many are waiting. Questions still open when the client stops are answered with
  /// `draining`.
  Result<void> ask(Time now, v1::ClientFrame& frame, Answer answer);
  /// A hint (typing, watch, active): sent now or never, without answer.
  void hint(v1::ClientFrame& frame);
  /// The user has read up to `seq`. Stored; the server is told, at most once per channel and receipt_interval_ms.
  Result<void> read(Time now, const ChannelId& channel, Seq seq);
  /// Changes what is fetched of a channel, now and later.
  void want(Time now, const ChannelId& channel, Want want);
  /// Mode open_channels: full events come for these only. They want at least the newest page.
  void open(Time now, std::span<const ChannelId> channels);
  /// Reads the inbox since its version, as if something had been lost.
  void resync(Time now);

  // ---- looking ----------------------------------------------------------------------------------------------------

  [[nodiscard]] State state() const;
  [[nodiscard]] const SessionRecord& session() const;
  /// nullptr: not known. Valid until the next call that changes something.
  [[nodiscard]] const ChannelState* find(const ChannelId& channel) const;
  /// In the order of ids.
  void each_channel(const std::function<void(const ChannelState&)>& visit) const;
  /// In the order of sending.
  [[nodiscard]] std::vector<const OutboxEntry*> outbox() const;
  [[nodiscard]] std::size_t outbox_size() const;
  /// Name of the error with which the server puts off what waits in the outbox; empty while it takes it.
  [[nodiscard]] const std::string& sends_put_off() const;
  /// Of the server when Welcome came, minus this device's.
  [[nodiscard]] Duration clock_offset() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace parley::client
