#include "engines/rocksdb/holder.hpp"

#include <algorithm>
#include <utility>

#include "engines/rocksdb/disk.hpp"

namespace parley::rocks {
namespace {

Error being_opened() {
  return {ErrorCode::store_unavailable, "the store is being opened again after a failed write"};
}

}  // namespace

Holder::~Holder() {
  if (database_ != nullptr && !options_.read_only && !poisoned()) (void)database_->flush();
}

Result<Holder::Use> Holder::use() {
  // Asked before the gate too: whoever wants to open again must not wait behind those who are refused anyway.
  if (closed_.load()) return fail(being_opened());
  Use use;
  use.lock_ = std::shared_lock(gate_);
  if (closed_.load() || database_ == nullptr) return fail(being_opened());
  use.database_ = database_;
  return use;
}

Result<Holder::Use> Holder::use_to_write() {
  if (poisoned()) {
    return fail(ErrorCode::store_unavailable,
                "nothing is written after a failed write, until the store is opened again");
  }
  return use();
}

Result<std::shared_ptr<Database>> Holder::share() {
  auto used = use_to_write();
  if (!used) return fail(used.error());
  return used->database_;
}

void Holder::poison(const std::string& why) {
  if (!poisoned_.exchange(true) && options_.on_warning) {
    options_.on_warning("the channel store is read only until it can be opened again: " + why);
  }
}

Result<std::shared_ptr<Database>> Holder::reopen(const std::vector<PartitionState>& certain) {
  // What is open can be read, and opening writes: it is given up only for a disk that takes writes again.
  if (database_ != nullptr) {
    if (auto writes = try_disk(options_); !writes) return fail(writes.error());
  }
  const bool was_closed = closed_.exchange(true);
  std::unique_lock lock(gate_);
  if (database_ != nullptr && database_.use_count() > 1) {
    closed_.store(was_closed);
    return fail(ErrorCode::store_unavailable, "a scan has the store open: it is opened again when the scan has ended");
  }
  poisoned_.store(true);
  database_.reset();
  auto opened = Database::open(options_);
  if (!opened) {
    open_to_read(certain);
    return fail(opened.error());
  }
  if ((*opened)->incarnation() != incarnation_) {
    return fail(ErrorCode::store_unavailable, "the store was replaced by another while it was closed: start anew");
  }
  database_ = *opened;
  return database_;
}

void Holder::open_to_read(const std::vector<PartitionState>& certain) {
  RocksOptions reading = options_;
  reading.read_only = true;
  auto opened = Database::open(reading);
  if (!opened || (*opened)->incarnation() != incarnation_) return;
  const auto states = (*opened)->load_partitions();
  const auto stand = [](const PartitionState& state) { return std::pair(state.epoch, state.position); };
  if (!states || !std::ranges::equal(*states, certain, {}, stand, stand)) return;
  database_ = *opened;
  closed_.store(false);
}

void Holder::allow() {
  poisoned_.store(false);
  closed_.store(false);
}

}  // namespace parley::rocks
