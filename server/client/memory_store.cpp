#include "client/memory_store.hpp"

#include <algorithm>
#include <limits>

#include "client/ranges.hpp"
#include "parley/v1/events.pb.h"

namespace parley::client {
namespace {

/// The message that an edit or a reaction points at; 0: neither.
Seq target_of(const v1::EventHeader& header) {
  if (header.has_edited()) return header.edited().target();
  if (header.has_reacted()) return header.reacted().target();
  return 0;
}

void take_content(v1::Event& event) {
  event.clear_content();
  event.clear_annotation();
  if (event.content_state() == v1::CONTENT_STATE_UNSPECIFIED) event.set_content_state(v1::CONTENT_STATE_DELETED);
}

Seq last_of(const EventRange& range) {
  return range.to == 0 ? std::numeric_limits<Seq>::max() : range.to;
}

/// Takes away what events of the range added to this one; what the last edit said is unknown then. False: nothing.
bool take_additions(v1::Event& event, const EventRange& range) {
  const auto lost = [&](Seq seq) { return seq >= range.from && seq <= last_of(range); };
  auto& edits = *event.mutable_annotation()->mutable_edits();
  auto& reactions = *event.mutable_annotation()->mutable_reactions();
  const bool edited = !edits.empty() && lost(edits[edits.size() - 1]);
  if (edited) event.mutable_annotation()->clear_current();
  edits.erase(std::remove_if(edits.begin(), edits.end(), lost), edits.end());
  const auto kept =
      std::remove_if(reactions.begin(), reactions.end(), [&](const auto& slot) { return lost(slot.seq()); });
  const bool reacted = kept != reactions.end();
  reactions.erase(kept, reactions.end());
  return edited || reacted;
}

}  // namespace

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
  for (const EventRange& range : changes.dropped) drop(range);
  for (const ChannelId& id : changes.gone_channels) {
    channels_.erase(id);
    events_.erase(id);
    ties_.erase(id);
  }
  if (options_.events > 0) {
    for (const StoredEvents& stored : changes.events) {
      for (const v1::Event* event : stored.events) put(stored.channel, *event);
    }
    for (const EventRange& range : changes.erased) erase_content(range);
  }
  for (const OutboxEntry* entry : changes.outbox_put) outbox_[entry->send_id] = *entry;
  for (const SendId& id : changes.outbox_removed) outbox_.erase(id);
  return {};
}

void MemoryClientStore::put_event(const ChannelId& channel, Seq seq, std::string event) {
  v1::Event parsed;
  if (parsed.ParseFromString(event)) {
    put(channel, parsed);
  } else {
    events_[channel][seq] = std::move(event);
  }
}

void MemoryClientStore::put(const ChannelId& channel, const v1::Event& event) {
  const v1::EventHeader& header = event.header();
  const Seq seq = header.seq();
  const Seq target = target_of(header);
  auto& list = events_[channel];
  bool gone = is_gone(channel, seq) || (target != 0 && is_gone(channel, target));
  gone = gone || (header.has_reacted() && is_replaced(channel, target, header.account(), seq));
  if (gone && (event.has_content() || event.has_annotation())) {
    v1::Event without = event;
    take_content(without);
    list[seq] = without.SerializeAsString();
  } else if (event.annotation().reactions_size() > 0) {
    v1::Event current = event;
    auto& slots = *current.mutable_annotation()->mutable_reactions();
    slots.erase(std::remove_if(slots.begin(), slots.end(),
                               [&](const auto& slot) { return is_replaced(channel, seq, slot.account(), slot.seq()); }),
                slots.end());
    list[seq] = current.SerializeAsString();
  } else {
    list[seq] = event.SerializeAsString();
  }
  tie(channel, header);
  for (const Seq deleted : header.deleted().targets()) erase_content({channel, deleted, deleted});
  if (header.has_reacted()) replace_reactions(channel, header);
  while (list.size() > options_.events) list.erase(list.begin());
}

void MemoryClientStore::tie(const ChannelId& channel, const v1::EventHeader& header) {
  const Seq target = target_of(header);
  if (target == 0 && !header.has_deleted()) return;
  Ties& ties = ties_[channel];
  if (target != 0) ties.pointing[target].insert(header.seq());
  ties.deleted.insert(header.deleted().targets().begin(), header.deleted().targets().end());
}

