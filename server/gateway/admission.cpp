#include "gateway/admission.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace parley {

AdmissionTicket& AdmissionTicket::operator=(AdmissionTicket&& other) noexcept {
  PARLEY_ASSERT(admission_ == nullptr);
  admission_ = std::exchange(other.admission_, nullptr);
  address_ = other.address_;
  io_thread_ = other.io_thread_;
  counts_for_address_ = std::exchange(other.counts_for_address_, false);
  return *this;
}

Result<void> AdmissionTicket::count_for(const AddressKey& client) {
  PARLEY_ASSERT(admission_ != nullptr && !counts_for_address_);
  address_ = network_of(client);
  const auto counts = admission_->enter_address(address_);
  if (!counts) return fail(counts.error());
  counts_for_address_ = *counts;
  return {};
}

void AdmissionTicket::established() {
  if (!std::exchange(counts_for_address_, false)) return;
  admission_->accepting_.post([admission = admission_, address = address_] { admission->leave_address(address); });
}

void AdmissionTicket::release() {
  Admission* admission = std::exchange(admission_, nullptr);
  if (admission == nullptr) return;
  const bool counts = std::exchange(counts_for_address_, false);
  admission->accepting_.post([admission, counts, address = address_, thread = io_thread_] {
    if (counts) admission->leave_address(address);
    admission->leave(thread);
  });
}

Admission::Admission(IoThread& accepting, std::size_t io_threads, const Options& options)
    : accepting_(accepting), options_(options), load_(io_threads, 0) {}

Result<AdmissionTicket> Admission::admit(const AddressKey& address, bool counted) {
  const bool full = options_.memory != nullptr && *options_.memory == MemoryState::full;
  if (full || total_ >= options_.connections) return fail(Error(ErrorCode::overloaded, {}, 1000));
  const AddressKey network = network_of(address);
  const Result<bool> counts = counted ? enter_address(network) : Result<bool>(false);
  if (!counts) return fail(counts.error());
  const auto least = std::min_element(load_.begin(), load_.end());
  ++*least;
  ++total_;
  AdmissionTicket ticket;
  ticket.admission_ = this;
  ticket.address_ = network;
  ticket.io_thread_ = static_cast<std::uint16_t>(least - load_.begin());
  ticket.counts_for_address_ = *counts;
  return ticket;
}

Result<bool> Admission::enter_address(const AddressKey& network) {
  if (!options_.limit_loopback && is_loopback(network)) return false;
  const std::lock_guard lock(waiting_mutex_);
  std::uint64_t& waiting = waiting_[network];
  if (waiting >= options_.unauthenticated_per_address) return fail(Error(ErrorCode::too_many_requests, {}, 1000));
  ++waiting;
  return true;
}

void Admission::leave_address(const AddressKey& network) {
  const std::lock_guard lock(waiting_mutex_);
  const auto found = waiting_.find(network);
  PARLEY_ASSERT(found != waiting_.end() && found->second > 0);
  if (--found->second == 0) waiting_.erase(found);
}

void Admission::leave(std::size_t io_thread) {
  PARLEY_ASSERT(load_[io_thread] > 0);
  --load_[io_thread];
  if (--total_ != 0) return;
  const std::lock_guard lock(empty_mutex_);
  empty_.notify_all();
}

bool Admission::wait_until_empty(Duration limit) {
  std::unique_lock lock(empty_mutex_);
  return empty_.wait_for(lock, limit, [this] { return total_ == 0; });
}

}  // namespace parley
