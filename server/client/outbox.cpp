#include "client/outbox.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace parley::client {

Outbox::Outbox(std::size_t window, std::size_t channel_window)
    : window_(std::max<std::size_t>(window, 1)), channel_window_(std::max<std::size_t>(channel_window, 1)) {}
Outbox::~Outbox() = default;

void Outbox::add(OutboxEntry data, bool alone) {
  PARLEY_ASSERT(data.order > last_order_);
  last_order_ = data.order;
  bytes_ += data.command.size();
  Lane& lane = lanes_[data.channel];
  auto owned = std::make_unique<Entry>();
  Entry* entry = owned.get();
  entry->data = std::move(data);
  entry->alone = alone;
  const bool added = entries_.emplace(entry->data.send_id, std::move(owned)).second;
  PARLEY_ASSERT(added);
  (lane.last != nullptr ? lane.last->next : lane.first) = entry;
  lane.last = entry;
  make_ready(lane);
}

Outbox::Entry* Outbox::find(const SendId& send_id) {
  const auto it = entries_.find(send_id);
  return it == entries_.end() ? nullptr : it->second.get();
}

Outbox::Entry* Outbox::sendable(const Lane& lane) const {
  if (lane.settling || lane.in_flight >= channel_window_) return nullptr;
  for (Entry* entry = lane.first; entry != nullptr; entry = entry->next) {
    if (!entry->in_flight) return entry->alone && lane.in_flight > 0 ? nullptr : entry;
    if (entry->alone) return nullptr;
  }
  return nullptr;
}

Outbox::Entry* Outbox::take() {
  while (in_flight_ < window_) {
    Lane* lane = pop_ready();
    if (lane == nullptr) return nullptr;
    Entry* entry = sendable(*lane);
    if (entry == nullptr) continue;  // comes back when something of the lane ends
    entry->in_flight = true;
    ++lane->in_flight;
    ++in_flight_;
    make_ready(*lane);
    return entry;
  }
  return nullptr;
}

void Outbox::put_back(Entry& entry) {
  PARLEY_ASSERT(entry.in_flight);
  Lane& lane = lanes_.at(entry.data.channel);
  landed(entry, lane);
  lane.settling = lane.in_flight > 0;
  make_ready(lane);
}

void Outbox::landed(Entry& entry, Lane& lane) {
  if (!std::exchange(entry.in_flight, false)) return;
  --lane.in_flight;
  --in_flight_;
  if (lane.in_flight == 0) lane.settling = false;
}

void Outbox::put_all_back() {
  std::erase_if(lanes_, [](const auto& item) { return item.second.first == nullptr; });
  std::vector<Lane*> waiting;
  for (auto& [channel, lane] : lanes_) {
    for (Entry* entry = lane.first; entry != nullptr; entry = entry->next) entry->in_flight = false;
    lane.in_flight = 0;
    lane.settling = false;
    lane.ready = false;
    waiting.push_back(&lane);
  }
  in_flight_ = 0;
  first_ready_ = last_ready_ = nullptr;
  std::sort(waiting.begin(), waiting.end(),
            [](const Lane* a, const Lane* b) { return a->first->data.order < b->first->data.order; });
  for (Lane* lane : waiting) make_ready(*lane);
}

void Outbox::remove(Entry& entry) {
  Lane& lane = lanes_.at(entry.data.channel);
  landed(entry, lane);
  Entry* before = nullptr;
  for (Entry* at = lane.first; at != &entry; at = at->next) before = at;
  (before != nullptr ? before->next : lane.first) = entry.next;
  if (lane.last == &entry) lane.last = before;
  bytes_ -= entry.data.command.size();
  if (lane.first != nullptr) make_ready(lane);
  const SendId id = entry.data.send_id;
  entries_.erase(id);
}

std::vector<const OutboxEntry*> Outbox::all() const {
  std::vector<const OutboxEntry*> list;
  list.reserve(entries_.size());
  for (const auto& [channel, lane] : lanes_) {
    for (const Entry* entry = lane.first; entry != nullptr; entry = entry->next) list.push_back(&entry->data);
  }
  std::sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return a->order < b->order; });
  return list;
}

void Outbox::make_ready(Lane& lane) {
  if (lane.ready) return;
  lane.ready = true;
  lane.next_ready = nullptr;
  (last_ready_ != nullptr ? last_ready_->next_ready : first_ready_) = &lane;
  last_ready_ = &lane;
}

Outbox::Lane* Outbox::pop_ready() {
  Lane* lane = first_ready_;
  if (lane == nullptr) return nullptr;
  first_ready_ = lane->next_ready;
  if (first_ready_ == nullptr) last_ready_ = nullptr;
  lane->ready = false;
  return lane;
}

}  // namespace parley::client
