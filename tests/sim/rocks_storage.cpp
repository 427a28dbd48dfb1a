#include "sim/rocks_storage.hpp"

#include <unistd.h>

#include <algorithm>
#include <future>
#include <utility>

#include "sim/store_examination.hpp"
#include "sim/waiting_store.hpp"

namespace parley::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCommitTakes = 20;
constexpr std::uint64_t kReadTakes = 5;
constexpr std::uint64_t kSlowDisk = 3000;
constexpr std::uint64_t kOperations = 200;  // of a disk until the power goes
constexpr std::uint64_t kRoom = 40'000;
constexpr int kFlips = 3;

Incarnation first_incarnation() {
  IdBytes bytes{};
  bytes[0] = 7;
  return Incarnation(bytes);
}

/// In memory where the system has such a place: syncs cost nothing anyway, names and bytes hardly more.
fs::path root() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
}

}  // namespace

fs::path RocksStorage::folder_of(int pid) {
  return root() / ("parley-sim-" + std::to_string(pid));
}

RocksStorage::RocksStorage(World& world) : world_(world), folder_(folder_of(::getpid())) {
  fs::remove_all(folder_);
  fs::create_directories(folder_);
}

RocksStorage::~RocksStorage() {
  store_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

RocksOptions RocksStorage::options() const {
  RocksOptions options;
  options.path = path();
  options.cache_bytes = 4 << 20;
  // So little that runs flush, compact and purge.
  options.write_buffer_bytes = 256 << 10;
  options.wal_bytes = 256 << 10;
  options.reserve_bytes = 1 << 20;
  options.retry_full_every = std::chrono::milliseconds(0);
  options.purge_after = std::chrono::milliseconds(1);
  options.purge_every = std::chrono::milliseconds(50);
  options.incarnation = first_incarnation();
  options.env = faults_.env();
  return options;
}

void RocksStorage::count(std::string_view kind) {
  world_.trace("disk: " + std::string(kind));
  ++counts_[std::string(kind)];
}

// ---- processes ---------------------------------------------------------------------------------------------------

std::unique_ptr<ChannelStore> RocksStorage::open(std::size_t /*node*/) {
  const auto ended = ended_;
  settle_disk();
  if (world_.dice().once_in(8) && !counts_.empty()) {
    count("power loss while the store is opened");
    faults_.cut_power_after(world_.dice().below(60));
  }
  auto opened = RocksChannelStore::open(options());
  if (!opened || !faults_.powered()) {
    if (!opened && opened.error().code == ErrorCode::damaged) {
      broken_.push_back("P10: no bit was flipped, and the store is called damaged: " + opened.error().text());
    }
    if (faults_.powered()) return nullptr;
    if (opened) opened->reset();
    ended_ = End::power_loss;
    return nullptr;
  }
  store_ = std::move(*opened);
  // Before anybody writes over what a commit left that is there in parts.
  if (ended == End::power_loss) verify_all(*store_, "after a loss of power", broken_);
  written_by_ = Duration(0);
  return std::make_unique<WaitingStore>(
      *store_,
      StoreTimes{.commit_takes =
                     [this] {
                       written_by_ = std::max({written_by_, world_.uptime() + takes(kCommitTakes), held_until_});
                       return written_by_ - world_.uptime();
                     },
                 .read_takes = [this] { return takes(kReadTakes); },
                 .answered = [this] { return answered(); },
                 .written = [this] { end_faults_of_commit(); },
                 .taken_over = [this](PartitionId partition,
                                      const PartitionState& state) { write_as_the_owner_before(partition, state); },
                 .commits = [this](const PartitionBatch& batch) { last_batches_[batch.partition] = batch; },
                 .committed =
                     [this](const ChannelId& channel, Seq head) {
                       Seq& certain = certain_[channel];
                       certain = std::max(certain, head);
                     },
                 .closed = [this] { end_store(); }});
}

/// As one that stood still, has not heard that it lost the partition, and goes on.
void RocksStorage::write_as_the_owner_before(PartitionId partition, const PartitionState& state) {
  const auto last = last_batches_.find(partition);
  if (last == last_batches_.end() || last->second.epoch >= state.epoch) return;
  PartitionBatch late = last->second;
  late.position = state.position + 1;
  const auto results = commit_now(*store_, {std::move(late)});
  if (results.at(0)) broken_.push_back("P2: the store took a batch of an owner that had lost its partition");
}

void RocksStorage::crash(std::size_t /*node*/, ChannelStore& /*store*/) {
  if (!faults_.powered()) {
    ended_ = End::power_loss;
    return;
  }
  switch (world_.dice().below(4)) {
    case 0:
      count("store closed in order");
      ended_ = End::closed;
      return;
    case 1:
      count("process killed");
      ended_ = End::killed;
      return faults_.cut_power();
    default:
      count("power loss");
      ended_ = End::power_loss;
      return faults_.cut_power();
  }
}

void RocksStorage::end_store() {
  store_.reset();
  if (!ended_) ended_ = End::closed;
}

/// What the last process left is on the disk, or not.
void RocksStorage::settle_disk() {
  end_faults_of_commit();
  const auto ended = std::exchange(ended_, std::nullopt);
  if (!ended) return;
  if (*ended == End::power_loss) return lose_unsynced();
  faults_.start_again();
}

void RocksStorage::lose_unsynced() {
  std::mt19937_64 chance(world_.dice().next());
  faults_.restore_power(world_.dice().once_in(4) ? nullptr : &chance);
}

bool RocksStorage::answered() {
  if (faults_.powered()) return true;
  if (power_went_) power_went_();
  return false;
}

Duration RocksStorage::takes(std::uint64_t most) {
  if (slow_ && world_.dice().once_in(30)) most = kSlowDisk;
  return Duration(static_cast<std::int64_t>(world_.dice().below(most)));
}

// ---- faults ------------------------------------------------------------------------------------------------------

void RocksStorage::next_commit(CommitFate fate) {
  switch (fate) {
    case CommitFate::ok:
      end_faults_of_commit();
      if (!faults_.powered()) {
        if (store_) (void)answered();
      } else if (!ended_) {
        faults_.start_again();
      }
      return;
    case CommitFate::disk_full:
      count("no room amid a write");
      switches().room_bytes = world_.dice().below(4000);
      return;
    case CommitFate::unavailable_kept:
      count("failed sync of the log");
      switches().log_sync_fails = true;
      return;
    case CommitFate::unavailable_lost:
      count("failed sync of any file");
      switches().syncs_fail = true;
      return;
    case CommitFate::unavailable_torn:
      count("power loss amid some operation");
      faults_.cut_power_after(world_.dice().below(kOperations));
      return;
  }
}

void RocksStorage::end_faults_of_commit() {
  switches().log_sync_fails = false;
  switches().syncs_fail = false;
  if (!full_) switches().room_bytes = UINT64_MAX;
}

void RocksStorage::fill_disk(bool on) {
  full_ = on;
  if (!on) {
    switches().room_bytes = UINT64_MAX;
    switches().free_bytes = UINT64_MAX;
  } else if (world_.dice().once_in(2)) {
    count("disk full below the reserve");
    switches().free_bytes = 0;
  } else {
    count("disk without any room");
    switches().room_bytes = world_.dice().below(kRoom);
  }
}

// ---- looking at it -----------------------------------------------------------------------------------------------

/// As another process would see it.
std::unique_ptr<RocksChannelStore> RocksStorage::look() const {
  RocksOptions reading = options();
  reading.read_only = true;
  auto opened = RocksChannelStore::open(reading);
  return opened ? std::move(*opened) : nullptr;
}

std::unique_ptr<ChannelStoreScan> RocksStorage::scan() {
  auto scan = store_ ? store_->scan() : Result<std::unique_ptr<ChannelStoreScan>>(fail(ErrorCode::not_found));
  if (scan) return std::move(*scan);
  const auto other = look();
  return other ? other->scan().value() : nullptr;
}

CommittedLog RocksStorage::committed_log() {
  return [this](const ChannelId& channel, Seq from, const std::function<void(Seq, std::string_view)>& row) {
    const auto committed = read_committed({.events = {{.channel = channel,
                                                       .from = from,
                                                       .to = UINT64_MAX,
                                                       .max_events = 1'000'000,
                                                       .max_bytes = UINT64_MAX,
                                                       .newest_first = false}}});
    if (!committed) return;
    Seq& certain = certain_[channel];
    for (const EventRow& event : committed->answer.events.front()) {
      if (committed->live) certain = std::max(certain, event.seq);
      if (event.seq <= certain) row(event.seq, event.record);
    }
  };
}

CommittedMember RocksStorage::committed_member() {
  return [this](const ChannelId& channel, const AccountId& account) {
    const auto committed = read_committed({.summaries = {{channel, account}}});
    return committed && committed->answer.summaries.front() ? committed->answer.summaries.front()->member
                                                            : std::string();
  };
}

std::optional<RocksStorage::Committed> RocksStorage::read_committed(const StoreQuery& query) const {
  if (store_) {
    if (auto found = read_now(*store_, query)) return Committed{.answer = std::move(*found), .live = true};
  }
  const auto other = look();
  if (!other) return std::nullopt;
  auto found = read_now(*other, query);
  if (!found) return std::nullopt;
  return Committed{.answer = std::move(*found), .live = false};
}

void RocksStorage::examine(std::vector<std::string>& broken) {
  broken.insert(broken.end(), broken_.begin(), broken_.end());
  if (!store_) return broken.emplace_back("P1: the store is not open when all is over"), void();
  const auto before = read_all(*store_, broken);
  verify_all(*store_, "at the end", broken);

  faults_.cut_power();
  store_.reset();
  lose_unsynced();
  // What was committed last lies in the log yet.
  const fs::path killed = folder_ / "killed";
  fs::copy(path(), killed, fs::copy_options::recursive);
  auto opened = RocksChannelStore::open(options());
  if (!opened) return broken.push_back("P1: after a loss of power the store does not open: " + opened.error().text());
  count("power loss when all is over");
  if (read_all(**opened, broken) != before) {
    broken.emplace_back("P1: after a loss of power the store holds something else than what it had answered");
  }
  verify_all(**opened, "after a loss of power", broken);

  opened->reset();
  for (int n = 0; n < kFlips; ++n) {
    count("flipped bit");
    const fs::path copy = folder_ / "flipped";
    fs::create_directories(copy);
    fs::copy(world_.dice().once_in(2) ? killed : fs::path(path()), copy / "channels", fs::copy_options::recursive);
    flip_and_repair(copy, before, world_.dice(), broken);
    fs::remove_all(copy);
  }
}

}  // namespace parley::sim
