#include "sim/device_store.hpp"

namespace parley::sim {

Result<client::StoredState> DeviceStore::load() {
  dead_ = false;
  return disk.store.load();
}

Result<void> DeviceStore::commit(const client::Changes& changes) {
  if (dead_) return fail(ErrorCode::store_unavailable, "the device is dead");
  if (left_ == 0 || --left_ > 0) return disk.store.commit(changes);
  if (dice_.once_in(2)) {
    if (auto written = disk.store.commit(changes); !written) return written;
    untold_.insert(untold_.end(), changes.outbox_removed.begin(), changes.outbox_removed.end());
  }
  dead_ = true;
  died_();
  return fail(ErrorCode::store_unavailable, "the device died");
}

}  // namespace parley::sim
