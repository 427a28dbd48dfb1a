// Who may come in: the cap of connections, and of connections per address that have not said hello.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "gateway/io_pool.hpp"
#include "parley/limits.hpp"

namespace parley {

/// An IPv6 address, or an IPv4 one mapped into it. Of IPv6 the network (/64) counts, since one host has all of it.
using AddressKey = std::array<std::uint8_t, 16>;

class Admission;

/// A connection's place. Given back by release(), which has to be called before the Admission goes; any thread.
class AdmissionTicket {
 public:
  AdmissionTicket() = default;
  AdmissionTicket(AdmissionTicket&& other) noexcept { *this = std::move(other); }
  AdmissionTicket& operator=(AdmissionTicket&& other) noexcept;

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

/// Lives on the accepting io thread; tickets report to it there.
class Admission {
 public:
  struct Options {
    std::uint64_t connections = 0;
    std::uint64_t unauthenticated_per_address = 0;
    bool limit_loopback = true;
  };
  Admission(IoThread& accepting, std::size_t io_threads, const Options& options);

  /// On the accepting thread. A ticket for the io thread with the fewest connections, or overloaded /
  /// too_many_requests.
  Result<AdmissionTicket> admit(const AddressKey& address);
  [[nodiscard]] static std::size_t io_thread_of(const AdmissionTicket& ticket) { return ticket.io_thread_; }

  /// Any thread.
  [[nodiscard]] std::size_t connections() const { return total_.load(std::memory_order_relaxed); }
  /// Blocks; not from the accepting thread.
  bool wait_until_empty(Duration limit);

 private:
  friend class AdmissionTicket;
  void leave_address(const AddressKey& address);
  void leave(std::size_t io_thread);

  IoThread& accepting_;
  Options options_;
  std::map<AddressKey, std::uint64_t> waiting_;  // per address, not yet established
  std::vector<std::size_t> load_;                // per io thread
  std::atomic<std::size_t> total_{0};
  std::mutex empty_mutex_;
  std::condition_variable empty_;
};

}  // namespace parley
