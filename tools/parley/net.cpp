#include "parley/net.hpp"

#include <fmt/format.h>

#include <boost/asio/write.hpp>

namespace parley::cli {

NetStream::NetStream(asio::io_context& io, const Address& address)
    : address_(address), resolver_(io), socket_(io), context_(asio::ssl::context::tls_client) {}

asio::awaitable<ErrorText> NetStream::open() {
  auto [resolve_error, endpoints] = co_await resolver_.async_resolve(address_.host, address_.port, kTuple);
  if (resolve_error) co_return fmt::format("{} cannot be found: {}", address_.host, resolve_error.message());
  auto [connect_error, endpoint] = co_await asio::async_connect(socket_, endpoints, kTuple);
  if (connect_error) co_return fmt::format("{} does not answer: {}", address_.url(), connect_error.message());
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (!address_.tls) co_return ErrorText();

  boost::system::error_code error;
  context_.set_default_verify_paths(error);
  if (!address_.ca_file.empty()) {
    context_.load_verify_file(address_.ca_file, error);
    if (error) co_return fmt::format("{} holds no certificates: {}", address_.ca_file, error.message());
  }
  context_.set_verify_mode(asio::ssl::verify_peer);
  tls_.emplace(socket_, context_);
  tls_->set_verify_callback(asio::ssl::host_name_verification(address_.host));
  SSL_set_tlsext_host_name(tls_->native_handle(), address_.host.c_str());
  auto [greeting_error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kTuple);
  if (greeting_error) {
    co_return fmt::format("{} cannot be trusted: {} (--ca FILE names a certificate to trust)", address_.url(),
                          greeting_error.message());
  }
  co_return ErrorText();
}

asio::awaitable<std::size_t> NetStream::read(char* data, std::size_t size) {
  const auto buffer = asio::buffer(data, size);
  if (tls_) {
    auto [error, count] = co_await tls_->async_read_some(buffer, kTuple);
    co_return error ? 0 : count;
  }
  auto [error, count] = co_await socket_.async_read_some(buffer, kTuple);
  co_return error ? 0 : count;
}

asio::awaitable<bool> NetStream::write(const char* data, std::size_t size) {
  const auto buffer = asio::buffer(data, size);
  if (tls_) {
    auto [error, count] = co_await asio::async_write(*tls_, buffer, kTuple);
    co_return !error;
  }
  auto [error, count] = co_await asio::async_write(socket_, buffer, kTuple);
  co_return !error;
}

void NetStream::close() {
  boost::system::error_code ignored;
  resolver_.cancel();
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

}  // namespace parley::cli
