// A connection from a proxy that has not yet said whom it brings; then it becomes an HttpConnection. For this folder's
// .cpp files.
#pragma once

#include "gateway/proxy_protocol.hpp"
#include "gateway/stream_connection.hpp"
#include "gateway/tls.hpp"

namespace parley {

/// Reads the header of the PROXY protocol and nothing behind it, where TLS may begin. `tls` is null on a plain
/// listener.
class ProxyConnection final : public StreamConnection {
 public:
  static void open(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const AddressKey& peer,
                   std::shared_ptr<const TlsContext> tls);
  ProxyConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const AddressKey& peer,
                  std::shared_ptr<const TlsContext> tls);

  Duration on_deadline(Duration now) override;
  void on_shutdown(std::uint16_t, std::string_view) override { drop(); }

 private:
  Stream::Outcome take(Stream& stream, std::span<char> into) override;
  void on_input(std::span<char> bytes) override;
  void on_end() override { drop(); }
  void on_flushed() override {}
  void on_dropped() override;
  void serve_client();

  AddressKey peer_;
  std::shared_ptr<const TlsContext> tls_;
  ProxyHeaderParser parser_;
  Duration due_;
};

}  // namespace parley
