#include "gateway/http_connection.hpp"

#include <exception>

#include "base/log.hpp"
#include "gateway/http_response.hpp"
#include "gateway/shared.hpp"
#include "gateway/web_socket_connection.hpp"
#include "gateway/web_socket_upgrade.hpp"

namespace parley {
namespace {
constexpr std::uint64_t kLingerMs = 2000;
// Answers that wait beyond this stop the next request of a pipeline.
constexpr std::size_t kMaxWaiting = 65536;
}  // namespace

// What a handler is given. Destroyed without a call it answers for the handler, so that no client waits for ever.
struct HttpConnection::Responder {
  std::weak_ptr<HttpConnection> connection;
  const IoThread* thread;

  Responder(std::weak_ptr<HttpConnection> to, const IoThread& on) : connection(std::move(to)), thread(&on) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder() {
    // On another thread this is a task destroyed at the end of a pool: the connection goes with it.
    if (thread->is_current()) answer(error_response(ErrorCode::internal));
  }
  void operator()(HttpResponse response) { answer(std::move(response)); }
  void answer(HttpResponse response) {
    if (const auto self = std::exchange(connection, {}).lock()) self->respond(std::move(response));
  }
};

void HttpConnection::open(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const ClientAddress& peer,
                          std::optional<Error> refusal) {
  auto connection =
      std::make_shared<HttpConnection>(table, std::move(stream), std::move(ticket), peer, std::move(refusal));
  table.add(connection);
  // The TLS handshake and the first request share one time.
  connection->enter(Phase::idle, connection->refusal_ ? kLingerMs : table.shared().options.limits.http_request_ms);
  connection->read_more();
}

HttpConnection::HttpConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const ClientAddress& peer,
                               std::optional<Error> refusal)
    : StreamConnection(table, std::move(stream), std::move(ticket), nullptr),
      parser_(table.shared().options.limits.http_header_bytes, table.shared().options.http_body_bytes),
      peer_(peer),
      refusal_(std::move(refusal)) {
  table.shared().metrics.http_connections.add(1);
  if (refusal_) ++table.shared().refusing;
}

HttpConnection::~HttpConnection() = default;

void HttpConnection::on_dropped() {
  table().shared().metrics.http_connections.add(-1);
  if (refusal_) --table().shared().refusing;
}

void HttpConnection::enter(Phase phase, std::uint64_t limit_ms) {
  phase_ = phase;
  due_ = table().now() + Duration(static_cast<std::int64_t>(limit_ms));
  table().set_deadline(*this, due_);
}

Duration HttpConnection::on_deadline(Duration now) {
  const Duration request_time(static_cast<std::int64_t>(table().shared().options.limits.http_request_ms));
  if (now < due_) return due_;
  switch (phase_) {
    case Phase::idle:
    case Phase::lingering:
      drop();
      break;
    case Phase::head:
    case Phase::body:
      refuse(ErrorCode::timeout);
      break;
    case Phase::handling:
      due_ = now + request_time;
      break;
    case Phase::writing:
      if (waiting_bytes() >= waiting_before_) {
        drop();
      } else {
        waiting_before_ = waiting_bytes();
        due_ = now + request_time;
      }
      break;
  }
  return due_;
}

void HttpConnection::on_shutdown(std::uint16_t, std::string_view) {
  if (phase_ == Phase::idle && waiting_bytes() == 0) drop();
}

void HttpConnection::on_input(std::span<char> bytes) {
  if (phase_ == Phase::lingering) return read_more();
  parser_.feed({bytes.data(), bytes.size()});
  if (is_reading()) process();
}

void HttpConnection::on_end() {
  ended_ = true;
  if (phase_ != Phase::handling && waiting_bytes() == 0) drop();
}

void HttpConnection::on_flushed() {
  if (phase_ == Phase::handling) return;
  if (phase_ == Phase::lingering) shutdown_write();
  if (ended_) return drop();
  if (phase_ != Phase::writing) return;
  enter(Phase::idle, table().shared().options.limits.http_idle_ms);
  process();
}

void HttpConnection::process() {
  if (processing_) return;
  processing_ = true;
  while (is_open() && is_reading()) {
    if (parser_.state() == HttpParser::State::complete) {
      on_request();
    } else if (parser_.state() == HttpParser::State::failed) {
      refuse(parser_.error());
    } else {
      wait_for_bytes();
      break;
    }
  }
  processing_ = false;
}

