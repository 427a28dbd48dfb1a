#include "gateway/stream_connection.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <exception>

#include "base/log.hpp"
#include "gateway/event_loop.hpp"
#include "gateway/shared.hpp"

namespace parley {
namespace {
constexpr std::size_t kGather = 64;
}  // namespace

// Small handlers that hold one pointer: Asio keeps the memory of the last ones for the next.
struct StreamConnection::ReadWait {
  std::shared_ptr<StreamConnection> self;
  void operator()(boost::system::error_code failed) {
    self->waits_read_ = false;
    if (!failed && self->open_) self->on_readable();
  }
};

struct StreamConnection::WriteWait {
  std::shared_ptr<StreamConnection> self;
  void operator()(boost::system::error_code failed) {
    self->waits_write_ = false;
    if (!failed && self->open_) self->on_writable();
  }
};

StreamConnection::StreamConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket,
                                   std::unique_ptr<Outbox> outbox)
    : table_(table), stream_(std::move(stream)), ticket_(std::move(ticket)), outbox_(std::move(outbox)) {}

Outbox& StreamConnection::outbox() {
  if (!outbox_) outbox_ = table_.outboxes().take();
  return *outbox_;
}

void StreamConnection::flush_later() {
  if (open_ && !waits_write_ && !std::exchange(flush_scheduled_, true)) table_.flush_later(*this);
}

void StreamConnection::read_more() {
  read_wanted_ = true;
  if (!open_ || waits_read_) return;
  waits_read_ = true;
  if (stream_.has_pending()) {
    boost::asio::post(table_.thread().loop().context,
                      [wait = ReadWait{shared_from_this()}]() mutable { wait(boost::system::error_code()); });
    return;
  }
  stream_.socket().async_wait(boost::asio::socket_base::wait_read, ReadWait{shared_from_this()});
}

void StreamConnection::wait_write() {
  if (std::exchange(waits_write_, true)) return;
  stream_.socket().async_wait(boost::asio::socket_base::wait_write, WriteWait{shared_from_this()});
}

void StreamConnection::on_readable() {
  try {
    read_now();
    if (open_ && write_waits_for_read_) flush();
  } catch (const std::exception& error) {
    log::error("connection_failed", {{"what", error.what()}});
    drop();
  }
}

void StreamConnection::on_writable() {
  try {
    if (read_wanted_ && !waits_read_) read_now();
    if (open_) flush();
  } catch (const std::exception& error) {
    log::error("connection_failed", {{"what", error.what()}});
    drop();
  }
}

void StreamConnection::read_now() {
  const auto buffer = table_.read_buffer();
  const Stream::Outcome outcome = take(stream_, buffer);
  read_wanted_ = false;
  if (outcome.moved > 0) {
    table_.shared().metrics.bytes_in.add(outcome.moved);
    on_input(buffer.first(outcome.moved));
    if (!open_) return;
  }
  switch (outcome.status) {
    case Stream::Status::ok:
      break;  // whoever wants more has asked for it
    case Stream::Status::wait_read:
      if (outcome.moved == 0) read_more();
      break;
    case Stream::Status::wait_write:
      read_wanted_ = true;
      wait_write();
      break;
    case Stream::Status::end:
      on_end();
      break;
    case Stream::Status::failed:
      drop();
      break;
  }
}

void StreamConnection::flush() {
  flush_scheduled_ = false;
  if (!open_ || waits_write_ || !outbox_ || outbox_->empty()) return;
  write_waits_for_read_ = false;
  std::array<iovec, kGather> pieces;
  while (!outbox_->empty()) {
    const std::size_t count = outbox_->gather(pieces);
    const Stream::Outcome outcome = stream_.write(std::span(pieces).first(count));
    if (outcome.status == Stream::Status::wait_write) return wait_write();
    if (outcome.status == Stream::Status::wait_read) {
      write_waits_for_read_ = true;
      return read_more();
    }
    if (outcome.status != Stream::Status::ok) return drop();
    table_.shared().metrics.bytes_out.add(outcome.moved);
    outbox_->consume(outcome.moved);
  }
  table_.outboxes().give_back(std::move(outbox_));
  on_flushed();
}

std::string StreamConnection::peer_address() const {
  boost::system::error_code failed;
  const auto endpoint = stream_.socket().remote_endpoint(failed);
  return failed ? std::string() : endpoint.address().to_string();
}

void StreamConnection::shutdown_write() {
  if (!std::exchange(half_closed_, true)) stream_.shutdown_write();
}

void StreamConnection::drop() {
  if (!std::exchange(open_, false)) return;
  const auto self = shared_from_this();
  if (!half_closed_ && waiting_bytes() == 0) shutdown_write();
  stream_.close();
  outbox_.reset();
  table_.remove(*this);
  on_dropped();
  ticket_.release();
}

Stream StreamConnection::give_stream() {
  open_ = false;
  table_.remove(*this);
  return std::move(stream_);
}

}  // namespace parley
