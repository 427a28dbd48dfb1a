// What owners send to sessions: collected during a turn, handed over once per io executor (one wake-up for a batch) and
// once per other node.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "node/directory.hpp"
#include "ports/command_queue.hpp"
#include "wire/records.hpp"

namespace parley {

/// What a pushed frame is, so that a session can leave it out, or tell it in another way.
enum class PushKind : std::uint8_t { events, receipts, registers, typing, presence, resync };

/// One binary ServerFrame for many sessions, encoded once.
struct Push {
  PushKind kind = PushKind::events;
  ChannelId channel;
  Seq head = 0;  // of the channel, with this frame
  Time time = kNever;
  std::shared_ptr<const std::string> frame;
  std::vector<std::uint64_t> sessions;
  Epoch epoch = 0;  // of the channel's partition, under which its owner tells this; 0: no owner does
};

/// Whoever gets this has to ask for its heads again.
Push resync_push();

struct RegistersAnswer {
  std::shared_ptr<const std::string> registers;  // serialised v1.Registers
};

/// The one answer to a command.
struct Answer {
  Origin origin;
  ChannelId channel;
  SendId send_id;
  std::variant<wire::StoredOutcome, RegistersAnswer, Error> body;
  Epoch epoch = 0;  // as in Push
};

struct IoBatch {
  std::vector<Answer> answers;
  std::vector<Push> pushes;
  std::vector<std::pair<std::uint64_t, Error>> endings;  // sessions to close, and why
  [[nodiscard]] bool empty() const { return answers.empty() && pushes.empty() && endings.empty(); }
};

/// Carries frames to other nodes (node/bus_links.hpp); absent where there is only one.
class RemoteNodes {
 public:
  virtual ~RemoteNodes() = default;
  virtual void answer(const Answer& answer) = 0;
  virtual void push(const NodeId& node, const Push& push, const std::vector<AccountId>& accounts) = 0;
  /// Nodes other than this one where the account is connected.
  [[nodiscard]] virtual std::vector<NodeId> nodes_of(const AccountId& account) const = 0;
  /// This node owns the partition under `epoch` / no longer does; others learn it soon.
  virtual void owns(PartitionId partition, Epoch epoch) = 0;
  virtual void owns_no_more(PartitionId partition) = 0;
};

/// What is told of a partition comes to the sessions in the order of its owners: what an earlier one told, and a slow
/// link brought when a later one was known here already, is left out. Where it has to be answered the session asks
/// again.
class Outlet {
 public:
  /// `to_io` takes a batch to io executor k; any thread.
  using ToIo = std::function<void(std::uint32_t io, IoBatch batch)>;
  Outlet(NodeId self, std::uint32_t ios, const Directory& directory, ToIo to_io, RemoteNodes* remote);

  void answer(Answer answer);
  /// To all sessions of `accounts`; `push.sessions` is ignored.
  void push(const Push& push, std::span<const AccountId> accounts);
  /// The same, but only to sessions of this node.
  void push_here(const Push& push, std::span<const AccountId> accounts);
  /// To these sessions alone.
  void push(const Push& push, std::span<const SessionRef> sessions);
  void end_session(const SessionRef& ref, Error why);
  /// This node's owner has the partition under `epoch` / no longer.
  void owns(PartitionId partition, Epoch epoch);
  void owns_no_more(PartitionId partition);
  /// An owner has the partition under `epoch`. True where it is later than all that were known here: what earlier ones
  /// told last may have come behind what was asked for since, so all sessions have to ask again.
  bool learn(PartitionId partition, Epoch epoch);
  /// Hands over all that was collected.
  void flush();

 private:
  [[nodiscard]] bool comes_late(const ChannelId& channel, Epoch epoch) const;

  NodeId self_;
  const Directory& directory_;
  ToIo to_io_;
  RemoteNodes* remote_;
  std::vector<IoBatch> batches_;
  std::array<Epoch, kPartitions> latest_{};  // known owner of each partition
};

}  // namespace parley
