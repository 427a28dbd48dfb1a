#include "parley/file_store.hpp"

#include <algorithm>
#include <utility>

#include "parley/stored.hpp"
#include "parley/v1/client_state.pb.h"

namespace parley::cli {
namespace {

constexpr std::uint64_t kCompactFrom = 1u << 20;
constexpr std::uint64_t kEmptyOutboxBytes = 64u << 10;

template <class I>
I id_of(const std::string& bytes) {
  return I::from_bytes(bytes).value_or(I{});
}

std::vector<client::EventRange> ranges_of(const google::protobuf::RepeatedPtrField<v1::StoredRange>& stored) {
  std::vector<client::EventRange> ranges;
  for (const auto& range : stored) ranges.push_back({id_of<ChannelId>(range.channel()), range.from(), range.to()});
  return ranges;
}

bool touches_state(const client::Changes& changes) {
  return changes.session != nullptr || !changes.channels.empty() || !changes.events.empty() ||
         !changes.erased.empty() || !changes.dropped.empty() || !changes.gone_channels.empty();
}

}  // namespace

FileStore::FileStore(std::string directory)
    : directory_(std::move(directory)),
      image_({.events = kEvents, .state = true}),
      state_(directory_ + "/state"),
      outbox_(directory_ + "/outbox") {}

FileStore::~FileStore() = default;

Result<client::StoredState> FileStore::load() {
  auto lock = FileLock::take(directory_ + "/state.lock", FileLock::Wait::no);
  if (lock) {
    state_lock_ = std::move(*lock);
  } else if (lock.error().code != ErrorCode::overloaded) {
    return fail(lock.error());
  }
  if (auto read = read_state(); !read) return fail(read.error());
  auto outbox_lock = lock_outbox();
  if (!outbox_lock) return fail(outbox_lock.error());
  if (auto read = read_outbox(*outbox_lock, nullptr); !read) return fail(read.error());
  auto loaded = image_.load();
  for (const auto& [id, entry] : sends_) loaded->outbox.push_back(entry);
  return loaded;
}

Result<void> FileStore::read_state() {
  v1::StoredChange change;
  auto read = state_.read({[this] { image_ = client::MemoryClientStore({.events = kEvents, .state = true}); },
                           [&](std::string_view record) {
                             if (change.ParseFromArray(record.data(), static_cast<int>(record.size()))) apply(change);
                           }},
                          owns_state());
  compacted_size_ = state_.size();
  return read;
}

void FileStore::apply(const v1::StoredChange& change) {
  client::SessionRecord session;
  std::vector<client::ChannelState> channels;
  std::vector<const client::ChannelState*> channel_list;
  const auto dropped = ranges_of(change.dropped());
  const auto erased = ranges_of(change.erased());
  std::vector<ChannelId> gone;
  std::vector<const v1::Event*> events;
  std::vector<client::StoredEvents> event_list;
  client::Changes changes;
  if (change.has_session()) {
    session = from_stored(change.session());
    changes.session = &session;
  }
  for (const auto& stored : change.channels()) channels.push_back(from_stored(stored));
  for (const auto& channel : channels) channel_list.push_back(&channel);
  for (const auto& id : change.gone_channels()) gone.push_back(id_of<ChannelId>(id));
  for (const auto& stored : change.events()) events.push_back(&stored.event());
  for (int i = 0; i < change.events_size(); ++i) {
    event_list.push_back({id_of<ChannelId>(change.events(i).channel()), {&events[static_cast<std::size_t>(i)], 1}});
  }
  changes.channels = channel_list;
  changes.dropped = dropped;
  changes.erased = erased;
  changes.gone_channels = gone;
  changes.events = event_list;
  (void)image_.commit(changes);
}

Result<void> FileStore::commit(const client::Changes& changes) {
  if (touches_state(changes)) {
    if (auto written = write_state(changes); !written) return written;
  }
  if (changes.outbox_put.empty() && changes.outbox_removed.empty()) return {};
  return write_outbox(changes);
}

Result<void> FileStore::write_state(const client::Changes& changes) {
  if (owns_state()) {
    v1::StoredChange record;
    to_stored(changes, record);
    if (auto written = state_.append(record.SerializeAsString()); !written) return written;
  }
  client::Changes kept = changes;
  kept.outbox_put = {};
  kept.outbox_removed = {};
  if (auto done = image_.commit(kept); !done) return done;
  if (owns_state() && state_.size() > std::max(kCompactFrom, 4 * compacted_size_)) return compact_state();
  return {};
}

Result<void> FileStore::compact_state() {
  std::vector<std::string> records;
  v1::StoredChange head;
  to_stored(image_.session(), *head.mutable_session());
  for (const auto& [id, channel] : image_.channels()) to_stored(channel, *head.add_channels());
  records.push_back(head.SerializeAsString());
  for (const auto& [id, events] : image_.all_events()) {
    v1::StoredChange record;
    for (const auto& [seq, bytes] : events) {
      auto& stored = *record.add_events();
      stored.set_channel(std::string(id.view()));
      stored.mutable_event()->ParseFromString(bytes);
    }
    records.push_back(record.SerializeAsString());
  }
  auto written = state_.rewrite(records);
  compacted_size_ = state_.size();
  return written;
}

Result<FileLock> FileStore::lock_outbox() const {
  return FileLock::take(directory_ + "/outbox.lock", FileLock::Wait::yes);
}

Result<void> FileStore::read_outbox(const FileLock& /*held*/, std::vector<client::OutboxEntry>* added) {
  std::map<SendId, client::OutboxEntry> before = sends_;
  v1::OutboxChange change;
  auto read = outbox_.read({[this] { sends_.clear(); },
                            [&](std::string_view record) {
                              if (!change.ParseFromArray(record.data(), static_cast<int>(record.size()))) return;
                              if (change.has_put()) {
                                client::OutboxEntry entry = from_stored(change.put());
                                sends_[entry.send_id] = std::move(entry);
                              } else {
                                sends_.erase(id_of<SendId>(change.removed()));
                              }
                            }},
                           true);
  if (!read || added == nullptr) return read;
  for (const auto& [id, entry] : sends_) {
    if (!before.contains(id)) added->push_back(entry);
  }
  std::sort(added->begin(), added->end(), [](const auto& a, const auto& b) { return a.order < b.order; });
  return {};
}

Result<std::vector<client::OutboxEntry>> FileStore::new_sends() {
  std::vector<client::OutboxEntry> added;
  auto lock = lock_outbox();
  if (!lock) return fail(lock.error());
  if (auto read = read_outbox(*lock, &added); !read) return fail(read.error());
  return added;
}

Result<void> FileStore::write_outbox(const client::Changes& changes) {
  auto lock = lock_outbox();
  if (!lock) return fail(lock.error());
  if (auto read = read_outbox(*lock, nullptr); !read) return read;
  std::uint64_t last = 0;
  for (const auto& [id, entry] : sends_) last = std::max(last, entry.order);
  for (const auto* entry : changes.outbox_put) {
    v1::OutboxChange record;
    client::OutboxEntry stored = *entry;
    // Another process may have given this place away.
    stored.order = std::max(stored.order, last + 1);
    last = stored.order;
    to_stored(stored, *record.mutable_put());
    if (auto written = outbox_.append(record.SerializeAsString()); !written) return written;
    sends_[stored.send_id] = std::move(stored);
  }
  for (const SendId& id : changes.outbox_removed) {
    if (sends_.erase(id) == 0) continue;
    v1::OutboxChange record;
    record.set_removed(std::string(id.view()));
    if (auto written = outbox_.append(record.SerializeAsString()); !written) return written;
  }
  if (sends_.empty() && outbox_.size() > kEmptyOutboxBytes) return outbox_.rewrite({});
  return {};
}

}  // namespace parley::cli
