// How an owner brings channels into memory, and finds totals that lie too far back to be there.
#include <algorithm>
#include <utility>

#include "node/channel_loader.hpp"
#include "node/owner.hpp"

namespace parley {
namespace {

constexpr std::uint32_t kScanPage = 1000;
constexpr std::uint64_t kScanBytes = 4U << 20U;

}  // namespace

void Owner::load(std::vector<ChannelId> channels) {
  std::vector<Epoch> fences;
  for (const auto& id : channels) fences.push_back(partitions_[partition_of(id)]->fence);
  load_channels(store_, executor_, channels,
                [this, alive = std::weak_ptr(alive_), channels,
                 fences = std::move(fences)](std::vector<Result<LoadedChannel>> results) {
                  if (alive.expired()) return;
                  for (std::size_t i = 0; i < channels.size(); ++i) {
                    const auto& mine = partitions_[partition_of(channels[i])];
                    // What was read under another fence may be old: whoever waits is looked at again.
                    const bool current = mine && mine->fence == fences[i];
                    if (current && results[i]) cache_.insert(channels[i], std::move(*results[i]));
                    loaded(channels[i], current && !results[i] ? fail(results[i].error()) : Result<void>{});
                  }
                });
}

/// Releases what waited for `channel`, in the order it came.
void Owner::loaded(const ChannelId& channel, Result<void> result) {
  auto parked = parked_.extract(channel);
  if (parked.empty()) return;
  auto& items = parked.mapped();
  if (!result) {
    for (auto& item : items) {
      if (item.inspection) {
        item.inspection(fail(result.error()));
      } else {
        refuse(item, result.error());
      }
    }
    outlet_.flush();
  } else {
    for (auto it = items.rbegin(); it != items.rend(); ++it) waiting_.push_front(std::move(*it));
  }
  schedule();
}

/// A read cursor needs the totals at its seq. Nearly always they are in memory; else the shorter way through the log is
/// read beside the turns, and the command waits for that alone.
bool Owner::defer_totals(TurnItem& item) {
  auto* command = std::get_if<RegisterCommand>(&item.queued.command);
  auto* move = command == nullptr ? nullptr : std::get_if<registers::MoveCursor>(&command->body);
  if (move == nullptr || move->read == 0 || move->totals_at_read) return false;
  const LoadedChannel& channel = *cache_.find(item.channel);
  const Member* member = channel.state().find(command->account);
  if (member == nullptr || move->read <= member->read || move->read > channel.state().head) {
    return false;  // ignored or refused, unless the turn changes that
  }
  if (auto totals = channel.totals_at(command->account, move->read)) {
    move->totals_at_read = *totals;
    return false;
  }
  // Registers are asked again until they are answered, so the queue need not keep this one.
  finish(item);
  const Seq head = channel.state().head;
  const bool upwards = move->read - member->read <= head - move->read;
  const Totals start = upwards ? member->at_read : Totals{channel.state().count, member->own, member->mentions};
  scan_totals(std::move(item.queued), upwards ? member->read + 1 : move->read + 1, upwards ? move->read : head, start,
              upwards);
  return true;
}

void Owner::scan_totals(QueuedCommand command, Seq from, Seq to, Totals totals, bool upwards) {
  StoreQuery query;
  query.events.push_back({command.channel(), from, to, kScanPage, kScanBytes, false});
  store_.read(std::move(query), executor_,
              [this, alive = std::weak_ptr(alive_), command = std::move(command), from, to, totals,
               upwards](Result<StoreAnswer> found) mutable {
                if (alive.expired()) return;
                auto& asked = std::get<RegisterCommand>(command.command);
                Seq next = from;
                auto add = [&](std::uint64_t& total) { total += upwards ? 1 : std::uint64_t{0} - 1; };
                Result<void> read = found ? Result<void>{} : fail(found.error());
                if (read && found->events[0].empty()) read = fail(ErrorCode::damaged);
                for (std::size_t i = 0; read && i < found->events[0].size(); ++i) {
                  auto opened = wire::open_event(found->events[0][i].record);
                  if (!opened || opened->event.seq != next) {
                    read = fail(ErrorCode::damaged);
                    break;
                  }
                  ++next;
                  const auto* message = opened->event.as<event::Message>();
                  if (message == nullptr) continue;
                  add(totals.count);
                  if (opened->event.account == asked.account) add(totals.own);
                  const auto& mentions = message->mentions;
                  if (std::find(mentions.begin(), mentions.end(), asked.account) != mentions.end()) {
                    add(totals.mentions);
                  }
                }
                if (!read) {
                  outlet_.answer({command.origin, command.channel(), SendId{}, read.error()});
                  outlet_.flush();
                  return;
                }
                if (next <= to) return scan_totals(std::move(command), next, to, totals, upwards);
                std::get<registers::MoveCursor>(asked.body).totals_at_read = totals;
                TurnItem item;
                item.channel = command.channel();
                item.queued = std::move(command);
                wait(std::move(item));
              });
}

}  // namespace parley
