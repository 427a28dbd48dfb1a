#include "engines/rocksdb/committer.hpp"

#include <algorithm>
#include <chrono>

#include "engines/rocksdb/disk.hpp"
#include "ports/complete_on.hpp"

namespace parley::rocks {

Committer::Committer(Holder& holder, std::vector<PartitionState> states) : holder_(holder) {
  remember(states);
  thread_ = std::thread([this] { run(); });
}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void Committer::submit(Request request) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(request));
  }
  woken_.notify_one();
}

void Committer::run() {
  for (;;) {
    std::deque<Request> taken;
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      taken.swap(waiting_);
    }
    while (!taken.empty()) {
      if (auto* request = std::get_if<Reopen>(&taken.front())) {
        complete_on<void>(*request->executor, std::move(request->done), reopen_now());
        taken.pop_front();
      } else {
        serve_writes(taken);
      }
    }
  }
}

void Committer::serve_writes(std::deque<Request>& requests) {
  const auto next_is_write = [&] { return !requests.empty() && requests.front().index() == 0; };
  const auto take = [&] {
    WriteRequest request = std::move(std::get<WriteRequest>(requests.front()));
    requests.pop_front();
    return request;
  };
  const auto room = check_room();
  const auto used = holder_.use_to_write();
  if (!room || !used) {
    const Error why = used ? room.error() : used.error();
    while (next_is_write()) refuse(take(), why);
    return;
  }
  Group group(**used, states_);
  while (next_is_write() && !group.full()) group.add(take());
  const Result<void> written = write(**used, group);
  if (written) remember(group.states());
  group.complete(written);
}

Result<void> Committer::write(const Database& database, Group& group) {
  rocksdb::WriteBatch writes = group.take_writes();
  if (writes.Count() == 0) return {};
  if (holder_.options().read_only) {
    return fail(ErrorCode::store_unavailable, "the store was opened for reading only");
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto start = std::chrono::steady_clock::now();
  const auto status = database.db().Write(synced, &writes);
  const auto end = std::chrono::steady_clock::now();
  if (!status.ok()) return write_failed(database, status);
  if (holder_.options().on_commit) {
    holder_.options().on_commit({.batches = group.batches(),
                                 .keys = writes.Count(),
                                 .bytes = writes.GetDataSize(),
                                 .write = std::chrono::duration_cast<std::chrono::microseconds>(end - start),
                                 .sync = database.last_log_sync()});
  }
  return {};
}

Result<void> Committer::check_room() {
  const RocksOptions& options = holder_.options();
  if (auto room = rocks::check_room(options); !room) return room;
  if (auto used = holder_.use_to_write(); used && (*used)->ran_full()) ran_full_ = true;
  if (!ran_full_) return {};
  if (std::chrono::steady_clock::now() < ran_full_at_ + options.retry_full_every) return fail(ErrorCode::disk_full);
  // Not DB::Resume: it does not always leave a log cut short behind, and writing to that one again aborts.
  if (auto opened = reopen_now(); !opened) {
    ran_full_ = !holder_.poisoned();  // closed now: whoever is answered so has to ask for the reopening
    return fail(ErrorCode::disk_full, "the disk was full: " + opened.error().text());
  }
  return {};
}

Result<void> Committer::write_failed(const Database& database, const rocksdb::Status& status) {
  // A record that did not fit was cut short and will never be read back; a failed sync leaves everything open.
  if (status.IsNoSpace() && !database.sync_failed()) {
    ran_full_ = true;
    ran_full_at_ = std::chrono::steady_clock::now();
    return fail(to_error(status, "cannot write"));
  }
  const std::string why = "cannot write: " + status.ToString();
  holder_.poison(why);
  return fail(ErrorCode::store_unavailable, why);
}

Result<void> Committer::reopen_now() {
  const auto database = holder_.reopen(states_);
  if (!database) return fail(database.error());
  const auto states = (*database)->load_partitions();
  if (!states) return fail(states.error());
  remember(*states);
  ran_full_ = false;
  holder_.allow();
  return {};
}

void Committer::remember(const std::vector<PartitionState>& states) {
  states_ = states;
  highest_epoch_.store(std::ranges::max_element(states_, {}, &PartitionState::epoch)->epoch);
}

}  // namespace parley::rocks
