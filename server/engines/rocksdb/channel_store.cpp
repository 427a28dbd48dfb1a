#include "engines/rocksdb/channel_store.hpp"

#include <rocksdb/utilities/checkpoint.h>

#include <atomic>
#include <exception>
#include <limits>
#include <optional>

#include "engines/rocksdb/committer.hpp"
#include "engines/rocksdb/disk.hpp"
#include "engines/rocksdb/files.hpp"
#include "engines/rocksdb/holder.hpp"
#include "engines/rocksdb/purge.hpp"
#include "engines/rocksdb/reader.hpp"
#include "engines/rocksdb/reader_pool.hpp"
#include "ports/complete_on.hpp"

namespace parley {
namespace {

constexpr std::uint32_t kCompactingThreads = 2;

/// One moment of the database for a whole answer.
class Moment {
 public:
  explicit Moment(const rocks::Database& database) : db_(database.db()), snapshot_(db_.GetSnapshot()) {}
  ~Moment() { db_.ReleaseSnapshot(snapshot_); }
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;
  [[nodiscard]] const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* snapshot_;
};

Result<StoreAnswer> answer(const rocks::Database& database, const StoreQuery& query) {
  // Outcomes alone are the hot path, and one lookup of many keys is of one moment by itself.
  const bool outcomes_only =
      query.channels.empty() && query.summaries.empty() && query.events.empty() && query.annotations.empty();
  if (outcomes_only) return rocks::Reader(database, nullptr).read(query);
  const Moment moment(database);
  return rocks::Reader(database, moment.get()).read(query);
}

class Scan final : public ChannelStoreScan {
 public:
  explicit Scan(std::shared_ptr<rocks::Database> database)
      : database_(std::move(database)), moment_(*database_), reader_(*database_, moment_.get(), false) {}
  Result<std::vector<ChannelId>> all_channels() override { return reader_.all_channels(); }
  Result<StoreAnswer> read_now(const StoreQuery& query) override { return reader_.read(query); }
  Result<std::vector<OutcomeRow>> outcomes_of(ChannelId channel) override { return reader_.outcomes_of(channel); }
  Result<PartitionState> partition_state(PartitionId partition) override { return reader_.partition_state(partition); }

 private:
  std::shared_ptr<rocks::Database> database_;
  Moment moment_;
  rocks::Reader reader_;
};

}  // namespace

struct RocksChannelStore::Impl {
  Impl(RocksOptions options, std::shared_ptr<rocks::Database> database, std::vector<PartitionState> states)
      : holder(std::move(options), std::move(database)),
        committer(holder, std::move(states)),
        readers(holder.options().read_threads, holder.options().read_queue) {
    if (!holder.options().read_only) purger.emplace(holder);
  }

  /// Runs `ask(database)` on a reader thread and hands its result to `done` on `executor`.
  template <class T, class Ask>
  void read(Executor& executor, Completion<Result<T>> done, Ask ask) {
    // Shared, because the job is gone with the queue's refusal but the answer is still owed.
    auto owed = std::make_shared<Completion<Result<T>>>(std::move(done));
    rocks::ReaderPool::Job job = [this, &executor, owed, ask = std::move(ask)]() mutable {
      complete_on<T>(executor, std::move(*owed), guarded<T>(ask));
    };
    if (!readers.submit(job)) complete_on<T>(executor, std::move(*owed), fail(ErrorCode::overloaded));
  }

  template <class T, class Ask>
  Result<T> guarded(Ask& ask) {
    const auto used = holder.use();
    if (!used) return fail(used.error());
    try {
      return ask(**used);
    } catch (const std::exception& e) {
      return fail(ErrorCode::store_unavailable, std::string("cannot read: ") + e.what());
    }
  }