void HttpConnection::wait_for_bytes() {
  const Limits& limits = table().shared().options.limits;
  if (parser_.state() == HttpParser::State::body) {
    if (phase_ != Phase::body) enter(Phase::body, limits.http_request_ms);
    if (parser_.expects_continue() && !std::exchange(said_continue_, true)) {
      outbox().append("HTTP/1.1 100 Continue\r\n\r\n");
      flush_later();
    }
  } else if (parser_.started() && phase_ == Phase::idle) {
    enter(Phase::head, limits.http_request_ms);
  }
  read_more();
}

PeerInfo HttpConnection::peer_info(const HttpRequest& request, const ClientAddress& client) {
  PeerInfo info;
  info.address = address_text(client.key);
  info.origin = request.header("origin");
  info.io_thread = table().thread().index();
  info.executor = &table().thread();
  info.secure = client.secure;
  info.proxied = client.proxied;
  return info;
}

void HttpConnection::on_request() {
  auto& shared = table().shared();
  shared.metrics.http_requests.add();
  HttpRequest request = parser_.take_request();
  keep_alive_ = parser_.keep_alive();
  head_only_ = parser_.is_head();
  said_continue_ = false;
  origin_ = request.header("origin");
  enter(Phase::handling, shared.options.limits.http_request_ms);
  if (refusal_) {
    keep_alive_ = false;
    return respond(error_response(*refusal_));
  }
  const ClientAddress client = client_of(request, peer_, shared.options.trusted_proxies);
  if (request.path == shared.options.web_socket_path) return upgrade(request, client);
  if (OriginPolicy::is_preflight(request)) return respond(shared.origins.answer_preflight(request));
  if (request.method == "OPTIONS") {
    HttpResponse response;
    response.status = 204;
    response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return respond(std::move(response));
  }
  request.peer = peer_info(request, client);
  request.origin_allowed = shared.origins.allows(origin_, request.header("host"));
  const auto self = std::static_pointer_cast<HttpConnection>(shared_from_this());
  try {
    shared.http.handle(std::move(request), Responder(self, table().thread()));
  } catch (const std::exception& error) {
    log::error("http_handler_failed", {{"what", error.what()}});  // the responder has answered
  }
}

void HttpConnection::upgrade(const HttpRequest& request, const ClientAddress& client) {
  auto& shared = table().shared();
  if (shared.draining) return respond(error_response(ErrorCode::draining));
  auto answer = answer_upgrade(request, parser_.wants_web_socket() && parser_.is_http_1_1(), shared.origins);
  if (!answer) {
    if (answer.error().status == 403) shared.metrics.refused(ErrorCode::origin_not_allowed).add();
    return respond(std::move(answer.error()));
  }
  // From now on it is one client's, whatever proxy it came through.
  if (client.proxied && !ticket().is_counted() && !shared.options.trusted_proxies.holds(client.key)) {
    if (auto counted = ticket().count_for(client.key); !counted) {
      shared.metrics.refused(counted.error().code).add();
      return respond(error_response(counted.error()));
    }
  }
  outbox().append(serialise_response(*answer, {}));
  const PeerInfo info = peer_info(request, client);
  std::string rest = parser_.take_rest();
  on_dropped();
  auto stream = give_stream();
  WebSocketConnection::open(table(), std::move(stream), std::move(ticket()), give_outbox(), info, std::move(rest));
}

void HttpConnection::respond(HttpResponse response) {
  if (!is_open() || phase_ != Phase::handling) return;
  table().shared().origins.add_headers(response, origin_);
  const bool keep = keep_alive_ && !ended_ && !table().shared().draining;
  write(std::move(response), keep);
  if (!keep) return;
  if (waiting_bytes() > kMaxWaiting) {
    waiting_before_ = waiting_bytes();
    enter(Phase::writing, table().shared().options.limits.http_request_ms);
    parser_.next();
    return;
  }
  enter(Phase::idle, table().shared().options.limits.http_idle_ms);
  parser_.next();
  process();
}

void HttpConnection::refuse(const Error& error) {
  head_only_ = false;
  table().shared().metrics.refused(error.code).add();
  HttpResponse response = error_response(error);
  table().shared().origins.add_headers(response, origin_);
  write(std::move(response), false);
}

void HttpConnection::write(HttpResponse response, bool keep_alive) {
  outbox().append_owned(serialise_response(response, {.keep_alive = keep_alive, .head_only = head_only_}));
  if (response.shared_body) outbox().append_shared(std::move(response.shared_body));
  flush_later();
  if (keep_alive) return;
  // The rest of what the client sends is read and thrown away for a while: closing with unread bytes would reset the
  // connection and take the answer with it.
  enter(Phase::lingering, kLingerMs);
  read_more();
}

}  // namespace parley
