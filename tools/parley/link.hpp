// The live connection: a WebSocket client over a NetStream.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "parley/address.hpp"

namespace boost::asio {
class io_context;
}

namespace parley::cli {

/// One connection at a time. Nothing of an earlier connection is told after close() or open().
class Link {
 public:
  struct Events {
    std::function<void()> opened;
    /// 0: there was no close frame, or no connection; then `problem` may say why.
    std::function<void(std::uint16_t code, const std::string& problem)> closed;
    std::function<void(std::string_view message)> message;
    std::function<void()> heard;  // a ping
  };

  /// The events are called on `io`, never from within a call of this class.
  Link(boost::asio::io_context& io, Address address, Events events);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void open();
  /// One binary message; leaves with all else that is sent in this turn.
  void send(std::string_view message);
  void close(std::uint16_t code);

 private:
  class Connection;
  boost::asio::io_context& io_;
  Address address_;
  Events events_;
  std::shared_ptr<Connection> connection_;
};

}  // namespace parley::cli
