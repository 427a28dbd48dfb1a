// ChannelStore keeps what channels say, in order and for ever. It stores opaque records (wire/records.hpp makes them);
// it never looks inside one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

struct EventRow {
  Seq seq = 0;
  std::string record;
};
struct OutcomeRow {
  AccountId account;
  SendId send_id;
  std::string record;
};
struct MemberRow {
  AccountId account;
  std::string record;
};
struct AnnotationRow {
  Seq target = 0;
  std::string record;
};

/// All that one batch changes in one channel. A key that is set again is replaced.
struct ChannelBatch {
  ChannelId channel;
  std::vector<EventRow> events;     // appended: seqs follow the channel's last
  std::vector<EventRow> rewritten;  // earlier events whose content was taken out
  std::vector<OutcomeRow> outcomes;
  std::string head;  // empty: unchanged
  std::string card;  // empty: unchanged
  std::vector<MemberRow> members;
  std::vector<AnnotationRow> annotations;
  std::vector<AccountId> joined;  // enters the channel in these accounts' lists; an entry is never taken out
};

/// What one partition commits: all of it or nothing.
struct PartitionBatch {
  PartitionId partition = 0;
  Epoch epoch = 0;
  Position position = 0;  // one more than the partition's last
  std::vector<ChannelBatch> channels;
};

struct StoredChannel {
  std::string head;
  std::string card;
  std::vector<MemberRow> members;  // ascending by account
};

struct OutcomeKey {
  ChannelId channel;
  AccountId account;
  SendId send_id;
};
struct MemberKey {
  ChannelId channel;
  AccountId account;
};
/// Seqs from..to, both included. A page ends at max_events, or before max_bytes of records would be passed (but holds
/// at least one). `newest_first`: a short page keeps the upper end; rows come in ascending seq either way.
struct EventRange {
  ChannelId channel;
  Seq from = 1;
  Seq to = 0;
  std::uint32_t max_events = 50;
  std::uint64_t max_bytes = 262'144;
  bool newest_first = true;
};
struct AnnotationRange {
  ChannelId channel;
  Seq from = 1;
  Seq to = 0;
};

/// Many questions in one call; answers stand at the same index. A missing thing is nullopt or an empty vector.
struct StoreQuery {
  std::vector<ChannelId> channels;
  std::vector<OutcomeKey> outcomes;
  std::vector<MemberKey> summaries;  // head, card and one member's record
  std::vector<EventRange> events;
  std::vector<AnnotationRange> annotations;
  [[nodiscard]] bool empty() const {
    return channels.empty() && outcomes.empty() && summaries.empty() && events.empty() && annotations.empty();
  }
};
struct StoredSummary {
  std::string head;
  std::string card;
  std::string member;  // empty: never was a member
};
struct StoreAnswer {
  std::vector<std::optional<StoredChannel>> channels;
  std::vector<std::optional<std::string>> outcomes;
  std::vector<std::optional<StoredSummary>> summaries;
  std::vector<std::vector<EventRow>> events;
  std::vector<std::vector<AnnotationRow>> annotations;
};

struct PartitionState {
  Epoch epoch = 0;
  Position position = 0;
};

class ChannelStore {
 public:
  virtual ~ChannelStore() = default;

  /// Commits each partition's batch atomically; all batches of one call may share one sync. Success means: on stable
  /// storage, and every read that starts afterwards sees it. One result per batch, in order, delivered on `executor`.
  ///   stale_owner        the partition's epoch is higher than the batch's; nothing of that batch was written
  ///   disk_full          nothing was written; the store can still be read
  ///   store_unavailable  it is uncertain what was written: nothing more is, until `reopen`
  /// Calls from one executor commit in the order called. Any thread.
  virtual void commit(std::vector<PartitionBatch> batches, Executor& executor,
                      Completion<std::vector<Result<void>>> done) = 0;

  /// Answers from committed state; everything in one answer is at least as new as the last commit completed before the
  /// call. An event whose bytes fail an engine's own checksum comes as a row without a record; anything else that does
  /// makes the whole answer `damaged`. Errors: store_unavailable; damaged. Any thread; completes on `executor`.
  virtual void read(StoreQuery query, Executor& executor, Completion<Result<StoreAnswer>> done) = 0;

  /// The channels that have `account` in their members or once had, ascending by id.
  virtual void channels_of(AccountId account, Executor& executor, Completion<Result<std::vector<ChannelId>>> done) = 0;

  /// Takes a partition over: raises its epoch durably to `epoch` (refused as stale_owner when it is not higher than the
  /// stored one) and tells where the partition stands.
  virtual void take_over(PartitionId partition, Epoch epoch, Executor& executor,
                         Completion<Result<PartitionState>> done) = 0;

  /// After store_unavailable: opens and checks it again; to be tried until it works. Meanwhile `read` may be answered.
  virtual void reopen(Executor& executor, Completion<Result<void>> done) = 0;

  /// Identity of this history; constant while the process runs.
  [[nodiscard]] virtual Incarnation incarnation() const = 0;
};

/// A second, small port: the whole store in key order, for `verify` and export. Blocking; offline or on a snapshot.
class ChannelStoreScan {
 public:
  virtual ~ChannelStoreScan() = default;
  /// All channel ids, ascending.
  virtual Result<std::vector<ChannelId>> all_channels() = 0;
  /// Blocking forms of the reads above, on one consistent snapshot.
  virtual Result<StoreAnswer> read_now(const StoreQuery& query) = 0;
  /// All outcomes of a channel, in key order.
  virtual Result<std::vector<OutcomeRow>> outcomes_of(ChannelId channel) = 0;
  virtual Result<PartitionState> partition_state(PartitionId partition) = 0;
};

}  // namespace parley
