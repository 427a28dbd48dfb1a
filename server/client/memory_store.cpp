#include "client/memory_store.hpp"

#include <algorithm>

#include "parley/v1/events.pb.h"

namespace parley::client {

Result<StoredState> MemoryClientStore::load() {
  StoredState state;
  state.session = session_;
  for (const auto& [id, channel] : channels_) state.channels.push_back(channel);
  for (const auto& [id, entry] : outbox_) state.outbox.push_back(entry);
  return state;
}

Result<void> MemoryClientStore::commit(const Changes& changes) {
  if (!options_.state) return {};
  if (changes.session != nullptr) session_ = *changes.session;
  for (const ChannelState* channel : changes.channels) channels_[channel->id] = *channel;
  for (const EventRange& range : changes.dropped) {
    const auto it = events_.find(range.channel);
    if (it != events_.end()) it->second.erase(it->second.lower_bound(range.from), it->second.upper_bound(range.to));
  }
  for (const ChannelId& id : changes.gone_channels) {
    channels_.erase(id);
    events_.erase(id);
  }
  if (options_.events > 0) {
    for (const StoredEvents& stored : changes.events) {
      for (const v1::Event* event : stored.events) {
        put_event(stored.channel, event->header().seq(), event->SerializeAsString());
      }
    }
    for (const EventRange& range : changes.erased) erase_content(range);
  }
  for (const OutboxEntry* entry : changes.outbox_put) outbox_[entry->send_id] = *entry;
  for (const SendId& id : changes.outbox_removed) outbox_.erase(id);
  return {};
}

void MemoryClientStore::put_event(const ChannelId& channel, Seq seq, std::string event) {
  auto& list = events_[channel];
  list[seq] = std::move(event);
  while (list.size() > options_.events) list.erase(list.begin());
}

void MemoryClientStore::erase_content(const EventRange& range) {
  const auto channel = events_.find(range.channel);
  if (channel == events_.end()) return;
  const Seq to = range.to == 0 ? std::numeric_limits<Seq>::max() : range.to;
  for (auto it = channel->second.lower_bound(range.from); it != channel->second.end() && it->first <= to; ++it) {
    v1::Event event;
    if (!event.ParseFromString(it->second)) continue;
    event.clear_content();
    event.clear_annotation();
    if (event.content_state() == v1::CONTENT_STATE_UNSPECIFIED) event.set_content_state(v1::CONTENT_STATE_DELETED);
    it->second = event.SerializeAsString();
  }
}

std::vector<std::string> MemoryClientStore::events(const ChannelId& channel, Seq from, Seq to,
                                                   std::size_t limit) const {
  std::vector<std::string> found;
  const auto it = events_.find(channel);
  if (it == events_.end()) return found;
  auto at = it->second.upper_bound(to);
  while (at != it->second.begin() && found.size() < limit) {
    --at;
    if (at->first < from) break;
    found.push_back(at->second);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace parley::client
