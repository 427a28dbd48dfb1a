// What one io executor knows: its sessions, the requests that wait for an answer, and the way to the owners. Everything
// here belongs to that executor.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "node/load_gate.hpp"
#include "node/metrics.hpp"
#include "node/outlet.hpp"
#include "parley/limits.hpp"
#include "ports/channel_store.hpp"
#include "ports/command_queue.hpp"
#include "ports/executor.hpp"
#include "ports/people.hpp"
#include "ports/tracer.hpp"

namespace parley {

class BusLinks;
class Hub;
class Owner;
class Session;
namespace v1 {
class ClientFrame;
class ServerFrame;
}  // namespace v1

/// Who asks.
struct Caller {
  AccountId account;
  DeviceId device;
  std::uint64_t address = 0;  // stands for the client's, see LoadGate; 0: none
};

/// What a verified token says.
struct Identity {
  AccountId account;
  DeviceId device;
  Time expires = kNever;         // the session ends then unless a new token arrives
  std::uint64_t generation = 0;  // of the sign-in
};

/// Verifies tokens; pure computation. One per io executor.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Errors: unauthenticated, token_expired, device_revoked, account_disabled.
  virtual Result<Identity> access_token(std::string_view token) = 0;
  virtual Result<Identity> resume_token(std::string_view token) = 0;
  virtual std::string make_resume_token(const Identity& identity) = 0;
};

/// Exactly once, on the io executor. The frame's `request` is filled in by whoever sends it on.
using Reply = std::move_only_function<void(v1::ServerFrame&)>;

/// What all io executors of a node share; read-only after start.
struct NodeContext {
  NodeId node;
  Limits limits;
  std::string server_name;
  ChannelStore* store = nullptr;
  CommandQueue* queue = nullptr;
  People* people = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  Hub* hub = nullptr;
  std::vector<Owner*> owners;
  const QueueDelay* delay = nullptr;
  const SharedMemoryState* memory = nullptr;
  BusLinks* links = nullptr;  // the first owner's executor; nullptr: the only node
  NodeMetrics* metrics = nullptr;
  Tracer* tracer = nullptr;

  /// nullptr while nothing is followed.
  [[nodiscard]] Tracer* tracing() const { return tracer != nullptr && tracer->armed() ? tracer : nullptr; }

  [[nodiscard]] Owner& owner_of(PartitionId partition) const { return *owners[partition % owners.size()]; }
};

class Io {
 public:
  Io(NodeContext& node, std::uint32_t index, Executor& executor, Authenticator& authenticator);
  ~Io();

  /// One request of the live protocol, from a session or over HTTP; hello and what belongs to a session alone are
  /// `unknown_request` here. `reply` gets the one answer.
  void handle(const Caller& caller, const v1::ClientFrame& frame, Reply reply);

  /// A command goes to its owner; the answer comes to `origin` (this io, a session) by deliver(). Errors that are known
  /// at once are returned. Facts about accounts must be stamped already.
  void submit(QueuedCommand command);
  /// The same, answered to `reply`.
  void ask(std::variant<Command, RegisterCommand> command, Reply reply);
  /// For what nobody else would send again: once more after errors that pass, for about a minute, until it is decided.
  /// A channel that is not there may be on its way: a new account's own ones are made by a job. What becomes of it is
  /// not told, and a crash forgets it.
  void submit_until_decided(Command command);
  /// Stamps a command from outside with its sender, the time and the limits in force.
  void stamp(const Caller& caller, Command& command) const;
  /// What SQL knows of accounts, as `viewer` sees them. A command that is told it has to be submitted at once
  /// (kFactsLive).
  void people_now(const AccountId& viewer, std::vector<AccountId> ids, Completion<Result<std::vector<Person>>> done);
  /// Adds the same to a command, of the accounts that it names.
  void add_facts(Command command, Completion<Result<Command>> done);
  /// nullptr when it is gone.
  [[nodiscard]] Session* find(std::uint64_t session) const;
  [[nodiscard]] ChannelLimits channel_limits() const;

  void deliver(IoBatch batch);
  /// To every session, whatever `push.sessions` says.
  void push_to_all(Push push);
  /// Ends this executor's live sessions of a device.
  void end_device(const DeviceId& device, const Error& why);
  /// Every live session of this executor, in no particular order.
  [[nodiscard]] std::vector<Session*> live_sessions() const;
  /// About once a second.
  void tick();
  /// All live sessions are told to resume elsewhere and closed.
  void drain();

  void add(Session& session);
  void remove(const Session& session);
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

  [[nodiscard]] NodeContext& node() { return node_; }
  [[nodiscard]] Executor& executor() { return executor_; }
  [[nodiscard]] Authenticator& authenticator() { return authenticator_; }
  [[nodiscard]] LoadGate& gate() { return gate_; }
  /// Bytes that may wait for one session before it falls back to heads only.
  [[nodiscard]] std::size_t outbox_limit() const;
  [[nodiscard]] std::uint32_t index() const { return index_; }
  /// Of no other session, also not of an earlier process of this node.
  [[nodiscard]] std::uint64_t next_session_id() {
    return (static_cast<std::uint64_t>(index_) << 48U) | ++last_session_;
  }
  [[nodiscard]] Time now() const { return node_.clock->now(); }
  [[nodiscard]] std::weak_ptr<bool> alive() const { return alive_; }

 private:
  void count_channels(Command command, Completion<Result<Command>> done);
  void add_people(Command command, Completion<Result<Command>> done);
  Origin expect(Reply reply);
  void submit_until_decided(Command command, Duration wait);
  void flush();
  void answer(Answer& answer);
  void push(const Push& push);
  [[nodiscard]] std::span<Owner* const> other_owners() const;

  NodeContext& node_;
  std::uint32_t index_;
  Executor& executor_;
  Authenticator& authenticator_;
  LoadGate gate_;
  std::unordered_map<std::uint64_t, Session*> sessions_;
  std::vector<std::uint64_t> order_;  // of session ids, for the tick: one part a second
  std::size_t tick_at_ = 0;
  void give_up_waiting();
  std::map<std::uint64_t, Reply> waiting_;           // by Origin.request, for origins without a session: oldest first
  std::map<std::uint64_t, Duration> waiting_since_;  // the same
  std::uint64_t last_waiting_ = 0;
  std::uint64_t last_session_ = 0;
  std::vector<QueuedCommand> outgoing_;
  Duration outgoing_since_{};
  std::size_t last_outgoing_ = 0;
  bool flush_posted_ = false;
  std::shared_ptr<bool> alive_;
};

/// Runs `look` on the channel's committed state: on its owner's executor where this node owns it, else on `executor`
/// with a copy read from the store. nullptr: no such channel. `look` posts what it finds back by itself.
void inspect_channel(NodeContext& node, const ChannelId& channel, Executor& executor,
                     std::move_only_function<void(Result<const class LoadedChannel*>)> look);

}  // namespace parley
