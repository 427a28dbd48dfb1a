#include "engines/memory/channel_store.hpp"

#include <algorithm>
#include <optional>

#include "engines/memory/channel_store_image.hpp"
#include "ports/complete_on.hpp"

namespace parley {
namespace {

using Fate = MemoryStoreFaults::Fate;

void run_after(Executor& executor, Duration delay, Task task) {
  if (delay == Duration::zero()) {
    executor.post(std::move(task));
  } else {
    executor.post_after(delay, std::move(task));
  }
}

Duration delay_of(const std::function<Duration()>& delay) {
  return delay ? delay() : Duration::zero();
}

Error closed() {
  return {ErrorCode::store_unavailable, "the store is closed after a failed write, until it is opened again"};
}

/// A write in flight. `apply` changes the image; `answer` hands out what came of it.
struct Write {
  explicit Write(Executor& caller) : executor(caller) {}
  virtual ~Write() = default;
  virtual void apply(MemoryDisk::Image& image) = 0;
  virtual void refuse(const Error& why) = 0;
  virtual void answer() = 0;
  virtual bool reopens() const { return false; }
  /// From now on apply() writes only a part; `kept` says how many of so many batches.
  virtual void tear(const std::function<std::size_t(std::size_t)>& kept) = 0;
  Executor& executor;
};

struct CommitWrite final : Write {
  using Write::Write;
  std::vector<PartitionBatch> batches;
  std::vector<Result<void>> results;
  Completion<std::vector<Result<void>>> done;
  std::optional<std::size_t> kept;  // of the batches; nullopt: all

  void apply(MemoryDisk::Image& image) override {
    for (std::size_t i = 0; i < kept.value_or(batches.size()); ++i) results.push_back(memory::write(image, batches[i]));
  }
  void tear(const std::function<std::size_t(std::size_t)>& choose) override {
    kept = choose ? std::min(choose(batches.size()), batches.size()) : 0;
  }
  void refuse(const Error& why) override { results.assign(batches.size(), fail(why)); }
  void answer() override {
    executor.post([done = std::move(done), results = std::move(results)]() mutable { done(std::move(results)); });
  }
};

struct TakeOverWrite final : Write {
  using Write::Write;
  PartitionId partition = 0;
  Epoch epoch = 0;
  Result<PartitionState> result;
  Completion<Result<PartitionState>> done;
  bool lost = false;

  void apply(MemoryDisk::Image& image) override {
    if (!lost) result = memory::take_over(image, partition, epoch);
  }
  void tear(const std::function<std::size_t(std::size_t)>& choose) override { lost = !choose || choose(1) == 0; }
  void refuse(const Error& why) override { result = fail(why); }
  void answer() override { complete_on<PartitionState>(executor, std::move(done), std::move(result)); }
};

struct Reopening final : Write {
  using Write::Write;
  Completion<Result<void>> done;
  Result<void> result;

  void apply(MemoryDisk::Image& /*image*/) override {}
  void tear(const std::function<std::size_t(std::size_t)>& /*choose*/) override {}
  void refuse(const Error& why) override { result = fail(why); }
  void answer() override { complete_on<void>(executor, std::move(done), std::move(result)); }
  bool reopens() const override { return true; }
};

class Scan final : public ChannelStoreScan {
 public:
  explicit Scan(MemoryDisk::Image image) : image_(std::move(image)) {}
  Result<std::vector<ChannelId>> all_channels() override {
    std::vector<ChannelId> channels;
    for (const auto& entry : image_.channels) channels.push_back(entry.first);
    return channels;
  }
  Result<StoreAnswer> read_now(const StoreQuery& query) override { return memory::read(image_, query); }
  Result<std::vector<OutcomeRow>> outcomes_of(ChannelId channel) override {
    std::vector<OutcomeRow> rows;
    const auto found = image_.channels.find(channel);
    if (found == image_.channels.end()) return rows;
    for (const auto& [key, record] : found->second.outcomes) rows.push_back({key.first, key.second, record});
    return rows;
  }
  Result<PartitionState> partition_state(PartitionId partition) override {
    return memory::partition_state(image_, partition);
  }

