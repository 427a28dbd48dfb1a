// One listening socket. For this folder's .cpp files.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "gateway/gateway.hpp"
#include "gateway/inherited_sockets.hpp"

namespace parley {

/// Accepts on one io thread and hands each connection to the one with the fewest.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  /// Bound and listening, on a socket of `inherited` where one fits; accepts from start() on. Any thread, as everything
  /// before start().
  static Result<std::shared_ptr<Listener>> open(Gateway::Shared& shared, IoThread& accepting,
                                                const ListenAddress& address, InheritedSockets& inherited);
  Listener(Gateway::Shared& shared, IoThread& accepting, const ListenAddress& address);

  [[nodiscard]] const ListenAddress& address() const { return address_; }
  /// On the accepting thread.
  void start();
  void stop();

 private:
  void wait();
  void accept_some();
  void hand_over(int descriptor, const void* address);
  void turn_away(int descriptor, const AddressKey& peer);
  void pause(int error);

  Gateway::Shared& shared_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;
  ListenAddress address_;
  bool stopped_ = false;
  bool told_ = false;  // that accepting is paused
  Duration tell_again_at_{};
};

}  // namespace parley
