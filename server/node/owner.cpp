#include "node/owner.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace parley {
namespace {

/// While memory is tight half of the cached channels go, at most this often.
constexpr Duration kShrinkEvery(1000);
/// Channels loaded by one read, so that a person with a thousand channels does not hold up the others.
constexpr std::size_t kLoadAtOnce = 64;

/// Seconds since the command arrived, by the wall clock, which may have jumped.
double waited(const TurnItem& item, Time now) {
  const Time at = std::visit(
      [](const auto& command) {
        if constexpr (requires { command.stamp; }) {
          return command.stamp.at;
        } else {
          return command.at;
        }
      },
      item.queued.command);
  return std::max(0.0, static_cast<double>((now - at).count()) / 1000.0);
}

}  // namespace

Owner::Owner(const Settings& settings, Executor& executor, ChannelStore& store, CommandQueue& queue, Clock& clock,
             Random& random, Outlet::ToIo to_io, RemoteNodes* remote, NodeMetrics& metrics)
    : settings_(settings),
      executor_(executor),
      store_(store),
      queue_(queue),
      clock_(clock),
      salts_(random),
      metrics_(metrics),
      outlet_(settings.node, settings.ios, directory_, std::move(to_io), remote),
      cache_(settings.cached_channels),
      alive_(std::make_shared<bool>(true)) {}

Owner::~Owner() = default;

void Owner::start() {
  queue_.subscribe(settings_.node, settings_.shard, settings_.shards, executor_, *this);
}

void Owner::stop(Task done) {
  queue_.unsubscribe(settings_.node, settings_.shard);
  stopping_ = true;
  stopped_ = std::move(done);
  schedule();
}

// ---- partitions --------------------------------------------------------------------------------------------------

void Owner::gained(PartitionId partition, Epoch epoch) {
  partitions_.at(partition) = Partition{};
  partitions_[partition]->epoch = epoch;
  partitions_[partition]->fence = epoch << kFenceBits;
  // What was refused before may have come again to whoever had it meanwhile.
  order_.forget([&](const Line& line) { return partition_of(std::get<ChannelId>(line)) == partition; });
  untold_ = true;
  take_over(partition);
}

void Owner::take_over(PartitionId partition) {
  const Epoch fence = partitions_[partition]->fence;
  ++taking_over_;
  store_.take_over(partition, fence, executor_,
                   [this, alive = std::weak_ptr(alive_), partition, fence](Result<PartitionState> state) {
                     if (alive.expired()) return;
                     --taking_over_;
                     auto& mine = partitions_[partition];
                     const bool current = mine && mine->fence == fence;
                     if (current && state) outlet_.owns(partition, mine->epoch);
                     tell_missed();
                     if (!current) return;
                     if (!state) return take_over_failed(partition, state.error());
                     mine->position = state->position;
                     mine->ready = true;
                     auto& early = mine->early;
                     waiting_.insert(waiting_.begin(), std::make_move_iterator(early.begin()),
                                     std::make_move_iterator(early.end()));
                     early.clear();
                     schedule();
                   });
}

void Owner::take_over_failed(PartitionId partition, const Error& error) {
  if (error.code != ErrorCode::stale_owner) return store_failed();  // tried again once the store was opened anew
  log::error("take_over_failed", {{"partition", partition}, {"error", error.name()}});  // somebody else has it
}

/// Once for all partitions that are gained together. What is asked from now on finds what was committed before.
void Owner::tell_missed() {
  if (taking_over_ > 0 || !std::exchange(untold_, false)) return;
  if (settings_.missed) settings_.missed();
}

void Owner::lost(PartitionId partition) {
  auto& mine = partitions_.at(partition);
  if (!mine) return;
  auto early = std::move(mine->early);
  give_up(partition);
  for (auto& item : early) {
    if (item.inspection) {
      item.inspection(fail(ErrorCode::stale_owner));
    } else {
      refuse(item, ErrorCode::stale_owner);
    }
  }
  outlet_.flush();
  cache_.drop_partition(partition);
}

void Owner::give_up(PartitionId partition) {
  partitions_[partition].reset();
  outlet_.owns_no_more(partition);
}

std::optional<Position> Owner::position_of(PartitionId partition) const {
  const auto& mine = partitions_[partition];
  if (!mine || !mine->ready) return std::nullopt;
  return mine->position;
}

void Owner::commands(PartitionId partition, std::vector<QueuedCommand> commands) {
  auto& mine = partitions_.at(partition);
  if (!mine) return;
  metrics_.commands.add(commands.size());
  const Duration now = clock_.uptime();
  for (auto& queued : commands) {
    TurnItem item;
    item.channel = queued.channel();
    item.since = now;
    item.number = mine->first + mine->finished.size();
    item.epoch = mine->epoch;
    mine->finished.push_back(false);
    item.queued = std::move(queued);
    waiting_.push_back(std::move(item));
  }
  schedule();
}

