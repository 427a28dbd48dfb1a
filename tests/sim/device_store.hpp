// What a simulated device has on its disk. It survives the app, can be put away as a backup and brought back, and the
// device can die in the middle of writing.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "client/memory_store.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class DeviceStore final : public client::ClientStore {
 public:
  /// Everything; a copy of it is a backup.
  struct Disk {
    client::MemoryClientStore store;
    std::string refresh_token;
  };
  using Died = std::function<void()>;

  DeviceStore(Dice& dice, Died died) : dice_(dice), died_(std::move(died)) {}

  Result<client::StoredState> load() override;
  Result<void> commit(const client::Changes& changes) override;

  /// The device dies at the `n`th commit from now on, before or after it is written. Nothing is written after it until
  /// the next load().
  void die_at(std::size_t n) { left_ = n; }
  /// Sends whose removal from the outbox was written just before the device died: nobody was told of their outcome.
  [[nodiscard]] const std::vector<SendId>& untold() const { return untold_; }

  Disk disk;

 private:
  Dice& dice_;
  Died died_;
  std::size_t left_ = 0;
  bool dead_ = false;
  std::vector<SendId> untold_;
};

}  // namespace parley::sim
