// Follows single sends on their way through the server, when an operator asks for it. Ids, seqs and times only.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/id.hpp"

namespace parley {

enum class TraceStage : std::uint8_t {
  received,  // parsed and accepted by its session, or over HTTP
  queued,    // on its way to the owner of its channel
  turn,      // its owner's turn has begun
  decided,   // and it waits for the commit
};

/// Any thread. Whoever has something to tell asks armed() first: while nothing is followed that load is all it costs.
class Tracer {
 public:
  virtual ~Tracer() = default;
  [[nodiscard]] bool armed() const { return armed_.load(std::memory_order_relaxed); }

  virtual void received(const SendId& send_id, const AccountId& account) = 0;
  virtual void reached(const SendId& send_id, TraceStage stage) = 0;
  /// Its outcome is stored; seq 0: refused.
  virtual void committed(const SendId& send_id, const ChannelId& channel, Seq seq) = 0;
  /// The outcome was handed to whoever asked.
  virtual void answered(const SendId& send_id) = 0;
  /// The channel's events up to `seq` were put into a session's outbox.
  virtual void pushed(const ChannelId& channel, Seq seq, std::uint64_t session, const AccountId& account) = 0;
  /// All of a session's outbox was taken by the kernel.
  virtual void flushed(std::uint64_t session) = 0;
  /// A member's cursors were stored.
  virtual void moved(const ChannelId& channel, const AccountId& account, Seq delivered, Seq read) = 0;

 protected:
  std::atomic<bool> armed_ = false;
};

}  // namespace parley