  rocks::Holder holder;
  rocks::Committer committer;
  rocks::ReaderPool readers;
  std::optional<rocks::Purger> purger;
  std::atomic<bool> never = false;
};

Result<std::unique_ptr<RocksChannelStore>> RocksChannelStore::open(RocksOptions options) {
  try {
    auto database = rocks::Database::open(options);
    if (!database) return fail(database.error());
    auto states = (*database)->load_partitions();
    if (!states) return fail(states.error());
    auto impl = std::make_unique<Impl>(std::move(options), std::move(*database), std::move(*states));
    return std::unique_ptr<RocksChannelStore>(new RocksChannelStore(std::move(impl)));
  } catch (const std::exception& e) {
    return fail(ErrorCode::store_unavailable, std::string("cannot open the store: ") + e.what());
  }
}

RocksChannelStore::RocksChannelStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksChannelStore::~RocksChannelStore() = default;

void RocksChannelStore::commit(std::vector<PartitionBatch> batches, Executor& executor,
                               Completion<std::vector<Result<void>>> done) {
  impl_->committer.commit({std::move(batches), &executor, std::move(done)});
}

void RocksChannelStore::read(StoreQuery query, Executor& executor, Completion<Result<StoreAnswer>> done) {
  impl_->read<StoreAnswer>(executor, std::move(done), [query = std::move(query)](const rocks::Database& database) {
    return answer(database, query);
  });
}

void RocksChannelStore::channels_of(AccountId account, Executor& executor,
                                    Completion<Result<std::vector<ChannelId>>> done) {
  impl_->read<std::vector<ChannelId>>(executor, std::move(done), [account](const rocks::Database& database) {
    return rocks::Reader(database, nullptr).channels_of(account);
  });
}

void RocksChannelStore::take_over(PartitionId partition, Epoch epoch, Executor& executor,
                                  Completion<Result<PartitionState>> done) {
  impl_->committer.take_over({partition, epoch, &executor, std::move(done)});
}

void RocksChannelStore::reopen(Executor& executor, Completion<Result<void>> done) {
  impl_->committer.reopen(executor, std::move(done));
}

Incarnation RocksChannelStore::incarnation() const {
  return impl_->holder.incarnation();
}

Epoch RocksChannelStore::highest_epoch() const {
  return impl_->committer.highest_epoch();
}

std::optional<StorePressure> RocksChannelStore::pressure() {
  const auto database = impl_->holder.use();
  if (!database) return std::nullopt;
  const auto sum = [&](const char* property) {
    std::uint64_t value = 0;
    return (*database)->db().GetAggregatedIntProperty(property, &value) ? value : 0;
  };
  std::uint64_t compactions = 0;
  std::uint64_t stopped = 0;
  (*database)->db().GetIntProperty("rocksdb.num-running-compactions", &compactions);
  (*database)->db().GetIntProperty("rocksdb.is-write-stopped", &stopped);
  return StorePressure{.writes_stopped = stopped != 0,
                       .pending_compaction_bytes = sum("rocksdb.estimate-pending-compaction-bytes"),
                       .compactions = compactions,
                       .memory_table_bytes = sum("rocksdb.cur-size-all-mem-tables")};
}

Result<void> RocksChannelStore::writable() {
  if (auto room = rocks::check_room(impl_->holder.options()); !room) return room;
  if (const auto used = impl_->holder.use_to_write(); !used) return fail(used.error());
  return {};
}

Result<std::unique_ptr<ChannelStoreScan>> RocksChannelStore::scan() {
  auto database = impl_->holder.share();
  if (!database) return fail(database.error());
  return std::make_unique<Scan>(std::move(*database));
}

std::vector<ChannelId> RocksChannelStore::channels_with_events() {
  const auto used = impl_->holder.use();
  return used ? rocks::Reader(**used, nullptr).channels_with_events() : std::vector<ChannelId>{};
}

Result<void> RocksChannelStore::verify_files() {
  const auto used = impl_->holder.use();
  if (!used) return fail(used.error());
  return rocks::verify_files(**used);
}

Result<StoreStats> RocksChannelStore::stats() {
  const auto used = impl_->holder.use();
  if (!used) return fail(used.error());
  return rocks::stats_of(**used, impl_->holder.options().path);
}

Result<void> RocksChannelStore::flush() {
  const auto used = impl_->holder.use_to_write();
  if (!used) return fail(used.error());
  const auto status = (*used)->db().Flush({}, {(*used)->state(), (*used)->events(), (*used)->outcomes()});
  if (!status.ok()) return fail(rocks::to_error(status, "cannot write the store's files"));
  return {};
}

Result<void> RocksChannelStore::snapshot(const std::string& directory) {
  const auto used = impl_->holder.use_to_write();
  if (!used) return fail(used.error());
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(&(*used)->db(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // Never flushes by itself: the log's newest part is copied instead, which is quicker while others wait.
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory, std::numeric_limits<std::uint64_t>::max());
  if (!status.ok()) return fail(rocks::to_error(status, "cannot take a snapshot in " + directory));
  return {};
}

Result<std::size_t> RocksChannelStore::purge_rewritten() {
  const auto used = impl_->holder.use_to_write();
  if (!used) return fail(used.error());
  return rocks::purge_rewritten(**used, impl_->never);
}

Result<void> RocksChannelStore::compact() {
  const auto used = impl_->holder.use_to_write();
  if (!used) return fail(used.error());
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.max_subcompactions = kCompactingThreads;
  for (auto* family : {(*used)->state(), (*used)->events(), (*used)->outcomes()}) {
    const auto status = (*used)->db().CompactRange(options, family, nullptr, nullptr);
    if (!status.ok()) return fail(rocks::to_error(status, "cannot compact"));
  }
  return {};
}

}  // namespace parley
