#include "gateway/connection_table.hpp"

#include <boost/asio/post.hpp>
#include <exception>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "gateway/event_loop.hpp"
#include "gateway/shared.hpp"
#include "gateway/stream_connection.hpp"

namespace parley {
namespace {

constexpr std::size_t kReadBuffer = 65536;

// An exception of a library or a handler costs one connection, not the thread.
template <class Function>
void guarded(StreamConnection& connection, Function function) {
  try {
    function();
  } catch (const std::exception& error) {
    log::error("connection_failed", {{"what", error.what()}});
    connection.drop();
  }
}

}  // namespace

ConnectionTable::ConnectionTable(Gateway::Shared& shared, IoThread& thread)
    : shared_(shared),
      thread_(thread),
      timer_(thread.loop().context),
      now_(shared.clock.uptime()),
      read_buffer_(kReadBuffer) {}

ConnectionTable::~ConnectionTable() {
  drop_all();
}

void ConnectionTable::start() {
  now_ = shared_.clock.uptime();
  wait_for_tick();
}

void ConnectionTable::wait_for_tick() {
  timer_.expires_after(shared_.options.tick);
  timer_.async_wait([this](boost::system::error_code failed) {
    if (failed) return;
    on_tick();
    wait_for_tick();
  });
}

void ConnectionTable::on_tick() {
  now_ = shared_.clock.uptime();
  // Backwards: whoever is removed is replaced by the last one, which has had its turn.
  for (std::size_t i = entries_.size(); i-- > 0;) {
    if (i >= entries_.size() || entries_[i].due > now_) continue;
    const auto connection = entries_[i].connection;
    entries_[i].due = Duration::max();
    guarded(*connection, [&] {
      const Duration next = connection->on_deadline(now_);
      if (connection->is_open()) set_deadline(*connection, next);
    });
  }
}

void ConnectionTable::add(std::shared_ptr<StreamConnection> connection) {
  connection->slot_ = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({std::move(connection), now_});
}

void ConnectionTable::remove(StreamConnection& connection) {
  const std::size_t slot = connection.slot_;
  PARLEY_ASSERT(slot < entries_.size() && entries_[slot].connection.get() == &connection);
  if (slot + 1 != entries_.size()) {
    std::swap(entries_[slot], entries_.back());
    entries_[slot].connection->slot_ = static_cast<std::uint32_t>(slot);
  }
  entries_.pop_back();
}

void ConnectionTable::set_deadline(StreamConnection& connection, Duration at) {
  Entry& entry = entries_[connection.slot_];
  entry.due = std::min(entry.due, at);
}

void ConnectionTable::flush_later(StreamConnection& connection) {
  to_flush_.push_back(connection.shared_from_this());
  if (std::exchange(flush_scheduled_, true)) return;
  // Behind everything that is ready now: that is the end of the turn.
  boost::asio::post(thread_.loop().context, [this] { flush_all(); });
}

void ConnectionTable::flush_all() {
  flush_scheduled_ = false;
  flushing_.swap(to_flush_);
  for (auto& connection : flushing_) {
    guarded(*connection, [&] { connection->flush(); });
  }
  flushing_.clear();
}

std::vector<std::shared_ptr<StreamConnection>> ConnectionTable::everyone() const {
  std::vector<std::shared_ptr<StreamConnection>> all;
  all.reserve(entries_.size());
  for (const Entry& entry : entries_) all.push_back(entry.connection);
  return all;
}

void ConnectionTable::close_all(std::uint16_t code, const std::string& reason) {
  for (auto& connection : everyone()) {
    guarded(*connection, [&] { connection->on_shutdown(code, reason); });
  }
}

void ConnectionTable::drop_all() {
  for (auto& connection : everyone()) connection->drop();
}

}  // namespace parley
