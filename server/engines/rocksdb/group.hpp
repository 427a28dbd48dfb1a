// Requests that share one synced write. Internal to the engine.
#pragma once

#include <rocksdb/write_batch.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engines/rocksdb/database.hpp"
#include "ports/channel_store.hpp"

namespace parley::rocks {

struct CommitRequest {
  std::vector<PartitionBatch> batches;
  Executor* executor = nullptr;
  Completion<std::vector<Result<void>>> done;
};
struct TakeOverRequest {
  PartitionId partition = 0;
  Epoch epoch = 0;
  Executor* executor = nullptr;
  Completion<Result<PartitionState>> done;
};
using WriteRequest = std::variant<CommitRequest, TakeOverRequest>;

/// Answers a request that cannot be tried.
void refuse(WriteRequest request, const Error& why);

/// Collects what requests write, and their answers as they will be if the write succeeds.
class Group {
 public:
  /// `states`: of every partition, as stored.
  Group(const Database& database, std::vector<PartitionState> states)
      : database_(database), states_(std::move(states)) {}

  void add(WriteRequest request);
  /// More is left for the next write.
  [[nodiscard]] bool full() const;
  [[nodiscard]] std::size_t batches() const { return batches_; }
  /// All that is to be written, each family's keys ascending. Once.
  [[nodiscard]] rocksdb::WriteBatch take_writes();
  /// As they are once `writes` is written.
  [[nodiscard]] const std::vector<PartitionState>& states() const { return states_; }
  /// Answers every request; `written` is what became of the write.
  void complete(const Result<void>& written);

 private:
  Result<void> put(const PartitionBatch& batch);
  void put(const ChannelBatch& batch);

  struct Write {
    std::string key;
    std::string_view value;  // into a request held here
    std::size_t order = 0;   // of a key written twice the later write wins
  };
  using Writes = std::vector<Write>;
  void add_to(Writes& writes, std::string key, std::string_view value);
  static void move_sorted(Writes writes, rocksdb::ColumnFamilyHandle* family, rocksdb::WriteBatch& out);

  const Database& database_;
  std::vector<PartitionState> states_;
  std::vector<PartitionId> changed_;  // partitions whose state is to be written, some more than once
  Writes events_, outcomes_, state_;
  std::size_t bytes_ = 0;
  std::size_t batches_ = 0;
  std::vector<std::pair<CommitRequest, std::vector<Result<void>>>> commits_;
  std::vector<std::pair<TakeOverRequest, Result<PartitionState>>> take_overs_;
};

}  // namespace parley::rocks
