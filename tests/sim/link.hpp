// A connection between a device and a node: it has delay, order and perhaps little room, and can be cut, go deaf or
// stand still at any moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "node/connection.hpp"
#include "node/session.hpp"
#include "sim/corpus.hpp"
#include "sim/server.hpp"
#include "sim/world.hpp"

namespace parley::sim {

/// What a device learns of its connection.
class LinkEnd {
 public:
  virtual ~LinkEnd() = default;
  virtual void link_opened() = 0;
  virtual void link_frame(std::string bytes) = 0;
  virtual void link_closed(std::uint16_t code) = 0;
  /// A ping of WebSocket, which the other end's library answers by itself.
  virtual void link_pinged() {}
  /// What the server sends, at the moment it does so, while `queued` bytes wait. For checks: a device does not know it.
  virtual void server_says(std::string_view /*bytes*/, std::size_t /*queued*/) {}
  /// The server has looked after its sessions, at that time by its clock. For checks as well.
  virtual void server_looked(Time /*servers_clock*/) {}
};

/// How fast a connection is.
struct LinkSpeed {
  std::uint64_t delay_ms = 60;     // at most, each way
  std::uint64_t bytes_per_ms = 0;  // to the device; 0: any number
};

enum class LinkWay : std::uint8_t { up, down };  // to the server, to the device

class Link final : public Connection, public std::enable_shared_from_this<Link> {
 public:
  Link(World& world, Server& server, std::size_t io, LinkEnd& end, LinkSpeed speed, Corpus* corpus);
  ~Link() override;

  // The device's side.
  void open();
  void send_to_server(std::string bytes);
  /// The device lets go: nothing more is told to it.
  void close_by_device();

  // What goes wrong.
  /// Both ends lose it, with all that is on its way; the server learns it, and soon the device, unless it is deaf.
  void cut();
  /// As when the server's process dies: there is nobody to tell on that side.
  void server_died();
  /// While on hold nothing arrives on that way; afterwards all of it does.
  void hold(LinkWay way, bool on);
  /// From now on nothing arrives on that way, and nobody learns why.
  void deafen(LinkWay way);
  /// Looks after a silent device, as gateway/web_socket_connection.cpp does.
  void tick(Duration now);

  [[nodiscard]] const Server& server() const { return server_; }
  [[nodiscard]] std::size_t io() const { return io_; }
  [[nodiscard]] bool is_cut() const { return cut_; }

  // Connection: the server's side.
  void send(FrameKind kind, std::string_view payload) override;
  void send(FrameKind kind, std::shared_ptr<const std::string> payload) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return queued_; }
  void ping() override;
  void close(std::uint16_t code, std::string_view reason) override;
  void set_message_limit(std::size_t) override {}
  void established() override {}

 private:
  /// One way of it.
  struct Way {
    Duration last{0};  // when the last thing arrives
    bool held = false;
    bool deaf = false;
    std::deque<Task> held_back;
  };
  Duration delay();
  /// Runs `arrives` when what is sent now has come through `way`, if it ever does.
  void carry(Way& way, std::size_t bytes, Task arrives);
  void end_server();
  void tell_device(std::uint16_t code);
  void arrived_up(std::string bytes);
  void arrived_down(std::string bytes);
  void heard();

  World& world_;
  Server& server_;
  std::size_t io_;
  LinkEnd* end_;
  const LinkSpeed speed_;
  Corpus* corpus_;
  std::unique_ptr<Session> session_;
  std::shared_ptr<Link> unnoticed_;  // itself: the device is gone, and the server does not know
  std::size_t queued_ = 0;
  Way up_, down_;
  Duration heard_at_{0};
  bool pinged_ = false;
  bool cut_ = false;
};

}  // namespace parley::sim
