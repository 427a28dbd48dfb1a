#include "gateway/proxy_connection.hpp"

#include "base/log.hpp"
#include "gateway/http_connection.hpp"
#include "gateway/shared.hpp"

namespace parley {

void ProxyConnection::open(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const AddressKey& peer,
                           std::shared_ptr<const TlsContext> tls) {
  auto connection =
      std::make_shared<ProxyConnection>(table, std::move(stream), std::move(ticket), peer, std::move(tls));
  table.add(connection);
  table.set_deadline(*connection, connection->due_);
  connection->read_more();
}

ProxyConnection::ProxyConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const AddressKey& peer,
                                 std::shared_ptr<const TlsContext> tls)
    : StreamConnection(table, std::move(stream), std::move(ticket), nullptr),
      peer_(peer),
      tls_(std::move(tls)),
      due_(table.now() + Duration(static_cast<std::int64_t>(table.shared().options.limits.http_request_ms))) {
  table.shared().metrics.http_connections.add(1);
}

void ProxyConnection::on_dropped() {
  table().shared().metrics.http_connections.add(-1);
}

Duration ProxyConnection::on_deadline(Duration now) {
  if (now >= due_) {
    table().shared().metrics.refused(ErrorCode::timeout).add();
    drop();
  }
  return due_;
}

// What is behind the header stays in the socket: TLS reads it from there.
Stream::Outcome ProxyConnection::take(Stream& stream, std::span<char> into) {
  const Stream::Outcome seen = stream.peek(into);
  if (seen.moved == 0) return seen;
  const std::size_t ours = parser_.feed({into.data(), seen.moved});
  return stream.read(into.first(ours));
}

void ProxyConnection::on_input(std::span<char>) {
  switch (parser_.state()) {
    case ProxyHeaderParser::State::incomplete:
      return read_more();
    case ProxyHeaderParser::State::complete:
      return serve_client();
    case ProxyHeaderParser::State::failed:
      table().shared().metrics.refused(ErrorCode::malformed).add();
      log::debug("proxy_header_refused", {{"peer", address_text(peer_)}});
      return drop();
  }
}

void ProxyConnection::serve_client() {
  auto& shared = table().shared();
  const ProxyHeader& header = parser_.header();
  const ClientAddress client{header.client.value_or(peer_), header.secure || tls_ != nullptr, true};
  std::optional<Error> refusal;
  if (!shared.options.trusted_proxies.holds(client.key)) {
    if (auto counted = ticket().count_for(client.key); !counted) refusal = counted.error();
  }
  if (refusal) {
    shared.metrics.refused(refusal->code).add();
    if (shared.refusing >= kMaxRefusing) return drop();
  }
  on_dropped();
  Stream plain = give_stream();
  SslHandle ssl;
  if (tls_) ssl = tls_->accept(plain.socket().native_handle());
  if (tls_ && !ssl) {
    log::error("connection_not_set_up", {{"what", "TLS"}});
    return ticket().release();
  }
  HttpConnection::open(table(), Stream(std::move(plain.socket()), std::move(ssl)), std::move(ticket()), client,
                       std::move(refusal));
}

}  // namespace parley
