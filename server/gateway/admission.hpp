// Who may come in: the cap of connections, and of connections per address that have not said hello.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "gateway/address.hpp"
#include "gateway/io_pool.hpp"
#include "node/load_gate.hpp"
#include "parley/limits.hpp"

namespace parley {

class Admission;

/// A connection's place. Given back by release(), which has to be called before the Admission goes; any thread.
class AdmissionTicket {
 public:
  AdmissionTicket() = default;
  AdmissionTicket(AdmissionTicket&& other) noexcept { *this = std::move(other); }
  AdmissionTicket& operator=(AdmissionTicket&& other) noexcept;

  /// From now on the connection counts for the client that a proxy named. Once, on a ticket that was admitted
  /// uncounted. Errors: too_many_requests.
  Result<void> count_for(const AddressKey& client);
  [[nodiscard]] bool is_counted() const { return counts_for_address_; }
  /// Hello was said: the connection no longer counts for its address.
  void established();
  void release();

 private:
  friend class Admission;
  Admission* admission_ = nullptr;
  AddressKey address_{};
  std::uint16_t io_thread_ = 0;
  bool counts_for_address_ = false;
};

/// Counts on the accepting io thread; tickets report to it there.
class Admission {
 public:
  struct Options {
    std::uint64_t connections = 0;
    std::uint64_t unauthenticated_per_address = 0;
    bool limit_loopback = true;
    const SharedMemoryState* memory = nullptr;  // full: nobody comes in
  };
  Admission(IoThread& accepting, std::size_t io_threads, const Options& options);

  /// On the accepting thread. A ticket for the io thread with the fewest connections, or overloaded /
  /// too_many_requests. `counted` is false for a proxy, which speaks for others.
  Result<AdmissionTicket> admit(const AddressKey& address, bool counted = true);
  [[nodiscard]] static std::size_t io_thread_of(const AdmissionTicket& ticket) { return ticket.io_thread_; }

  /// Any thread.
  [[nodiscard]] std::size_t connections() const { return total_.load(std::memory_order_relaxed); }
  /// Blocks; not from the accepting thread.
  bool wait_until_empty(Duration limit);

 private:
  friend class AdmissionTicket;
  /// Any thread. False: it does not count for its address.
  Result<bool> enter_address(const AddressKey& network);
  void leave_address(const AddressKey& network);
  void leave(std::size_t io_thread);

  IoThread& accepting_;
  Options options_;
  std::mutex waiting_mutex_;
  std::map<AddressKey, std::uint64_t> waiting_;  // per network, not yet established; under waiting_mutex_
  std::vector<std::size_t> load_;                // per io thread
  std::atomic<std::size_t> total_{0};
  std::mutex empty_mutex_;
  std::condition_variable empty_;
};

}  // namespace parley
