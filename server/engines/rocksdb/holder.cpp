#include "engines/rocksdb/holder.hpp"

namespace parley::rocks {

Holder::~Holder() {
  if (database_ != nullptr && !options_.read_only && !poisoned()) (void)database_->flush();
}

Error Holder::refusal() const {
  return {ErrorCode::store_unavailable, "the store is closed after a failed write, until it is opened again"};
}

Result<Holder::Use> Holder::use() {
  // Asked before the gate too: whoever wants to open again must not wait behind those who are refused anyway.
  if (poisoned()) return fail(refusal());
  Use use;
  use.lock_ = std::shared_lock(gate_);
  if (poisoned() || database_ == nullptr) return fail(refusal());
  use.database_ = database_;
  return use;
}

Result<std::shared_ptr<Database>> Holder::share() {
  auto used = use();
  if (!used) return fail(used.error());
  return used->database_;
}

void Holder::poison(const std::string& why) {
  if (!poisoned_.exchange(true) && options_.on_warning) options_.on_warning("the channel store is closed: " + why);
}

Result<std::shared_ptr<Database>> Holder::reopen() {
  const bool was_poisoned = poisoned_.exchange(true);
  std::unique_lock lock(gate_);
  if (database_ != nullptr && database_.use_count() > 1) {
    poisoned_.store(was_poisoned);
    return fail(ErrorCode::store_unavailable, "a scan has the store open: it is opened again when the scan has ended");
  }
  database_.reset();
  auto opened = Database::open(options_);
  if (!opened) return fail(opened.error());
  if ((*opened)->incarnation() != incarnation_) {
    return fail(ErrorCode::store_unavailable, "the store was replaced by another while it was closed: start anew");
  }
  database_ = *opened;
  return database_;
}

}  // namespace parley::rocks
