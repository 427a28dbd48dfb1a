#include "gateway/gateway.hpp"

#include <future>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "gateway/inherited_sockets.hpp"
#include "gateway/listener.hpp"
#include "gateway/shared.hpp"

namespace parley {
namespace {

// Runs `task` on `thread` and waits for it.
template <class Function>
void run_on(IoThread& thread, Function task) {
  PARLEY_ASSERT(!thread.is_current());
  std::promise<void> done;
  thread.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

Admission::Options admission_options(const GatewayOptions& options) {
  return {options.limits.connections, options.limits.unauthenticated_per_address, options.limit_loopback,
          options.memory};
}

}  // namespace

GatewayMetrics::GatewayMetrics(Metrics& metrics)
    : all(metrics),
      accepted(metrics.counter("parley_connections_accepted_total", "Connections accepted.")),
      accept_paused(metrics.counter("parley_accept_paused_total", "Times accepting paused for want of descriptors.")),
      bytes_in(metrics.counter("parley_bytes_in_total", "Bytes read from connections.")),
      bytes_out(metrics.counter("parley_bytes_out_total", "Bytes written to connections.")),
      http_requests(metrics.counter("parley_http_requests_total", "HTTP requests.")),
      messages_in(metrics.counter("parley_frames_in_total", "WebSocket messages received.")),
      messages_out(metrics.counter("parley_frames_out_total", "WebSocket messages sent.")),
      dead_peers(metrics.counter("parley_dead_peers_total", "Connections dropped because no answer to a ping came.")),
      http_connections(metrics.gauge("parley_connections", "Open connections.", {{"state", "http"}})),
      greeting_connections(metrics.gauge("parley_connections", "Open connections.", {{"state", "greeting"}})),
      established_connections(metrics.gauge("parley_connections", "Open connections.", {{"state", "established"}})) {}

Counter& GatewayMetrics::refused(ErrorCode code) {
  return all.counter("parley_connections_refused_total", "Connections and requests the gateway refused, by name.",
                     {{"name", std::string(error_info(code).name)}});
}

Gateway::Shared::Shared(IoPool& io_pool, const Clock& io_clock, Metrics& registry, GatewayOptions how,
                        ConnectionHandlerFactory handlers, HttpHandler& http_handler)
    : pool(io_pool),
      clock(io_clock),
      metrics(registry),
      options(std::move(how)),
      origins(options.allowed_origins),
      factory(std::move(handlers)),
      http(http_handler),
      admission(pool.at(0), pool.size(), admission_options(options)) {
  for (std::size_t i = 0; i < pool.size(); ++i) {
    tables.push_back(std::make_unique<ConnectionTable>(*this, pool.at(i)));
  }
}

Gateway::Shared::~Shared() = default;

Gateway::Gateway(IoPool& pool, const Clock& clock, Metrics& metrics, GatewayOptions options,
                 ConnectionHandlerFactory factory, HttpHandler& http)
    : shared_(std::make_unique<Shared>(pool, clock, metrics, std::move(options), std::move(factory), http)) {}

Gateway::~Gateway() = default;

Result<void> Gateway::listen(std::vector<int> inherited) {
  InheritedSockets sockets(std::move(inherited));
  IoThread& accepting = shared_->pool.at(0);
  std::vector<std::shared_ptr<Listener>> listeners;
  for (const ListenAddress& address : shared_->options.listen) {
    if (address.secure && !shared_->tls) {
      if (auto loaded = reload(); !loaded) return loaded;
    }
    auto listener = Listener::open(*shared_, accepting, address, sockets);
    if (!listener) return fail(std::move(listener.error()));
    listeners.push_back(std::move(*listener));
  }
  if (const std::string left = sockets.left(); !left.empty()) {
    return fail(ErrorCode::invalid_argument,
                "A socket was handed over that `listen` does not name: " + left + ". Make both the same.");
  }
  for (auto& table : shared_->tables) {
    run_on(table->thread(), [&] { table->start(); });
  }
  shared_->listeners = std::move(listeners);
  run_on(accepting, [&] {
    for (auto& listener : shared_->listeners) listener->start();
  });
  return {};
}

std::vector<ListenAddress> Gateway::listening() const {
  std::vector<ListenAddress> addresses;
  for (const auto& listener : shared_->listeners) addresses.push_back(listener->address());
  return addresses;
}

Result<void> Gateway::reload() {
  if (shared_->options.tls.certificate.empty() || shared_->options.tls.key.empty()) {
    return fail(ErrorCode::invalid_argument, "TLS needs a certificate and a key.");
  }
  auto loaded = TlsContext::load(shared_->options.tls);
  if (!loaded) return fail(std::move(loaded.error()));
  run_on(shared_->pool.at(0), [&] { shared_->tls = std::move(*loaded); });
  return {};
}

void Gateway::stop_accepting() {
  run_on(shared_->pool.at(0), [&] {
    for (auto& listener : shared_->listeners) listener->stop();
  });
}

void Gateway::close_all(std::uint16_t code, std::string reason, Duration grace) {
  shared_->draining = true;
  for (auto& table : shared_->tables) {
    IoThread& thread = table->thread();
    thread.post([&table = *table, code, reason] { table.close_all(code, reason); });
    thread.post_after(grace, [&table = *table] { table.drop_all(); });
  }
}

bool Gateway::wait_until_closed(Duration limit) {
  return shared_->admission.wait_until_empty(limit);
}

std::size_t Gateway::connections() const {
  return shared_->admission.connections();
}

}  // namespace parley
