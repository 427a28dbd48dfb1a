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
#include "gateway/shared.hpp"

namespace parley {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// At once, before other work gets its turn.
constexpr int kAcceptsPerTurn = 64;
constexpr auto kPause = std::chrono::milliseconds(100);
// Refused connections that are told why; beyond, they are closed without a word.
constexpr std::size_t kMaxRefusing = 64;

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

void serve(ConnectionTable& table, int descriptor, const asio::ip::tcp::endpoint& from, AdmissionTicket ticket,
           const std::shared_ptr<const TlsContext>& tls, std::optional<Error> refusal) {
  error_code failed;
  Stream::Socket socket(table.thread().loop().context);
  socket.assign(from.protocol(), descriptor, failed);
  SslHandle ssl;
  if (!failed && tls) ssl = tls->accept(descriptor);
  if (failed || (tls && !ssl)) {
    log::error("connection_not_set_up", {{"what", failed.message()}});
    if (failed) ::close(descriptor);
    ticket.release();
    return;
  }
  HttpConnection::open(table, Stream(std::move(socket), std::move(ssl)), std::move(ticket), from.address().to_string(),
                       std::move(refusal));
}

}  // namespace

Listener::Listener(Gateway::Shared& shared, IoThread& accepting, bool secure)
    : shared_(shared), acceptor_(accepting.loop().context), timer_(accepting.loop().context) {
  address_.secure = secure;
}

Result<std::shared_ptr<Listener>> Listener::open(Gateway::Shared& shared, IoThread& accepting,
                                                 const ListenAddress& address) {
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
  auto listener = std::make_shared<Listener>(shared, accepting, address.secure);
  auto& acceptor = listener->acceptor_;
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
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
  auto ticket = shared_.admission.admit(key_of(from.address()));
  if (!ticket) {
    shared_.metrics.refused(ticket.error().code).add();
    auto& table = *shared_.tables[0];
    if (shared_.refusing >= kMaxRefusing) {
      ::close(descriptor);
    } else {
      serve(table, descriptor, from, {}, address_.secure ? shared_.tls : nullptr, ticket.error());
    }
    return;
  }
  shared_.metrics.accepted.add();
  auto& table = *shared_.tables[Admission::io_thread_of(*ticket)];
  table.thread().post(
      [&table, descriptor, from, ticket = std::move(*ticket), tls = address_.secure ? shared_.tls : nullptr]() mutable {
        serve(table, descriptor, from, std::move(ticket), tls, std::nullopt);
      });
}

}  // namespace parley
