#include "engines/memory/command_queue.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/assert.hpp"

namespace parley {
namespace {

// Shared, because a command is kept until it is done and its copy for the consumer is made outside the lock.
using Entry = std::shared_ptr<const QueuedCommand>;

struct Notice {
  PartitionId partition = 0;
  std::optional<Epoch> gained;  // nullopt: lost
};

/// One owner: a shard of a node.
struct Owner {
  NodeId node;
  Executor* executor = nullptr;
  PartitionConsumer* consumer = nullptr;
  bool subscribed = true;
  bool woken = false;  // a hand-out is posted and has not begun
  std::size_t backlog = 0;
  std::vector<Notice> notices;
  std::vector<PartitionId> ready;  // partitions with commands to hand out, in order of arrival
};

/// Somebody waits until all that was pushed before is done.
struct Waiter {
  Executor* executor = nullptr;
  Task then;
  std::size_t partitions = 0;  // where something is left
};

struct Partition {
  std::shared_ptr<Owner> owner;  // null: commands wait for one
  Epoch epoch = 0;
  bool ready = false;  // stands in the owner's list
  std::size_t handed = 0;
  std::deque<Entry> entries;  // not yet done, the first `handed` are with the owner
  std::uint64_t done = 0;     // commands ever
  std::deque<std::pair<std::uint64_t, std::shared_ptr<Waiter>>> waiters;  // until so many are done; rising
};

struct Delivery {
  std::vector<Notice> notices;
  std::vector<std::pair<PartitionId, std::vector<Entry>>> commands;
};

struct Node {
  std::uint32_t shards = 1;
  bool expired = false;  // and has not come back since
  std::map<std::uint32_t, std::shared_ptr<Owner>> owners;
};

}  // namespace

struct MemoryCommandQueue::State : std::enable_shared_from_this<State> {
  State(Epoch first_epoch, std::size_t limit)
      : next_epoch(first_epoch), backlog_limit(limit), partitions(kPartitions) {}

  /// Who should own `partition` as things stand; null: nobody.
  std::shared_ptr<Owner> owner_of(PartitionId partition) const {
    std::vector<const Node*> live;
    for (const auto& entry : nodes) {
      if (!entry.second.expired) live.push_back(&entry.second);
    }
    if (live.empty()) return nullptr;
    const Node& node = *live[partition * live.size() / kPartitions];
    const auto found = node.owners.find(partition % node.shards);
    return found == node.owners.end() ? nullptr : found->second;
  }

  void deal() {
    const Epoch epoch = next_epoch++;
    for (PartitionId id = 0; id < kPartitions; ++id) {
      Partition& partition = partitions[id];
      auto owner = owner_of(id);
      if (owner == partition.owner) continue;
      backlog_of(partition) -= partition.entries.size();
      if (partition.owner != nullptr && partition.owner->subscribed) {
        partition.owner->notices.push_back({id, std::nullopt});
        std::erase(partition.owner->ready, id);
        wake(partition.owner);
      }
      partition.owner = std::move(owner);
      partition.handed = 0;
      partition.ready = false;
      backlog_of(partition) += partition.entries.size();
      if (partition.owner == nullptr) continue;
      partition.epoch = epoch;
      partition.owner->notices.push_back({id, epoch});
      make_ready(id);
      wake(partition.owner);
    }
  }

  std::size_t& backlog_of(Partition& partition) {
    return partition.owner == nullptr ? ownerless_backlog : partition.owner->backlog;
  }

  void make_ready(PartitionId id) {
    Partition& partition = partitions[id];
    if (partition.owner == nullptr || partition.ready || partition.handed == partition.entries.size()) return;
    partition.ready = true;
    partition.owner->ready.push_back(id);
    wake(partition.owner);
  }

  void wake(const std::shared_ptr<Owner>& owner) {
    if (owner->woken) return;
    owner->woken = true;
    owner->executor->post([weak = weak_from_this(), owner] {
      if (const auto self = weak.lock()) self->hand_out(owner);
    });
  }

  void hand_out(const std::shared_ptr<Owner>& owner) {
    Delivery delivery = take(*owner);
    for (const Notice& notice : delivery.notices) {
      if (!still_subscribed(*owner)) return;
      if (notice.gained)
        owner->consumer->gained(notice.partition, *notice.gained);
      else
        owner->consumer->lost(notice.partition);
    }
    for (auto& [partition, entries] : delivery.commands) {
      std::vector<QueuedCommand> commands;
      commands.reserve(entries.size());
      for (const Entry& entry : entries) commands.push_back(*entry);
      entries.clear();
      if (!still_subscribed(*owner)) return;
      owner->consumer->commands(partition, std::move(commands));
    }
  }

  Delivery take(Owner& owner) {
    const std::lock_guard lock(mutex);
    owner.woken = false;
    Delivery delivery;
    if (!owner.subscribed) return delivery;
    if (std::exchange(nodes.at(owner.node).expired, false)) deal();
    delivery.notices = std::exchange(owner.notices, {});
    for (const PartitionId id : std::exchange(owner.ready, {})) {
      Partition& partition = partitions[id];
      const auto first = partition.entries.begin() + static_cast<std::ptrdiff_t>(partition.handed);
      delivery.commands.emplace_back(id, std::vector<Entry>(first, partition.entries.end()));
      partition.handed = partition.entries.size();
      partition.ready = false;
    }
    return delivery;
  }