void Owner::inspect(const ChannelId& channel, Inspection inspection) {
  if (down_) return inspect_stored(channel, std::move(inspection));
  // Between turns all that is in memory is committed; commands that wait came before the question.
  if (!turn_ && waiting_.empty() && !reopening_ && position_of(partition_of(channel))) {
    if (const LoadedChannel* found = cache_.find(channel)) {
      return inspection(found->state().exists() ? found : nullptr);
    }
  }
  TurnItem item;
  item.channel = channel;
  item.inspection = std::move(inspection);
  wait(std::move(item));
}

void Owner::wait(TurnItem item) {
  item.since = clock_.uptime();
  waiting_.push_back(std::move(item));
  schedule();
}

bool Owner::handed_on(const TurnItem& item) const {
  const auto& mine = partitions_[partition_of(item.channel)];
  return item.number && (!mine || mine->epoch != item.epoch);
}

/// Counts a command as done, and tells the queue how far the oldest ones are.
void Owner::finish(const TurnItem& item) {
  if (!item.number || handed_on(item)) return;
  const PartitionId partition = partition_of(item.channel);
  auto& mine = partitions_[partition];
  if (*item.number < mine->first) return;
  mine->finished[*item.number - mine->first] = true;
  std::size_t done = 0;
  while (!mine->finished.empty() && mine->finished.front()) {
    mine->finished.pop_front();
    ++done;
  }
  mine->first += done;
  if (done > 0) queue_.done(partition, mine->epoch, done);
}

void Owner::refuse(const TurnItem& item, const Error& error) {
  if (handed_on(item)) return;  // a request has one answer, which is not known here
  if (const auto line = line_of(item); line && may_come_again(error)) {
    const SendId& send_id = std::get<Command>(item.queued.command).stamp.send_id;
    order_.refused(*line, send_id, item.queued.number, clock_.uptime());
  }
  metrics_.refused(error.code);
  SendId send_id;
  if (const auto* command = std::get_if<Command>(&item.queued.command)) send_id = command->stamp.send_id;
  outlet_.answer({item.queued.origin, item.channel, send_id, error});
  finish(item);
}

std::optional<Owner::Line> Owner::line_of(const TurnItem& item) {
  const Origin& origin = item.queued.origin;
  const bool sent = !item.inspection && std::holds_alternative<Command>(item.queued.command) && origin.session != 0;
  return sent ? std::optional(Line{item.channel, origin.node, origin.session}) : std::nullopt;
}

/// What a session sent before it heard that an earlier send is refused would go before that one, which may come again.
bool Owner::refuse_behind(const TurnItem& item) {
  const auto line = line_of(item);
  if (!line || handed_on(item)) return false;
  const SendId& send_id = std::get<Command>(item.queued.command).stamp.send_id;
  std::uint64_t number = item.queued.number;
  // Behind nothing: its session has heard what became of all before it, and waits for none of them.
  const bool gives_up = !item.queued.behind;
  if (!order_.is_behind(*line, send_id, number, gives_up) && !is_behind_unheard(item, *line)) return false;
  refuse(item, behind_another_send());
  return true;
}

/// Who had the partition before may have refused what this is behind, when its session had not heard of that yet: until
/// something of the session comes that is behind nothing.
bool Owner::is_behind_unheard(const TurnItem& item, const Line& line) {
  const auto& mine = partitions_[partition_of(item.channel)];
  if (!mine) return false;
  if (item.queued.behind && !heard_.heard(line, mine->epoch)) return true;
  heard_.hear(line, mine->epoch);
  return false;
}

// ---- turns -------------------------------------------------------------------------------------------------------

/// The oldest is the first of what waits; while a turn is in flight, the first of that, which was told before it began.
void Owner::tell_delay() {
  if (settings_.delay == nullptr || turn_) return;
  settings_.delay->set(settings_.shard, waiting_.empty() ? std::nullopt : std::optional(waiting_.front().since));
}

void Owner::schedule() {
  tell_delay();
  if (down_) return answer_while_down();
  if (scheduled_ || turn_ || reopening_) return;
  scheduled_ = true;
  executor_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    scheduled_ = false;
    if (!turn_ && !reopening_) run_turn();
  });
}

