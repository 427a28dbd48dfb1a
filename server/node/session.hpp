// One live connection of a device: a state machine without I/O. Frames and ticks come in, frames and a close code go
// out through Connection. Belongs to its io executor.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "node/connection.hpp"
#include "node/io.hpp"
#include "node/outlet.hpp"
#include "node/send_order.hpp"
#include "wire/frames.hpp"

namespace parley {

/// What an operator sees of a session.
struct SessionInfo {
  std::uint64_t id = 0;
  AccountId account;
  DeviceId device;
  std::string address;  // of the connection's other end
  Time opened = kNever;
  std::uint8_t mode = 0;         // v1::Mode
  std::size_t outbox_bytes = 0;  // waiting
  bool json = false;             // else protobuf
};

class Session final : public ConnectionHandler {
 public:
  /// `address` stands for the client's, see LoadGate; 0: none.
  Session(Io& io, Connection& connection, std::uint64_t address = 0);
  ~Session() override;

  void on_message(FrameKind kind, std::string_view payload) override;
  void on_heard() override {}
  void on_drained() override;
  void on_closed() override;

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const AccountId& account() const { return identity_.account; }
  [[nodiscard]] const DeviceId& device() const { return identity_.device; }
  /// v1::Mode, for life.
  [[nodiscard]] std::uint8_t mode() const { return mode_; }
  [[nodiscard]] SessionInfo info() const;

  /// The answer to a command that this session submitted. A second one is passed over: while a partition changes hands
  /// the old and the new owner may both answer.
  void answer(const Answer& answer);
  /// `json` keeps the text form of a shared frame for the next session that wants it.
  void push(const Push& push, std::shared_ptr<const std::string>& json);
  /// Ends the session when its token has ended or its outbox has not drained in time.
  void tick(Time now);
  /// Tells the error by name and closes with its code.
  void end(const Error& error);

 private:
  enum class State : std::uint8_t { greeting, live, ended };
  static constexpr Duration kHasRoom = Duration::max();
  /// What few sessions need.
  struct Rare {
    std::set<ChannelId> open;                          // mode open_channels
    std::deque<std::pair<Command, Origin>> held;       // behind a command that waits for facts: order is kept
    std::map<ChannelId, std::pair<Seq, Time>> missed;  // heads that a full outbox kept back
    bool missed_more = false;                          // and things that have no head
    SendOrder<ChannelId> order{kSendsOfALine};
  };

  struct Unanswered {
    std::uint64_t request = 0;
    std::uint64_t number = 0;
    ChannelId channel;
  };

  void hello(const v1::ClientFrame& frame);
  void welcome(std::uint64_t request);
  void command(const v1::ClientFrame& frame);
  Result<void> take(const Command& command, std::uint64_t& number);
  bool is_behind(const Command& command, std::uint64_t& number);
  void hold_up(const ChannelId& channel, const SendId& send_id, std::uint64_t number, const Error& error);
  void submit(Command command, const Origin& origin);
  void pass_on(Command command, const Origin& origin);
  void facts_came(Result<Command> command, Answer refusal);
  void send(const v1::ServerFrame& frame);
  void refuse(std::uint64_t request, const Error& error);
  void tell(std::uint64_t request, const Error& error);
  void send_heads();
  void forget_unanswered();
  void count_outbox(std::uint32_t bytes);
  [[nodiscard]] bool wants_events_of(const ChannelId& channel) const;
  Rare& rare();
  [[nodiscard]] wire::Encoding encoding() const {
    return kind_ == FrameKind::text ? wire::Encoding::json : wire::Encoding::binary;
  }

  Io& io_;
  Connection& connection_;
  std::uint64_t id_;
  std::uint64_t address_;
  std::uint64_t commands_ = 0;  // so many came
  Identity identity_;
  Duration overflowing_since_ = kHasRoom;  // uptime
  std::unique_ptr<Rare> rare_;
  std::vector<Unanswered> unanswered_;  // commands, in the order of sending
  std::uint32_t counted_outbox_ = 0;    // in the metric
  std::uint32_t opened_s_ = 0;          // Unix time of the welcome
  std::uint16_t facts_pending_ = 0;
  std::uint8_t questions_ = 0;
  FrameKind kind_ = FrameKind::binary;
  State state_ = State::greeting;
  std::uint8_t mode_ = 0;
};

}  // namespace parley