bool MemoryClientStore::is_gone(const ChannelId& channel, Seq seq) const {
  const auto ties = ties_.find(channel);
  if (ties != ties_.end() && ties->second.deleted.contains(seq)) return true;
  const auto state = channels_.find(channel);
  return state != channels_.end() && contains(state->second.registers.hidden, seq);
}

bool MemoryClientStore::is_replaced(const ChannelId& channel, Seq target, std::string_view account, Seq seq) const {
  const auto ties = ties_.find(channel);
  const auto list = events_.find(channel);
  if (ties == ties_.end() || list == events_.end()) return false;
  const auto pointing = ties->second.pointing.find(target);
  if (pointing == ties->second.pointing.end()) return false;
  return std::any_of(pointing->second.upper_bound(seq), pointing->second.end(), [&](Seq later) {
    const auto stored = list->second.find(later);
    v1::Event event;
    return stored != list->second.end() && event.ParseFromString(stored->second) && event.header().has_reacted() &&
           event.header().account() == account;
  });
}

void MemoryClientStore::replace_reactions(const ChannelId& channel, const v1::EventHeader& reacted) {
  const Seq target = reacted.reacted().target();
  auto& list = events_[channel];
  for (const Seq earlier : ties_[channel].pointing[target]) {
    if (earlier >= reacted.seq()) break;
    const auto stored = list.find(earlier);
    v1::Event event;
    if (stored == list.end() || !event.ParseFromString(stored->second)) continue;
    if (event.header().has_reacted() && event.header().account() == reacted.account()) strip(channel, earlier);
  }
  const auto stored = list.find(target);
  v1::Event event;
  if (stored == list.end() || !event.ParseFromString(stored->second)) return;
  auto& slots = *event.mutable_annotation()->mutable_reactions();
  const auto kept = std::remove_if(slots.begin(), slots.end(), [&](const auto& slot) {
    return slot.account() == reacted.account() && slot.seq() < reacted.seq();
  });
  if (kept == slots.end()) return;
  slots.erase(kept, slots.end());
  stored->second = event.SerializeAsString();
}

void MemoryClientStore::strip(const ChannelId& channel, Seq seq) {
  auto& list = events_[channel];
  const auto stored = list.find(seq);
  v1::Event event;
  if (stored == list.end() || !event.ParseFromString(stored->second)) return;
  if (!event.has_content() && !event.has_annotation() && event.content_state() != v1::CONTENT_STATE_UNSPECIFIED) return;
  take_content(event);
  stored->second = event.SerializeAsString();
}

void MemoryClientStore::erase_content(const EventRange& range) {
  const auto list = events_.find(range.channel);
  if (list == events_.end()) return;
  const Seq to = last_of(range);
  for (auto it = list->second.lower_bound(range.from); it != list->second.end() && it->first <= to; ++it) {
    strip(range.channel, it->first);
  }
  const auto& pointing = ties_[range.channel].pointing;
  for (auto it = pointing.lower_bound(range.from); it != pointing.end() && it->first <= to; ++it) {
    for (const Seq seq : it->second) strip(range.channel, seq);
  }
}

void MemoryClientStore::drop(const EventRange& range) {
  const auto list = events_.find(range.channel);
  if (list == events_.end()) return;
  list->second.erase(list->second.lower_bound(range.from), list->second.upper_bound(last_of(range)));
  ties_.erase(range.channel);
  for (auto& [seq, bytes] : list->second) {
    v1::Event event;
    if (!event.ParseFromString(bytes)) continue;
    tie(range.channel, event.header());
    if (!event.has_annotation() || !take_additions(event, range)) continue;
    const auto& edits = event.annotation().edits();
    v1::Event edit;
    const auto last = edits.empty() ? list->second.end() : list->second.find(edits[edits.size() - 1]);
    const bool known = last != list->second.end() && edit.ParseFromString(last->second) && edit.has_content();
    if (known && !event.annotation().has_current()) *event.mutable_annotation()->mutable_current() = edit.content();
    bytes = event.SerializeAsString();
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