void Owner::run_turn() {
  std::vector<TurnItem> items;
  std::vector<ChannelId> missing;
  items.reserve(std::min(waiting_.size(), settings_.commands_per_turn));
  while (!waiting_.empty() && items.size() < settings_.commands_per_turn) {
    TurnItem item = std::move(waiting_.front());
    waiting_.pop_front();
    auto& mine = partitions_[partition_of(item.channel)];
    if (handed_on(item) || refuse_behind(item)) continue;
    if (!mine) {
      if (item.inspection) {
        item.inspection(fail(ErrorCode::stale_owner));
      } else {
        refuse(item, ErrorCode::stale_owner);
      }
      continue;
    }
    item.epoch = mine->epoch;
    // Also before the partition is taken over anew: what waits for the channel came before.
    if (auto parked = parked_.find(item.channel); parked != parked_.end()) {
      parked->second.push_back(std::move(item));
    } else if (!mine->ready) {
      mine->early.push_back(std::move(item));
    } else if (cache_.find(item.channel) == nullptr) {
      missing.push_back(item.channel);
      parked_[item.channel].push_back(std::move(item));
    } else if (item.inspection) {
      item.inspection(static_cast<const LoadedChannel*>(
          cache_.find(item.channel)->state().exists() ? cache_.find(item.channel) : nullptr));
    } else if (!defer_totals(item)) {
      items.push_back(std::move(item));
    }
  }
  for (std::size_t at = 0; at < missing.size(); at += kLoadAtOnce) {
    load({missing.begin() + static_cast<std::ptrdiff_t>(at),
          missing.begin() + static_cast<std::ptrdiff_t>(std::min(at + kLoadAtOnce, missing.size()))});
  }
  outlet_.flush();
  if (items.empty()) {
    if (!waiting_.empty()) schedule();
    tell_delay();
    trim();
    if (stopping_ && waiting_.empty() && parked_.empty() && stopped_) std::exchange(stopped_, nullptr)();
    return;
  }
  metrics_.queue_seconds.observe(waited(items.front(), clock_.now()));
  turn_ = std::make_unique<Turn>(std::move(items));
  turn_started_ = clock_.uptime();
  trace(TraceStage::turn);
  std::vector<TurnItem> deferred;
  auto query = turn_->first_query(deferred, [this](const Command& command) {
    return cache_.find(command.channel)->is_new(command.stamp.account, command.stamp.send_id);
  });
  for (auto it = deferred.rbegin(); it != deferred.rend(); ++it) waiting_.push_front(std::move(*it));
  if (query.empty()) return decide_all(StoreAnswer{});
  store_.read(std::move(query), executor_, [this, alive = std::weak_ptr(alive_)](Result<StoreAnswer> found) {
    if (!alive.expired()) decide_all(std::move(found));
  });
}

void Owner::decide_all(Result<StoreAnswer> found) {
  Result<StoreQuery> more = found ? turn_->second_query(std::move(*found)) : fail(found.error());
  if (!more) {
    finish_turn([&](const TurnItem&) { return &more.error(); });
    return end_turn();
  }
  if (more->empty()) return commit();
  store_.read(std::move(*more), executor_, [this, alive = std::weak_ptr(alive_)](Result<StoreAnswer> edits) {
    if (alive.expired()) return;
    if (!edits) {
      finish_turn([&](const TurnItem&) { return &edits.error(); });
      return end_turn();
    }
    turn_->take_second(std::move(*edits));
    commit();
  });
}

void Owner::commit() {
  // The store failed while the turn was reading: what that stands on is forgotten, and its partitions are taken over
  // anew, under fences that the store may not have yet.
  if (forget_) {
    const Error failed(ErrorCode::store_unavailable);
    finish_turn([&](const TurnItem&) { return &failed; });
    return end_turn();
  }
  auto& items = turn_->items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    LoadedChannel* channel = cache_.find(items[i].channel);
    // Its partition was lost while the turn was reading.
    if (channel != nullptr) turn_->decide(i, *channel, salts_);
  }
  trace(TraceStage::decided);
  auto batches = turn_->batches([this](PartitionId partition) {
    const auto& mine = partitions_[partition];
    return std::pair<Epoch, Position>{mine->fence, mine->position + 1};
  });
  std::vector<std::pair<PartitionId, Epoch>> partitions;
  for (const auto& batch : batches) partitions.emplace_back(batch.partition, batch.epoch);
  if (batches.empty()) return committed({}, {});
  store_.commit(std::move(batches), executor_,
                [this, alive = std::weak_ptr(alive_), partitions](std::vector<Result<void>> results) {
                  if (!alive.expired()) committed(partitions, results);
                });
}

