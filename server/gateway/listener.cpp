#include "gateway/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "gateway/event_loop.hpp"
#include "gateway/http_connection.hpp"
#include "gateway/proxy_connection.hpp"
#include "gateway/shared.hpp"

namespace parley {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// At once, before other work gets its turn.
constexpr int kAcceptsPerTurn = 64;
constexpr auto kPause = std::chrono::milliseconds(100);
// One line of the log for all who knock where only proxies may.
constexpr Duration kTellAgain{60'000};

AddressKey key_of(const asio::ip::address& address) {
  const auto v6 = address.is_v6() ? address.to_v6() : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
  AddressKey key{};
  const auto bytes = v6.to_bytes();
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

asio::ip::tcp::endpoint endpoint_of(const sockaddr_storage& from) {
  asio::ip::tcp::endpoint endpoint;
  const std::size_t size = from.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  std::memcpy(endpoint.data(), &from, size);
  endpoint.resize(size);
  return endpoint;
}

/// What a connection needs to be served, on whichever io thread.
struct Arrival {
  int descriptor = -1;
  asio::ip::tcp protocol = asio::ip::tcp::v4();
  AddressKey peer{};
  AdmissionTicket ticket;
  std::shared_ptr<const TlsContext> tls;  // null: plain
  bool proxy = false;
};

void serve(ConnectionTable& table, Arrival arrival, std::optional<Error> refusal) {
  error_code failed;
  Stream::Socket socket(table.thread().loop().context);
  socket.assign(arrival.protocol, arrival.descriptor, failed);
  if (!failed && arrival.proxy) {
    return ProxyConnection::open(table, Stream(std::move(socket), nullptr), std::move(arrival.ticket), arrival.peer,
                                 std::move(arrival.tls));
  }
  SslHandle ssl;
  if (!failed && arrival.tls) ssl = arrival.tls->accept(arrival.descriptor);
  if (failed || (arrival.tls && !ssl)) {
    log::error("connection_not_set_up", {{"what", failed.message()}});
    if (failed) ::close(arrival.descriptor);
    arrival.ticket.release();
    return;
  }
  const ClientAddress peer{arrival.peer, ssl != nullptr, false};
  HttpConnection::open(table, Stream(std::move(socket), std::move(ssl)), std::move(arrival.ticket), peer,
                       std::move(refusal));
}

void bind(asio::ip::tcp::acceptor& acceptor, const asio::ip::tcp::endpoint& endpoint, error_code& failed) {
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
}

}  // namespace

Listener::Listener(Gateway::Shared& shared, IoThread& accepting, const ListenAddress& address)
    : shared_(shared), acceptor_(accepting.loop().context), timer_(accepting.loop().context), address_(address) {}

Result<std::shared_ptr<Listener>> Listener::open(Gateway::Shared& shared, IoThread& accepting,
                                                 const ListenAddress& address, InheritedSockets& inherited) {
  const auto problem = [&](const error_code& failed) {
    return fail(ErrorCode::invalid_argument,
                "Cannot listen on " + address.host + ":" + std::to_string(address.port) + ": " + failed.message());
  };
  error_code failed;
  asio::ip::tcp::resolver resolver(accepting.loop().context);
  const auto found =
      resolver.resolve(address.host, std::to_string(address.port),
                       asio::ip::tcp::resolver::passive | asio::ip::tcp::resolver::numeric_service, failed);
  if (failed || found.empty()) return problem(failed);
  // A name such as localhost may mean both families; one listener is one of them.
  asio::ip::tcp::endpoint endpoint = found.begin()->endpoint();
  for (const auto& entry : found) {
    if (endpoint.address().is_v6() && entry.endpoint().address().is_v4()) endpoint = entry.endpoint();
  }
  auto listener = std::make_shared<Listener>(shared, accepting, address);
  auto& acceptor = listener->acceptor_;
  if (const auto descriptor = inherited.take(endpoint)) {
    acceptor.assign(endpoint.protocol(), *descriptor, failed);
  } else {
    bind(acceptor, endpoint, failed);
  }
  if (!failed) acceptor.native_non_blocking(true, failed);
  if (failed) return problem(failed);
  listener->address_.host = endpoint.address().to_string();
  listener->address_.port = acceptor.local_endpoint(failed).port();
  return listener;
}

void Listener::start() {
  wait();
}

void Listener::stop() {
  stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  timer_.cancel();
}

void Listener::wait() {
  acceptor_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](error_code failed) {
    if (!failed && !self->stopped_) self->accept_some();
  });
}

void Listener::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof(from);
    const int descriptor =
        ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      told_ = false;
      hand_over(descriptor, &from);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return pause(errno);
    // Anything else is the trouble of that one connection (accept(2): ECONNABORTED, ENETDOWN, EPROTO …).
  }
  wait();
}

// Out of descriptors: those who wait stay in the kernel's queue until some connection has closed.
void Listener::pause(int error) {
  shared_.metrics.accept_paused.add();
  if (!std::exchange(told_, true)) log::error("accept_paused", {{"reason", std::strerror(error)}});
  timer_.expires_after(kPause);
  timer_.async_wait([self = shared_from_this()](error_code failed) {
    if (!failed && !self->stopped_) self->accept_some();
  });
}

void Listener::hand_over(int descriptor, const void* address) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const auto from = endpoint_of(*static_cast<const sockaddr_storage*>(address));
  Arrival arrival{descriptor, from.protocol(), key_of(from.address()), {}, nullptr, address_.proxy};
  if (address_.secure) arrival.tls = shared_.tls;
  const bool trusted = shared_.options.trusted_proxies.holds(arrival.peer);
  if (address_.proxy && !trusted) return turn_away(descriptor, arrival.peer);
  auto ticket = shared_.admission.admit(arrival.peer, !trusted);
  if (!ticket) {
    shared_.metrics.refused(ticket.error().code).add();
    // A client behind a proxy cannot be told: TLS may be what it speaks, behind a header that nobody has read.
    if (shared_.refusing >= kMaxRefusing || address_.proxy) {
      ::close(descriptor);
    } else {
      serve(*shared_.tables[0], std::move(arrival), ticket.error());
    }
    return;
  }
  shared_.metrics.accepted.add();
  auto& table = *shared_.tables[Admission::io_thread_of(*ticket)];
  arrival.ticket = std::move(*ticket);
  table.thread().post(
      [&table, arrival = std::move(arrival)]() mutable { serve(table, std::move(arrival), std::nullopt); });
}

// Only the proxies may speak here, so nobody else is worth an answer.
void Listener::turn_away(int descriptor, const AddressKey& peer) {
  ::close(descriptor);
  shared_.metrics.refused(ErrorCode::not_allowed).add();
  const Duration now = shared_.clock.uptime();
  if (now < tell_again_at_) return;
  tell_again_at_ = now + kTellAgain;
  log::warning("peer_is_no_trusted_proxy", {{"peer", address_text(peer)}, {"port", address_.port}});
}

}  // namespace parley
