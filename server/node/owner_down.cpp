// What an owner does while its store cannot be written.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "node/channel_loader.hpp"
#include "node/owner.hpp"

namespace parley {
namespace {

constexpr Duration kMostReopenDelay{2000};

}  // namespace

/// It is uncertain what was written: memory is forgotten, the store is opened and checked again and read anew (P1).
void Owner::store_failed() {
  if (reopening_) return;
  reopening_ = true;
  if (turn_) {
    forget_ = true;  // the turn still points into the cache
  } else {
    cache_.clear();
  }
  reopen();
}

void Owner::reopen() {
  store_.reopen(executor_, [this, alive = std::weak_ptr(alive_)](Result<void> opened) {
    if (alive.expired()) return;
    if (!opened) {
      if (!down_ || down_->code != opened.error().code) {
        log::error("store_reopen_failed", {{"error", opened.error().name()}, {"detail", opened.error().text()}});
      }
      down_ = opened.error();
      answer_while_down();
      executor_.post_after(reopen_delay_, [this, alive] {
        if (!alive.expired()) reopen();
      });
      reopen_delay_ = std::min(2 * reopen_delay_, kMostReopenDelay);
      return;
    }
    reopening_ = false;
    reopen_delay_ = kFirstReopenDelay;
    if (down_) log::info("store_reopened");
    down_.reset();
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      auto& mine = partitions_[partition];
      if (!mine) continue;
      mine->ready = false;
      ++mine->fence;
      take_over(partition);
    }
    // Before the first turn: what that posts must not be the first that sessions hear. And once more when all are taken
    // over: until then somebody else may have had them.
    if (settings_.missed) settings_.missed();
    untold_ = true;
    schedule();
  });
}

/// Nobody is kept waiting for a disk that may stay as it is: commands are refused, reads see what is certain.
void Owner::answer_while_down() {
  if (turn_) return;  // ends soon, and comes back here
  std::deque<TurnItem> items = std::exchange(waiting_, {});
  for (auto& mine : partitions_) {
    if (!mine) continue;
    items.insert(items.end(), std::make_move_iterator(mine->early.begin()), std::make_move_iterator(mine->early.end()));
    mine->early.clear();
  }
  for (TurnItem& item : items) {
    if (item.inspection) {
      inspect_stored(item.channel, std::move(item.inspection));
    } else {
      refuse(item, *down_);
    }
  }
  outlet_.flush();
  tell_delay();
  if (stopping_ && parked_.empty() && stopped_) std::exchange(stopped_, nullptr)();
}

void Owner::inspect_stored(const ChannelId& channel, Inspection inspection) {
  load_channels(store_, executor_, {channel},
                [inspection = std::move(inspection)](std::vector<Result<LoadedChannel>> loaded) mutable {
                  if (!loaded[0]) return inspection(fail(loaded[0].error()));
                  inspection(loaded[0]->state().exists() ? &*loaded[0] : nullptr);
                });
}

}  // namespace parley
