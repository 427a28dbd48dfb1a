#include "gateway/web_socket_connection.hpp"

#include "base/log.hpp"
#include "gateway/shared.hpp"

namespace parley {
namespace {

// Pongs beyond this are not sent: a peer that pings and does not read must not fill the memory (RFC 6455 §5.5.3 asks
// for an answer to the latest ping only).
constexpr std::size_t kMaxPongBacklog = 16384;

Duration ms(std::uint64_t value) {
  return Duration(static_cast<std::int64_t>(value));
}

WebSocketOpcode opcode_of(FrameKind kind) {
  return kind == FrameKind::text ? WebSocketOpcode::text : WebSocketOpcode::binary;
}

}  // namespace

void WebSocketConnection::open(ConnectionTable& table, Stream stream, AdmissionTicket ticket,
                               std::unique_ptr<Outbox> outbox, const PeerInfo& peer, std::string rest) {
  auto connection =
      std::make_shared<WebSocketConnection>(table, std::move(stream), std::move(ticket), std::move(outbox));
  auto& shared = table.shared();
  table.add(connection);
  shared.metrics.greeting_connections.add(1);
  connection->handler_ = shared.factory(*connection, peer);
  connection->flush_later();
  if (!rest.empty()) connection->on_input(rest);
  if (rest.empty() && connection->is_open()) connection->read_more();
}

WebSocketConnection::WebSocketConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket,
                                         std::unique_ptr<Outbox> outbox)
    : StreamConnection(table, std::move(stream), std::move(ticket), std::move(outbox)),
      parser_(WebSocketParser::Role::server, table.shared().options.limits.hello_bytes),
      heard_at_(table.now()),
      due_(table.now() + ms(table.shared().options.limits.hello_ms)) {}

void WebSocketConnection::send(FrameKind kind, std::string_view payload) {
  if (!is_open() || phase_ != Phase::open) return;
  Outbox& out = outbox();
  out.append(make_web_socket_header(opcode_of(kind), payload.size()).view());
  out.append(payload);
  table().shared().metrics.messages_out.add();
  flush_later();
}

void WebSocketConnection::send(FrameKind kind, std::shared_ptr<const std::string> payload) {
  if (!is_open() || phase_ != Phase::open) return;
  Outbox& out = outbox();
  out.append(make_web_socket_header(opcode_of(kind), payload->size()).view());
  out.append_shared(std::move(payload));
  table().shared().metrics.messages_out.add();
  flush_later();
}

void WebSocketConnection::send_control(WebSocketOpcode opcode, std::string_view payload) {
  Outbox& out = outbox();
  out.append(make_web_socket_header(opcode, payload.size()).view());
  out.append(payload);
  flush_later();
}

void WebSocketConnection::ping() {
  if (is_open() && phase_ == Phase::open) send_control(WebSocketOpcode::ping, {});
}

void WebSocketConnection::established() {
  if (!is_open() || std::exchange(established_, true)) return;
  ticket().established();
  table().shared().metrics.greeting_connections.add(-1);
  table().shared().metrics.established_connections.add(1);
}

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
  if (!is_open() || phase_ != Phase::open) return;
  send_control(WebSocketOpcode::close, make_web_socket_close_payload(code, reason));
  begin_closing(Phase::closing);
}

void WebSocketConnection::begin_closing(Phase phase) {
  phase_ = phase;
  due_ = table().now() + table().shared().options.close_grace;
  table().set_deadline(*this, due_);
}

// The peer gets the reason, and the time to read it; the session has no more to do with this connection.
void WebSocketConnection::fail(std::uint16_t code, std::string_view reason) {
  if (!is_open() || phase_ == Phase::closed || phase_ == Phase::failed) return;
  if (phase_ == Phase::open) send_control(WebSocketOpcode::close, make_web_socket_close_payload(code, reason));
  begin_closing(Phase::failed);
  end_handler();
  if (is_open() && waiting_bytes() == 0) on_flushed();
}

void WebSocketConnection::end_handler() {
  if (const auto handler = std::exchange(handler_, nullptr)) handler->on_closed();
}

void WebSocketConnection::on_dropped() {
  auto& metrics = table().shared().metrics;
  (established_ ? metrics.established_connections : metrics.greeting_connections).add(-1);
  end_handler();
}

void WebSocketConnection::on_input(std::span<char> bytes) {
  heard_at_ = table().now();
  pinged_ = false;
  if (phase_ == Phase::open || phase_ == Phase::closing) {
    if (handler_) handler_->on_heard();
    if (const auto fault = parser_.feed(bytes, *this)) {
      table().shared().metrics.refused(ErrorCode::malformed).add();
      fail(fault->close_code, fault->text);
    }
    // Afterwards, so that what stands behind the hello in one read does not count when the session answers at once.
    if (!established_) {
      hello_bytes_ += static_cast<std::uint32_t>(bytes.size());
      if (hello_bytes_ > table().shared().options.limits.hello_bytes) fail(kCloseTooLarge, "too much before hello");
    }
  }
  if (is_open()) read_more();
}

void WebSocketConnection::on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) {
  if (phase_ != Phase::open || !handler_) return;
  table().shared().metrics.messages_in.add();
  handler_->on_message(opcode == WebSocketOpcode::text ? FrameKind::text : FrameKind::binary, payload);
}

void WebSocketConnection::on_web_socket_ping(std::string_view payload) {
  if (phase_ == Phase::open && waiting_bytes() <= kMaxPongBacklog) send_control(WebSocketOpcode::pong, payload);
}

void WebSocketConnection::on_web_socket_pong(std::string_view) {}

void WebSocketConnection::on_web_socket_close(std::uint16_t code, std::string_view) {
  // Answered with the same code (RFC 6455 §5.5.1); then the server is the one to close the socket (§7.1.1).
  if (phase_ == Phase::open) send_control(WebSocketOpcode::close, make_web_socket_close_payload(code, {}));
  begin_closing(Phase::closed);
  end_handler();
  if (is_open() && waiting_bytes() == 0) drop();
}

void WebSocketConnection::on_end() {
  drop();
}

void WebSocketConnection::on_flushed() {
  if (phase_ == Phase::closed) return drop();
  if (phase_ == Phase::failed) return shutdown_write();
  if (handler_) handler_->on_drained();
}

Duration WebSocketConnection::on_deadline(Duration now) {
  const auto& options = table().shared().options;
  if (phase_ != Phase::open) {
    if (now >= due_) drop();
    return due_;
  }
  if (!established_ && now >= due_) {
    table().shared().metrics.refused(ErrorCode::timeout).add();
    const ErrorInfo& timeout = error_info(ErrorCode::timeout);
    fail(timeout.close_code, timeout.name);
    return due_;
  }
  // One tick early, since deadlines are seen up to one tick late: dead peers are found within the sum.
  const Duration ping_at = heard_at_ + ms(options.limits.heartbeat_ms) - options.tick;
  const Duration drop_at =
      heard_at_ + ms(options.limits.heartbeat_ms + options.limits.heartbeat_grace_ms) - options.tick;
  if (now >= drop_at) {
    table().shared().metrics.dead_peers.add();
    drop();
    return drop_at;
  }
  if (now >= ping_at && !std::exchange(pinged_, true)) ping();
  const Duration next = pinged_ ? drop_at : ping_at;
  return established_ ? next : std::min(next, due_);
}

}  // namespace parley