void Owner::committed(const std::vector<std::pair<PartitionId, Epoch>>& batches,
                      const std::vector<Result<void>>& results) {
  std::map<PartitionId, Error> failed;
  bool store_down = false;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const auto& [partition, fence] = batches[i];
    auto& mine = partitions_[partition];
    // Lost, and perhaps gained again, while the commit was on its way: another owner answers.
    const bool still_mine = mine && mine->fence == fence;
    if (results[i] && still_mine) {
      ++mine->position;
      commits_.succeeded();
      continue;
    }
    const Error error = results[i] ? Error(ErrorCode::stale_owner) : results[i].error();
    failed.emplace(partition, error);
    if (!still_mine) {
      untold_ = true;
      continue;
    }
    commits_.failed(partition, error);
    store_down = store_down || error.code == ErrorCode::store_unavailable;
    // What was decided on top of it never happened.
    cache_.drop_partition(partition);
    if (error.code == ErrorCode::stale_owner) give_up(partition);
  }
  // Also where nothing was to be committed, so that no fence told it.
  for (const auto& item : turn_->items()) {
    const auto& mine = partitions_[partition_of(item.channel)];
    if (!mine || mine->epoch != item.epoch) failed.emplace(partition_of(item.channel), ErrorCode::stale_owner);
  }
  trace_commit(failed);
  auto committed_under = [&](PartitionId partition) {
    return failed.contains(partition) ? std::nullopt : std::optional(partitions_[partition]->epoch);
  };
  turn_->tell(outlet_, committed_under, settings_.preview_bytes);
  for (const auto& [id, turn] : turn_->channels()) {
    if (!settings_.parted || failed.contains(partition_of(id))) continue;
    for (const auto& account : turn.parted) settings_.parted(account);
  }
  finish_turn([&](const TurnItem& item) -> const Error* {
    const auto it = failed.find(partition_of(item.channel));
    return it == failed.end() ? nullptr : &it->second;
  });
  for (std::size_t kind = 0; kind < metrics_.events.size(); ++kind) {
    if (const std::size_t count = turn_->events_by_kind()[kind]; count > 0) metrics_.events[kind]->add(count);
  }
  metrics_.sends_posted.add(turn_->posted());
  metrics_.sends_refused.add(turn_->refused().size());
  for (const ErrorCode code : turn_->refused()) metrics_.refused(code);
  if (!batches.empty()) {
    metrics_.batch_events.observe(static_cast<double>(turn_->events()));
    metrics_.commit_seconds.observe(static_cast<double>((clock_.uptime() - turn_started_).count()) / 1000.0);
  }
  if (store_down) store_failed();
  tell_missed();
  end_turn();
}

void Owner::finish_turn(const std::function<const Error*(const TurnItem&)>& error_of) {
  bool refused = false;
  for (const auto& item : turn_->items()) {
    const Error* error = error_of(item);
    if (error == nullptr) {
      finish(item);
    } else {
      refuse(item, *error);
      refused = true;
    }
  }
  // Now, and not when they are due: until then it might no longer be known.
  if (refused) std::erase_if(waiting_, [this](const TurnItem& item) { return refuse_behind(item); });
}

void Owner::trace(TraceStage stage) {
  if (settings_.tracer == nullptr || !settings_.tracer->armed()) return;
  for (const auto& item : turn_->items()) {
    const auto* command = std::get_if<Command>(&item.queued.command);
    if (command != nullptr) settings_.tracer->reached(command->stamp.send_id, stage);
  }
}

void Owner::trace_commit(const std::map<PartitionId, Error>& failed) {
  if (settings_.tracer == nullptr || !settings_.tracer->armed()) return;
  for (const auto& answer : turn_->answers()) {
    const auto* outcome = std::get_if<wire::StoredOutcome>(&answer.body);
    if (outcome == nullptr || failed.contains(partition_of(answer.channel))) continue;
    settings_.tracer->committed(answer.send_id, answer.channel, outcome->seq);
  }
  for (const auto& item : turn_->items()) {
    const auto* command = std::get_if<RegisterCommand>(&item.queued.command);
    const auto* move = command == nullptr ? nullptr : std::get_if<registers::MoveCursor>(&command->body);
    if (move == nullptr || failed.contains(partition_of(item.channel))) continue;
    settings_.tracer->moved(item.channel, command->account, move->delivered, move->read);
  }
}

void Owner::end_turn() {
  for (const auto& item : turn_->items()) {
    const LoadedChannel* channel = cache_.find(item.channel);
    // Asked for, but never made: nothing to keep in memory.
    if (channel != nullptr && !channel->state().exists()) cache_.drop(item.channel);
  }
  outlet_.flush();
  turn_.reset();
  tell_delay();
  if (std::exchange(forget_, false)) cache_.clear();
  trim();
  metrics_.loaded_channels.set(static_cast<std::int64_t>(cache_.size()));
  if (!waiting_.empty() || stopping_) schedule();
}

void Owner::trim() {
  if (turn_) return;  // it points into the cache
  cache_.trim();
  if (settings_.memory == nullptr || settings_.memory->load(std::memory_order_relaxed) == MemoryState::roomy) return;
  const Duration now = clock_.uptime();
  if (now - shrunk_at_ < kShrinkEvery) return;
  shrunk_at_ = now;
  cache_.trim_to(cache_.size() / 2);
}

}  // namespace parley
