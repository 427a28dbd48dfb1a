// What HTTP and WebSocket connections share: reading when there is something, writing once per turn, deadlines. For
// this folder's .cpp files.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "gateway/admission.hpp"
#include "gateway/connection_table.hpp"
#include "gateway/outbox.hpp"
#include "gateway/stream.hpp"

namespace parley {

/// Kept alive by its table until drop(), and by waits of the socket until they have returned. Nothing is read while
/// nobody asked for it with read_more(), and nothing is allocated while nothing is under way.
class StreamConnection : public std::enable_shared_from_this<StreamConnection> {
 public:
  virtual ~StreamConnection() = default;
  StreamConnection(const StreamConnection&) = delete;
  StreamConnection& operator=(const StreamConnection&) = delete;

  /// Time to look at the deadlines; returns when to be asked again. Not called after drop().
  virtual Duration on_deadline(Duration now) = 0;
  /// The server goes away.
  virtual void on_shutdown(std::uint16_t code, std::string_view reason) = 0;
  /// Closes at once. Twice does nothing.
  void drop();
  void flush();

 protected:
  StreamConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket, std::unique_ptr<Outbox> outbox);

  /// How bytes leave the stream: all that are there, unless told otherwise.
  virtual Stream::Outcome take(Stream& stream, std::span<char> into) { return stream.read(into); }
  /// Bytes that arrived, in the thread's buffer.
  virtual void on_input(std::span<char> bytes) = 0;
  /// The peer will send no more.
  virtual void on_end() = 0;
  /// The outbox went empty.
  virtual void on_flushed() = 0;
  /// Called once by drop(), when the socket is closed.
  virtual void on_dropped() = 0;

  void read_more();
  Outbox& outbox();
  void flush_later();
  [[nodiscard]] std::size_t waiting_bytes() const { return outbox_ ? outbox_->size() : 0; }
  [[nodiscard]] bool is_open() const { return open_; }
  /// Numeric, without port; empty when the peer is gone.
  [[nodiscard]] std::string peer_address() const;
  [[nodiscard]] bool is_secure() const { return stream_.is_secure(); }
  void shutdown_write();
  ConnectionTable& table() { return table_; }
  AdmissionTicket& ticket() { return ticket_; }

  /// For an upgrade: what another connection goes on with. This one is of no more use and leaves its table.
  Stream give_stream();
  std::unique_ptr<Outbox> give_outbox() { return std::move(outbox_); }

 private:
  friend class ConnectionTable;
  struct ReadWait;
  struct WriteWait;

  void on_readable();
  void on_writable();
  void read_now();
  void wait_write();

  ConnectionTable& table_;
  Stream stream_;
  AdmissionTicket ticket_;
  std::unique_ptr<Outbox> outbox_;
  std::uint32_t slot_ = 0;  // in the table
  bool open_ = true;
  bool read_wanted_ = false;
  bool waits_read_ = false;
  bool waits_write_ = false;
  bool flush_scheduled_ = false;
  bool write_waits_for_read_ = false;
  bool half_closed_ = false;
};

}  // namespace parley
