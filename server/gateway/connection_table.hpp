// The connections of one io thread: deadlines, the turn's flush, and what they share. For this folder's .cpp files.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <span>
#include <vector>

#include "gateway/gateway.hpp"
#include "gateway/outbox.hpp"

namespace parley {

class StreamConnection;

/// On its io thread, except construction and destruction.
class ConnectionTable {
 public:
  ConnectionTable(Gateway::Shared& shared, IoThread& thread);
  ~ConnectionTable();
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;

  /// Begins to look at deadlines.
  void start();
  void add(std::shared_ptr<StreamConnection> connection);
  void remove(StreamConnection& connection);
  /// Asks for on_deadline() at the first tick not before `at`; an earlier wish stands.
  void set_deadline(StreamConnection& connection, Duration at);
  /// Asks for flush() at the end of this turn of the loop.
  void flush_later(StreamConnection& connection);

  /// As of the last tick: cheap, and never later than the real time.
  [[nodiscard]] Duration now() const { return now_; }
  /// One buffer for the whole thread: what is read is used up before the next read.
  std::span<char> read_buffer() { return read_buffer_; }
  OutboxPool& outboxes() { return outboxes_; }
  IoThread& thread() { return thread_; }
  Gateway::Shared& shared() { return shared_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// Lets each connection close in good order.
  void close_all(std::uint16_t code, const std::string& reason);
  void drop_all();

 private:
  struct Entry {
    std::shared_ptr<StreamConnection> connection;
    Duration due;
  };

  void wait_for_tick();
  void on_tick();
  void flush_all();
  std::vector<std::shared_ptr<StreamConnection>> everyone() const;

  Gateway::Shared& shared_;
  IoThread& thread_;
  boost::asio::steady_timer timer_;
  Duration now_;
  std::vector<Entry> entries_;
  std::vector<std::shared_ptr<StreamConnection>> to_flush_;
  std::vector<std::shared_ptr<StreamConnection>> flushing_;
  bool flush_scheduled_ = false;
  OutboxPool outboxes_;
  std::vector<char> read_buffer_;
};

}  // namespace parley
