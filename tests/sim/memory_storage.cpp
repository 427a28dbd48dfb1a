#include "sim/memory_storage.hpp"

#include <algorithm>
#include <utility>

#include "engines/memory/channel_store_image.hpp"

namespace parley::sim {
namespace {

using Fate = MemoryStoreFaults::Fate;

constexpr std::uint64_t kCommitTakes = 20;
constexpr std::uint64_t kReadTakes = 5;
constexpr std::uint64_t kSlowDisk = 3000;
constexpr std::uint64_t kSlowCommitOneIn = 30;
constexpr std::uint64_t kSlowReadOneIn = 5;

Incarnation first_incarnation() {
  IdBytes bytes{};
  bytes[0] = 7;
  return Incarnation(bytes);
}

}  // namespace

MemoryStorage::MemoryStorage(World& world) : world_(world), disk_(std::make_shared<MemoryDisk>(first_incarnation())) {}

std::unique_ptr<ChannelStore> MemoryStorage::open(std::size_t node) {
  MemoryStoreFaults faults;
  faults.commit = [this] { return fate(); };
  faults.reopen = [this] {
    const bool fails = world_.dice().once_in(2);
    return fails ? Result<void>(fail(ErrorCode::store_unavailable)) : Result<void>{};
  };
  faults.commit_delay = [this, node] {
    return std::max(takes(kCommitTakes, kSlowCommitOneIn), held_until_[node] - world_.uptime());
  };
  faults.read_delay = [this] {
    const Duration all = takes(kReadTakes, kSlowReadOneIn);
    // Every second time what was read is old when it comes.
    answer_takes_ = ++reads_ % 2 == 0 ? all : Duration(0);
    return all - answer_takes_;
  };
  faults.answer_delay = [this] { return answer_takes_; };
  faults.read = [this] {
    const bool fails = reads_fail_ && world_.dice().once_in(4);
    return fails ? Result<void>(fail(ErrorCode::store_unavailable)) : Result<void>{};
  };
  faults.torn = [this](std::size_t batches) { return world_.dice().below(batches + 1); };
  return std::make_unique<MemoryChannelStore>(disk_, std::move(faults));
}

void MemoryStorage::crash(std::size_t /*node*/, ChannelStore& store) {
  auto& memory = static_cast<MemoryChannelStore&>(store);
  memory.crash(world_.dice().below(memory.in_flight() + 1));
}

Fate MemoryStorage::fate() {
  const CommitFate next = std::exchange(next_, CommitFate::ok);
  switch (next) {
    case CommitFate::disk_full:
      return Fate::disk_full;
    case CommitFate::unavailable_kept:
      return Fate::unavailable_kept;
    case CommitFate::unavailable_lost:
      return Fate::unavailable_lost;
    case CommitFate::unavailable_torn:
      return Fate::unavailable_torn;
    case CommitFate::ok:
      break;
  }
  return full_ ? Fate::disk_full : Fate::ok;
}

Duration MemoryStorage::takes(std::uint64_t most, std::uint64_t slow_one_in) {
  if (slow_ && world_.dice().once_in(slow_one_in)) most = kSlowDisk;
  return Duration(static_cast<std::int64_t>(world_.dice().below(most)));
}

void MemoryStorage::restore_backup() {
  IdBytes bytes = disk_->incarnation.bytes();
  bytes[1] = ++restores_;
  disk_ = std::make_shared<MemoryDisk>(Incarnation(bytes));
  disk_->image = backup_;
}

Epoch MemoryStorage::highest_epoch() {
  return MemoryChannelStore(disk_).highest_epoch();
}

std::unique_ptr<ChannelStoreScan> MemoryStorage::scan() {
  return MemoryChannelStore(disk_).scan();
}

CommittedLog MemoryStorage::committed_log() {
  return [this](const ChannelId& channel, Seq from, const std::function<void(Seq, std::string_view)>& row) {
    const auto log = disk_->image.channels.find(channel);
    if (log == disk_->image.channels.end()) return;
    const auto& events = log->second.events;
    for (auto it = events.lower_bound(from); it != events.end(); ++it) row(it->first, it->second);
  };
}

CommittedMember MemoryStorage::committed_member() {
  return [this](const ChannelId& channel, const AccountId& account) {
    const auto found = memory::read(disk_->image, {.summaries = {{channel, account}}}).summaries.front();
    return found ? found->member : std::string();
  };
}

}  // namespace parley::sim
