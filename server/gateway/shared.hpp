// What the parts of one gateway have in common. For this folder's .cpp files.
#pragma once

#include <memory>
#include <vector>

#include "gateway/admission.hpp"
#include "gateway/connection_table.hpp"
#include "gateway/gateway.hpp"
#include "gateway/origin_policy.hpp"

namespace parley {

class Listener;

/// Refused connections that are told why; beyond, they are closed without a word.
inline constexpr std::size_t kMaxRefusing = 64;

struct GatewayMetrics {
  explicit GatewayMetrics(Metrics& metrics);
  Counter& refused(ErrorCode code);

  Metrics& all;
  Counter& accepted;
  Counter& accept_paused;
  Counter& bytes_in;
  Counter& bytes_out;
  Counter& http_requests;
  Counter& messages_in;
  Counter& messages_out;
  Counter& dead_peers;
  Gauge& http_connections;
  Gauge& greeting_connections;     // WebSocket, before hello
  Gauge& established_connections;  // WebSocket, after hello
};

struct Gateway::Shared {
  Shared(IoPool& pool, const Clock& clock, Metrics& metrics, GatewayOptions options, ConnectionHandlerFactory factory,
         HttpHandler& http);
  ~Shared();

  IoPool& pool;
  const Clock& clock;
  GatewayMetrics metrics;
  const GatewayOptions options;
  const OriginPolicy origins;
  const ConnectionHandlerFactory factory;
  HttpHandler& http;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> refusing{0};  // connections being told why they are refused

  std::shared_ptr<const TlsContext> tls;  // of the accepting thread once there are listeners
  Admission admission;
  std::vector<std::unique_ptr<ConnectionTable>> tables;  // per io thread
  std::vector<std::shared_ptr<Listener>> listeners;
};

}  // namespace parley
