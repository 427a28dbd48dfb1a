#include "gateway/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace parley {
namespace {

constexpr std::size_t kRecord = 16384;

Stream::Status status_of(int error, Stream::Status wait) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR ? wait : Stream::Status::failed;
}

}  // namespace

Stream::Outcome Stream::read(std::span<char> into) {
  return ssl_ ? read_tls(into) : receive(into, 0);
}

Stream::Outcome Stream::peek(std::span<char> into) {
  return receive(into, MSG_PEEK);
}

Stream::Outcome Stream::receive(std::span<char> into, int flags) {
  const ssize_t got = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT | flags);
  if (got > 0) return {Status::ok, static_cast<std::size_t>(got)};
  if (got == 0) return {Status::end, 0};
  return {status_of(errno, Status::wait_read), 0};
}

Stream::Outcome Stream::write(std::span<const iovec> from) {
  if (ssl_) return write_tls(from);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(from.data());
  message.msg_iovlen = from.size();
  const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return {Status::ok, static_cast<std::size_t>(sent)};
  return {status_of(errno, Status::wait_write), 0};
}

Stream::Status Stream::tls_status(int result) const {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Status::wait_read;
    case SSL_ERROR_WANT_WRITE:
      return Status::wait_write;
    case SSL_ERROR_ZERO_RETURN:
      return Status::end;
    default:
      ERR_clear_error();
      return Status::failed;
  }
}

Stream::Outcome Stream::read_tls(std::span<char> into) {
  ERR_clear_error();
  Outcome outcome;
  while (outcome.moved < into.size()) {
    const int got = SSL_read(ssl_.get(), into.data() + outcome.moved, static_cast<int>(into.size() - outcome.moved));
    if (got <= 0) {
      outcome.status = tls_status(got);
      break;
    }
    outcome.moved += static_cast<std::size_t>(got);
  }
  return outcome;
}

// Small frames share one record: the header and tag of a record cost more than they do.
Stream::Outcome Stream::write_tls(std::span<const iovec> from) {
  static thread_local std::array<char, kRecord> record;
  ERR_clear_error();
  std::size_t used = 0;
  for (const iovec& piece : from) {
    const std::size_t take = std::min(piece.iov_len, record.size() - used);
    std::memcpy(record.data() + used, piece.iov_base, take);
    used += take;
    if (used == record.size()) break;
  }
  const int sent = SSL_write(ssl_.get(), record.data(), static_cast<int>(used));
  if (sent > 0) return {Status::ok, static_cast<std::size_t>(sent)};
  return {tls_status(sent), 0};
}

bool Stream::has_pending() const {
  return ssl_ && SSL_pending(ssl_.get()) > 0;
}

void Stream::shutdown_write() {
  if (ssl_) {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_.native_handle(), SHUT_WR);
}

void Stream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace parley
