// A byte stream to the server, plain or TLS, as coroutines. For http.cpp and link.cpp only: its headers are heavy.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <string>

#include "parley/address.hpp"

namespace parley::cli {

namespace asio = boost::asio;
using ErrorText = std::string;

/// Completions as tuples: a lost connection is a normal branch.
inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

class NetStream {
 public:
  NetStream(asio::io_context& io, const Address& address);

  /// Resolves, connects and greets; empty text: done.
  asio::awaitable<ErrorText> open();
  /// Bytes read; 0: the end, or a fault.
  asio::awaitable<std::size_t> read(char* data, std::size_t size);
  /// False: the connection is gone.
  asio::awaitable<bool> write(const char* data, std::size_t size);
  void close();

 private:
  Address address_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  asio::ssl::context context_;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
};

}  // namespace parley::cli
