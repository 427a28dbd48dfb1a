// The contract between a session (node) and the connection that carries it (gateway, or the simulator). Everything here
// is called on the connection's io executor, one call at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ports/executor.hpp"

namespace parley {

enum class FrameKind : std::uint8_t { text, binary };

/// What is known of the other end when a connection opens.
struct PeerInfo {
  std::string address;           // numeric, without port; the client's, where a proxy that is trusted tells it
  std::string origin;            // Origin header, already checked; empty where there was none
  std::size_t io_thread = 0;     // index of the io thread that the connection lives on for life
  Executor* executor = nullptr;  // that thread
  bool secure = false;           // the client speaks TLS, with us or with a proxy
  bool proxied = false;          // a proxy told the address
};

/// Owned by the gateway; lives until its handler's on_closed() has returned. No call ever calls the handler back before
/// it has returned, and none throws or blocks.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Queues one message; all that is queued in one turn of the loop leaves together. Copies `payload`.
  virtual void send(FrameKind kind, std::string_view payload) = 0;
  /// The same for a payload that many connections share: encoded once, not copied where it is large.
  virtual void send(FrameKind kind, std::shared_ptr<const std::string> payload) = 0;
  /// Bytes queued and not yet taken by the kernel, framing included. Unbounded: the session decides what to do when a
  /// client does not read (P8).
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
  /// Of the peer, numeric, as the kernel knows it; empty where there is none. Asks the kernel.
  [[nodiscard]] virtual std::string peer_address() const { return {}; }
  /// Sends a ping now; the gateway pings silent peers by itself.
  virtual void ping() = 0;
  /// Starts the close handshake behind what is queued; a peer that does not finish it within a few seconds is dropped.
  /// Later sends are ignored and no message is delivered any more; on_closed() still comes. A second call does nothing.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Largest message accepted from the peer from now on; a longer one closes with 1009. Starts at hello_bytes.
  virtual void set_message_limit(std::size_t bytes) = 0;
  /// Hello was accepted: hello_ms, hello_bytes and unauthenticated_per_address no longer apply to this connection.
  virtual void established() = 0;
};

/// A session as its connection sees it. Destroyed by the connection soon after on_closed(); until then it may use its
/// Connection& at any time. May call the connection from within every call but on_closed().
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;
  /// A whole message; text is valid UTF-8. `payload` is valid during the call.
  virtual void on_message(FrameKind kind, std::string_view payload) = 0;
  /// Bytes of any kind arrived (pongs too): the peer is alive. Comes before the messages in those bytes.
  virtual void on_heard() = 0;
  /// The outbox went empty after having been non-empty.
  virtual void on_drained() = 0;
  /// The connection is gone or of no more use, for whatever reason, close() included. Exactly once, the last call.
  virtual void on_closed() = 0;
};

/// Called once per accepted connection, on its io executor. Not null.
using ConnectionHandlerFactory = std::function<std::unique_ptr<ConnectionHandler>(Connection&, const PeerInfo&)>;

}  // namespace parley
