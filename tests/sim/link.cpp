#include "sim/link.hpp"

#include <algorithm>
#include <utility>

namespace parley::sim {
namespace {

/// After which a server gives up to say goodbye.
constexpr Duration kLinger{5000};

}  // namespace

Link::Link(World& world, Server& server, std::size_t io, LinkEnd& end, LinkSpeed speed, Corpus* corpus)
    : world_(world), server_(server), io_(io), end_(&end), speed_(speed), corpus_(corpus) {}

Link::~Link() = default;

Duration Link::delay() {
  return Duration(static_cast<std::int64_t>(1 + world_.dice().below(speed_.delay_ms)));
}

void Link::open() {
  world_.at(delay(), [self = shared_from_this()] {
    if (self->cut_ || !self->server_.is_open()) return;
    self->server_.ios[self->io_]->post([self] {
      if (self->cut_) return;
      self->heard_at_ = self->world_.uptime();
      self->session_ = std::make_unique<Session>(self->server_.node->io(self->io_), *self);
      if (self->end_ != nullptr) self->end_->link_opened();
    });
  });
}

void Link::carry(Way& way, std::size_t bytes, Task arrives) {
  way.last = std::max(way.last, world_.uptime() + delay());
  if (speed_.bytes_per_ms != 0) way.last += Duration(static_cast<std::int64_t>(bytes / speed_.bytes_per_ms));
  world_.at(way.last - world_.uptime(), [self = shared_from_this(), &way, arrives = std::move(arrives)]() mutable {
    if (self->cut_ || way.deaf) return;
    if (way.held) {
      way.held_back.push_back(std::move(arrives));
    } else {
      arrives();
    }
  });
}

void Link::hold(LinkWay which, bool on) {
  Way& way = which == LinkWay::up ? up_ : down_;
  way.held = on;
  while (!way.held && !way.held_back.empty() && !cut_ && !way.deaf) {
    Task arrives = std::move(way.held_back.front());
    way.held_back.pop_front();
    arrives();
  }
}

void Link::deafen(LinkWay way) {
  (way == LinkWay::up ? up_ : down_).deaf = true;
}

// ---- to the server -----------------------------------------------------------------------------------------------

void Link::send_to_server(std::string bytes) {
  if (cut_) return;
  if (corpus_ != nullptr) corpus_->client_frame(bytes);
  carry(up_, bytes.size(), [this, bytes = std::move(bytes)]() mutable { arrived_up(std::move(bytes)); });
}

void Link::arrived_up(std::string bytes) {
  heard();
  server_.ios[io_]->post([self = shared_from_this(), bytes = std::move(bytes)] {
    if (!self->cut_ && self->session_) self->session_->on_message(FrameKind::binary, bytes);
  });
}

void Link::heard() {
  heard_at_ = world_.uptime();
  pinged_ = false;
}

void Link::tick(Duration now) {
  if (cut_ || !session_) return;
  if (end_ != nullptr) end_->server_looked(server_.clock.now());
  const Duration heartbeat(static_cast<std::int64_t>(server_.limits.heartbeat_ms));
  const Duration grace(static_cast<std::int64_t>(server_.limits.heartbeat_grace_ms));
  if (now >= heard_at_ + heartbeat + grace) return cut();
  if (now >= heard_at_ + heartbeat && !std::exchange(pinged_, true)) ping();
}

// ---- to the device -----------------------------------------------------------------------------------------------

void Link::send(FrameKind, std::string_view payload) {
  if (cut_) return;
  if (corpus_ != nullptr) corpus_->server_frame(payload);
  if (end_ != nullptr) end_->server_says(payload, queued_);
  queued_ += payload.size();
  carry(down_, payload.size(), [this, bytes = std::string(payload)]() mutable { arrived_down(std::move(bytes)); });
}

void Link::send(FrameKind kind, std::shared_ptr<const std::string> payload) {
  send(kind, std::string_view(*payload));
}

void Link::arrived_down(std::string bytes) {
  queued_ -= bytes.size();
  if (end_ != nullptr) end_->link_frame(std::move(bytes));
  if (queued_ != 0 || cut_) return;
  server_.ios[io_]->post([self = shared_from_this()] {
    if (!self->cut_ && self->session_ && self->queued_ == 0) self->session_->on_drained();
  });
}

void Link::ping() {
  if (cut_) return;
  carry(down_, 0, [this] {
    if (end_ == nullptr) return;
    end_->link_pinged();
    carry(up_, 0, [this] { heard(); });
  });
}

// ---- ends --------------------------------------------------------------------------------------------------------

void Link::end_server() {
  unnoticed_.reset();
  if (!server_.node) return;
  server_.ios[io_]->post([self = shared_from_this()] {
    if (!self->session_) return;
    self->session_->on_closed();
    self->session_.reset();
  });
}

void Link::tell_device(std::uint16_t code) {
  if (end_ != nullptr) std::exchange(end_, nullptr)->link_closed(code);
}

void Link::close(std::uint16_t code, std::string_view) {
  if (cut_) return;
  // Also where frames are held: who does not read is told why as soon as it looks.
  down_.last = std::max(down_.last, world_.uptime() + delay());
  world_.at(down_.last - world_.uptime(), [self = shared_from_this(), code] {
    if (self->cut_ || self->down_.deaf) return;
    self->cut_ = true;
    self->end_server();
    self->tell_device(code);
  });
  world_.at(kLinger, [self = shared_from_this()] { self->cut(); });
}

void Link::close_by_device() {
  end_ = nullptr;
  if (cut_) return;
  if (up_.deaf) {
    unnoticed_ = shared_from_this();
    return;
  }
  cut_ = true;
  end_server();
}

void Link::cut() {
  if (cut_) return;
  cut_ = true;
  const auto self = shared_from_this();
  end_server();
  if (down_.deaf) return;
  world_.at(delay(), [self = shared_from_this()] { self->tell_device(0); });
}

void Link::server_died() {
  const auto self = shared_from_this();
  session_.reset();
  unnoticed_.reset();
  if (cut_) return;
  cut_ = true;
  if (down_.deaf) return;
  world_.at(delay(), [self = shared_from_this()] { self->tell_device(0); });
}

}  // namespace parley::sim