 private:
  MemoryDisk::Image image_;
};

}  // namespace

struct MemoryChannelStore::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<MemoryDisk> on, MemoryStoreFaults with) : disk(std::move(on)), faults(std::move(with)) {}

  void start(std::shared_ptr<Write> write) {
    Duration delay{};
    {
      const std::lock_guard lock(mutex);
      if (dead) return;
      writes.push_back(write);
      delay = delay_of(faults.commit_delay);
    }
    run_after(write->executor, delay, [weak = weak_from_this(), write] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      for (const auto& finished : self->finish_up_to(write)) finished->answer();
    });
  }

  /// Everything up to `last`, so that order holds whatever the delays; nothing where that has happened already.
  std::vector<std::shared_ptr<Write>> finish_up_to(const std::shared_ptr<Write>& last) {
    const std::lock_guard lock(mutex);
    std::vector<std::shared_ptr<Write>> finished;
    if (dead || std::find(writes.begin(), writes.end(), last) == writes.end()) return finished;
    while (finished.empty() || finished.back() != last) {
      finished.push_back(std::move(writes.front()));
      writes.pop_front();
      finish(finished.back());
    }
    return finished;
  }

  void finish(const std::shared_ptr<Write>& write) {
    if (write->reopens()) return reopen(*write);
    if (is_closed) return write->refuse(closed());
    const Fate fate = faults.commit ? faults.commit() : Fate::ok;
    if (fate == Fate::ok) {
      const std::lock_guard lock(disk->mutex);
      write->apply(disk->image);
    }
    if (fate == Fate::disk_full) write->refuse({ErrorCode::disk_full, ""});
    if (fate == Fate::unavailable_kept || fate == Fate::unavailable_lost || fate == Fate::unavailable_torn) {
      is_closed = true;
      write->refuse(closed());
      if (fate == Fate::unavailable_torn) write->tear(faults.torn);
      if (fate != Fate::unavailable_lost) uncertain = write;
    }
  }

  void reopen(Write& write) {
    if (faults.reopen) {
      if (auto opened = faults.reopen(); !opened) return write.refuse(opened.error());
    }
    is_closed = false;
    const std::lock_guard lock(disk->mutex);
    settle();
  }
  /// What was uncertain is there when the disk is looked at again.
  void settle() {
    const auto write = std::exchange(uncertain, nullptr);
    if (write == nullptr) return;
    write->apply(disk->image);
    write->refuse(closed());  // may not be answered yet, and its answer stays what it was
  }

  template <class T, class Ask>
  void read(Executor& executor, Completion<Result<T>> done, Ask ask) {
    Duration delay{};
    Duration on_its_way{};
    {
      const std::lock_guard lock(mutex);
      if (dead) return;
      delay = delay_of(faults.read_delay);
      on_its_way = delay_of(faults.answer_delay);
    }
    run_after(executor, delay,
              [weak = weak_from_this(), &executor, on_its_way, done = std::move(done), ask = std::move(ask)]() mutable {
                const auto self = weak.lock();
                if (self == nullptr) return;
                auto result = self->read_now<T>(ask);
                if (!result) return;
                if (on_its_way == Duration::zero()) return done(std::move(*result));
                executor.post_after(on_its_way, [weak, done = std::move(done), result = std::move(*result)]() mutable {
                  if (const auto live = weak.lock(); live && live->lives()) done(std::move(result));
                });
              });
  }

  bool lives() {
    const std::lock_guard lock(mutex);
    return !dead;
  }

  /// nullopt: the process is dead.
  template <class T, class Ask>
  std::optional<Result<T>> read_now(Ask& ask) {
    const std::lock_guard lock(mutex);
    if (dead) return std::nullopt;
    if (faults.read) {
      if (auto allowed = faults.read(); !allowed) return fail(allowed.error());
    }
    const std::lock_guard disk_lock(disk->mutex);
    return Result<T>(ask(disk->image));
  }

  std::shared_ptr<MemoryDisk> disk;
  MemoryStoreFaults faults;
  mutable std::mutex mutex;
  std::deque<std::shared_ptr<Write>> writes;
  std::shared_ptr<Write> uncertain;  // refused, and not lost
  bool is_closed = false;
  bool dead = false;
};

MemoryChannelStore::MemoryChannelStore(std::shared_ptr<MemoryDisk> disk, MemoryStoreFaults faults)
    : state_(std::make_shared<State>(std::move(disk), std::move(faults))) {}

MemoryChannelStore::~MemoryChannelStore() {
  crash(0);
}

void MemoryChannelStore::commit(std::vector<PartitionBatch> batches, Executor& executor,
                                Completion<std::vector<Result<void>>> done) {
  auto write = std::make_shared<CommitWrite>(executor);
  write->batches = std::move(batches);
  write->done = std::move(done);
  state_->start(std::move(write));
}

void MemoryChannelStore::take_over(PartitionId partition, Epoch epoch, Executor& executor,
                                   Completion<Result<PartitionState>> done) {
  auto write = std::make_shared<TakeOverWrite>(executor);
  write->partition = partition;
  write->epoch = epoch;
  write->done = std::move(done);
  state_->start(std::move(write));
}

void MemoryChannelStore::read(StoreQuery query, Executor& executor, Completion<Result<StoreAnswer>> done) {
  state_->read<StoreAnswer>(executor, std::move(done), [query = std::move(query)](const MemoryDisk::Image& image) {
    return memory::read(image, query);
  });
}

void MemoryChannelStore::channels_of(AccountId account, Executor& executor,
                                     Completion<Result<std::vector<ChannelId>>> done) {
  state_->read<std::vector<ChannelId>>(executor, std::move(done), [account](const MemoryDisk::Image& image) {
    return memory::channels_of(image, account);
  });
}

void MemoryChannelStore::reopen(Executor& executor, Completion<Result<void>> done) {
  auto write = std::make_shared<Reopening>(executor);
  write->done = std::move(done);
  state_->start(std::move(write));
}

Incarnation MemoryChannelStore::incarnation() const {
  return state_->disk->incarnation;
}

std::size_t MemoryChannelStore::in_flight() const {
  const std::lock_guard lock(state_->mutex);
  return state_->writes.size();
}

void MemoryChannelStore::crash(std::size_t kept) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return;
  state_->dead = true;
  const std::lock_guard disk_lock(state_->disk->mutex);
  state_->settle();
  const std::size_t whole = state_->is_closed ? 0 : std::min(kept, state_->writes.size());
  for (std::size_t i = 0; i < whole; ++i) state_->writes[i]->apply(state_->disk->image);
  if (!state_->is_closed && whole < state_->writes.size() && state_->faults.torn) {
    state_->writes[whole]->tear(state_->faults.torn);
    state_->writes[whole]->apply(state_->disk->image);
  }
  state_->writes.clear();
}

Epoch MemoryChannelStore::highest_epoch() const {
  const std::lock_guard lock(state_->disk->mutex);
  Epoch highest = 0;
  for (const auto& entry : state_->disk->image.partitions) highest = std::max(highest, entry.second.epoch);
  return highest;
}

std::unique_ptr<ChannelStoreScan> MemoryChannelStore::scan() const {
  const std::lock_guard lock(state_->disk->mutex);
  return std::make_unique<Scan>(state_->disk->image);
}

}  // namespace parley
