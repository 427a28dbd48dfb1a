// The gateway: listeners, TLS, HTTP/1.1 and WebSocket connections on the io threads.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "gateway/address.hpp"
#include "gateway/http_message.hpp"
#include "gateway/io_pool.hpp"
#include "gateway/tls.hpp"
#include "node/connection.hpp"
#include "node/load_gate.hpp"
#include "parley/limits.hpp"

namespace parley {

struct ListenAddress {
  std::string host;        // numeric address or a name; "::" is IPv6 alone
  std::uint16_t port = 0;  // 0: any free one
  bool secure = false;     // TLS
  bool proxy = false;      // every connection begins with a header of the PROXY protocol
};

struct GatewayOptions {
  std::vector<ListenAddress> listen;
  Limits limits;
  TlsFiles tls;                              // needed where a listener is secure
  std::vector<std::string> allowed_origins;  // for CORS and WebSocket; "*" is everyone
  NetworkList trusted_proxies;               // their X-Forwarded-For and PROXY headers are believed
  std::string web_socket_path = "/v1/ws";
  std::size_t http_body_bytes = 1 << 20;      // largest request body
  const SharedMemoryState* memory = nullptr;  // of the node; full: no connection is taken
  bool limit_loopback = true;  // false: unauthenticated_per_address does not count 127.0.0.0/8 and ::1 (a proxy)
  Duration tick{1000};         // how often deadlines are looked at
  Duration close_grace{5000};  // time a peer has to finish the close handshake
};

/// One gateway per pool. Created and destroyed while no connection's code runs: before the first listen(), after
/// IoPool::stop(). The HttpHandler and what the factory's handlers use outlive it.
class Gateway {
 public:
  Gateway(IoPool& pool, const Clock& clock, Metrics& metrics, GatewayOptions options, ConnectionHandlerFactory factory,
          HttpHandler& http);
  /// Connections that are still there are dropped; their handlers hear on_closed() here.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Opens every listener or none; the error names address and reason. `inherited`: listening sockets that somebody
  /// else opened, for the addresses they are bound to; this gateway's from now on. One that no address of the options
  /// has use for is an error, since clients would wait there for ever.
  Result<void> listen(std::vector<int> inherited = {});
  /// With the ports really taken, in the order of the options.
  [[nodiscard]] std::vector<ListenAddress> listening() const;
  /// Reads certificate and key again; on failure the old ones stay in use. Connections keep what they began with.
  Result<void> reload();

  // --- drain; from a thread that is not an io thread
  /// Returns when no listener accepts any more.
  void stop_accepting();
  /// Closes WebSocket connections with `code`, lets running HTTP requests finish, and drops what is left after `grace`.
  void close_all(std::uint16_t code, std::string reason, Duration grace);
  /// Waits until no connection is left or `limit` is over; true when none is left.
  bool wait_until_closed(Duration limit);

  [[nodiscard]] std::size_t connections() const;

  struct Shared;  // shared.hpp

 private:
  std::unique_ptr<Shared> shared_;
};

}  // namespace parley
