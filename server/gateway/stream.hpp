// One accepted socket, plain or TLS, without buffers of its own; for this folder's .cpp files only.
#pragma once

#include <sys/uio.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <span>

#include "gateway/tls.hpp"

namespace parley {

class Stream {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  /// What to wait for, or how it ended. `moved` is what was read or written before, also when not ok.
  enum class Status : std::uint8_t { ok, wait_read, wait_write, end, failed };
  struct Outcome {
    Status status = Status::ok;
    std::size_t moved = 0;
  };

  /// The socket is non-blocking; `ssl` is null for a plain stream. The TLS handshake happens inside read and write.
  Stream(Socket socket, SslHandle ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {}

  /// One read into `into`; ok means that there may be more at once.
  Outcome read(std::span<char> into);
  /// As read(), but leaves the bytes where they are; of a plain stream.
  Outcome peek(std::span<char> into);
  /// Writes from the front of `from`. What follows a wait_write has to begin with the same bytes and be no shorter.
  Outcome write(std::span<const iovec> from);
  /// Bytes that TLS holds decrypted: no readiness will tell of them.
  [[nodiscard]] bool has_pending() const;
  /// Tells the peer that nothing more comes.
  void shutdown_write();
  void close();

  [[nodiscard]] bool is_secure() const { return ssl_ != nullptr; }
  Socket& socket() { return socket_; }
  [[nodiscard]] const Socket& socket() const { return socket_; }

 private:
  Outcome receive(std::span<char> into, int flags);
  Outcome read_tls(std::span<char> into);
  Outcome write_tls(std::span<const iovec> from);
  [[nodiscard]] Status tls_status(int result) const;

  Socket socket_;
  SslHandle ssl_;
};

}  // namespace parley
