// The command line client's store: two journals in a profile's directory.
//
//   state    what sync knows, and the newest events of each channel. One process at a time writes it; a second one
//   works
//            from what it finds there and keeps its own progress in memory.
//   outbox   sends without outcome, shared by all processes of the profile: each record is written under a lock. A send
//            that two processes carry to the server is still posted once, because of its send_id.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "client/memory_store.hpp"
#include "parley/journal.hpp"

namespace parley::v1 {
class StoredChange;
}

namespace parley::cli {

class FileStore final : public client::ClientStore {
 public:
  /// Events kept per channel.
  static constexpr std::size_t kEvents = 500;

  explicit FileStore(std::string directory);
  ~FileStore() override;

  Result<client::StoredState> load() override;
  Result<void> commit(const client::Changes& changes) override;

  /// Sends that other processes have stored since, in order.
  Result<std::vector<client::OutboxEntry>> new_sends();
  [[nodiscard]] const client::MemoryClientStore& image() const { return image_; }
  /// False: another process writes the sync state.
  [[nodiscard]] bool owns_state() const { return state_lock_.has_value(); }

 private:
  Result<void> read_state();
  void apply(const v1::StoredChange& change);
  Result<void> write_state(const client::Changes& changes);
  Result<void> compact_state();
  Result<FileLock> lock_outbox() const;
  Result<void> read_outbox(const FileLock& held, std::vector<client::OutboxEntry>* added);
  Result<void> write_outbox(const client::Changes& changes);

  std::string directory_;
  client::MemoryClientStore image_;
  Journal state_;
  std::optional<FileLock> state_lock_;
  std::uint64_t compacted_size_ = 0;
  Journal outbox_;
  std::map<SendId, client::OutboxEntry> sends_;
};

}  // namespace parley::cli