  bool still_subscribed(const Owner& owner) const {
    const std::lock_guard lock(mutex);
    return owner.subscribed;
  }

  mutable std::mutex mutex;
  Epoch next_epoch;
  const std::size_t backlog_limit;
  std::map<NodeId, Node> nodes;
  std::vector<Partition> partitions;
  std::size_t ownerless_backlog = 0;
};

MemoryCommandQueue::MemoryCommandQueue(Epoch first_epoch, std::size_t backlog)
    : state_(std::make_shared<State>(first_epoch, backlog)) {}

MemoryCommandQueue::~MemoryCommandQueue() = default;

Result<void> MemoryCommandQueue::push(std::vector<QueuedCommand> commands) {
  std::vector<std::pair<PartitionId, Entry>> entries;
  entries.reserve(commands.size());
  for (QueuedCommand& command : commands) {
    const PartitionId partition = partition_of(command.channel());
    entries.emplace_back(partition, std::make_shared<const QueuedCommand>(std::move(command)));
  }

  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  // Counted first, because all are taken or none.
  for (const auto& entry : entries) ++state.backlog_of(state.partitions[entry.first]);
  const bool fits = std::ranges::all_of(entries, [&](const auto& entry) {
    return state.backlog_of(state.partitions[entry.first]) <= state.backlog_limit;
  });
  if (!fits) {
    for (const auto& entry : entries) --state.backlog_of(state.partitions[entry.first]);
    return fail(ErrorCode::overloaded);
  }
  for (auto& [partition, entry] : entries) {
    state.partitions[partition].entries.push_back(std::move(entry));
    state.make_ready(partition);
  }
  return {};
}

void MemoryCommandQueue::subscribe(NodeId node, std::uint32_t shard, std::uint32_t shards, Executor& executor,
                                   PartitionConsumer& consumer) {
  PARLEY_ASSERT(shards > 0 && shard < shards);
  auto owner = std::make_shared<Owner>();
  owner->node = node;
  owner->executor = &executor;
  owner->consumer = &consumer;
  const std::lock_guard lock(state_->mutex);
  Node& entry = state_->nodes[node];
  PARLEY_ASSERT(entry.owners.empty() || entry.shards == shards);
  PARLEY_ASSERT(!entry.owners.contains(shard));
  entry.shards = shards;
  entry.owners[shard] = std::move(owner);
  state_->deal();
}

void MemoryCommandQueue::unsubscribe(NodeId node, std::uint32_t shard) {
  const std::lock_guard lock(state_->mutex);
  const auto entry = state_->nodes.find(node);
  if (entry == state_->nodes.end()) return;
  const auto found = entry->second.owners.find(shard);
  if (found == entry->second.owners.end()) return;
  found->second->subscribed = false;
  entry->second.owners.erase(found);
  if (entry->second.owners.empty()) state_->nodes.erase(entry);
  state_->deal();
}

void MemoryCommandQueue::expire(NodeId node) {
  const std::lock_guard lock(state_->mutex);
  const auto entry = state_->nodes.find(node);
  if (entry == state_->nodes.end() || std::exchange(entry->second.expired, true)) return;
  state_->deal();
  // Also where there was nothing to lose, so that it comes back.
  for (const auto& owner : entry->second.owners) state_->wake(owner.second);
}

void MemoryCommandQueue::done(PartitionId id, Epoch epoch, std::size_t count) {
  std::vector<Entry> finished;  // destroyed outside the lock
  const std::lock_guard lock(state_->mutex);
  Partition& partition = state_->partitions.at(id);
  if (partition.owner == nullptr || epoch != partition.epoch) return;
  PARLEY_ASSERT(count <= partition.handed);
  const auto end = partition.entries.begin() + static_cast<std::ptrdiff_t>(count);
  finished.assign(std::make_move_iterator(partition.entries.begin()), std::make_move_iterator(end));
  partition.entries.erase(partition.entries.begin(), end);
  partition.handed -= count;
  partition.owner->backlog -= count;
  partition.done += count;
  while (!partition.waiters.empty() && partition.waiters.front().first <= partition.done) {
    Waiter& waiter = *partition.waiters.front().second;
    if (--waiter.partitions == 0) waiter.executor->post(std::move(waiter.then));
    partition.waiters.pop_front();
  }
}

void MemoryCommandQueue::when_done(Executor& executor, Task then) {
  auto waiter = std::make_shared<Waiter>(Waiter{.executor = &executor, .then = std::move(then)});
  const std::lock_guard lock(state_->mutex);
  for (Partition& partition : state_->partitions) {
    if (partition.entries.empty()) continue;
    partition.waiters.emplace_back(partition.done + partition.entries.size(), waiter);
    ++waiter->partitions;
  }
  if (waiter->partitions == 0) executor.post(std::move(waiter->then));
}

std::size_t MemoryCommandQueue::waiting() const {
  const std::lock_guard lock(state_->mutex);
  std::size_t waiting = 0;
  for (const Partition& partition : state_->partitions) waiting += partition.entries.size();
  return waiting;
}

}  // namespace parley
