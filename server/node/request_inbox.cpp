// The inbox: every channel of an account that changed since a version (P7). Each owner takes the positions of its
// partitions, then reads the list of channels, then looks at those of its own, so that what changes meanwhile is told
// again next time rather than never.
#include <algorithm>
#include <bitset>
#include <map>
#include <utility>

#include "node/channel_loader.hpp"
#include "node/owner.hpp"
#include "node/requests.hpp"
#include "parley/v1/frames.pb.h"
#include "parley/v1/internal.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

/// Rows of the first page that carry their newest message, and how far back it is looked for.
constexpr int kRowsWithLast = 30;
constexpr std::uint32_t kLastWithin = 4;
constexpr std::uint64_t kLastBytes = 64 * 1024;
constexpr std::uint64_t kLastPreview = 512;

struct Row {
  v1::InboxRow row;
  ChannelId channel;
  Access access;
  bool moved = false;  // changed since the first page
};

/// Where a row stands: newest first, equal times by id. Later pages tell at the end, once more, what has changed since
/// the first one: by its new time it would stand before what was told, and be told nowhere.
struct Place {
  bool moved = false;
  std::int64_t time = 0;
  std::string_view channel;
};

Place place_of(const Row& row) {
  return {row.moved, row.row.head_time(), row.row.channel_id()};
}

bool before(const Place& a, const Place& b) {
  if (a.moved != b.moved) return b.moved;
  if (!a.moved && a.time != b.time) return a.time > b.time;
  return a.channel < b.channel;
}

/// What one owner finds for one inbox.
struct Part {
  std::vector<std::pair<PartitionId, Position>> positions;  // of partitions that have channels of the account
  std::vector<Row> rows;
  std::optional<Error> error;
};

/// How it is found; lives on the owner's executor until it is done.
struct Gather {
  AccountId account;
  wire::InboxVersion since;
  std::optional<wire::InboxVersion> first_page;  // nullopt: this is it
  Part found;
  std::size_t left = 0;
  std::function<void(Part)> done;

  void fail_with(const Error& why) {
    found.error = why;
    done(std::move(found));
  }

  void look(const ChannelId& id, Result<const LoadedChannel*> channel) {
    if (!channel) {
      found.error = channel.error();
    } else if (*channel != nullptr) {
      add(id, **channel);
    }
    if (--left == 0) done(std::move(found));
  }

  void add(const ChannelId& id, const LoadedChannel& loaded) {
    const Position known = since.of(partition_of(id));
    if (loaded.last_position() <= known) return;  // nearly always: most channels of a person are silent
    const Channel& channel = loaded.state();
    const Member* member = channel.find(account);
    if (member == nullptr || channel.hidden) return;
    const Position changed = member->active() ? std::max(loaded.position(), member->position) : member->position;
    if (changed <= known) return;
    Row& row = found.rows.emplace_back();
    row.channel = id;
    row.access = {id, *member, channel.head};
    row.moved = first_page && changed > first_page->of(partition_of(id));
    wire::fill_inbox_row(channel, loaded.active_members(), loaded.digest(), account,
                         loaded.floors().for_viewer(account, member->hide_read), row.row);
  }
};

/// One inbox, on the io executor.
struct InboxAnswer {
  Caller caller;
  wire::InboxVersion since;
  wire::InboxVersion version;  // what the client gets; from the first page
  bool first_page = true;
  v1::InboxPage page;  // of later ones: what stands before it
  std::size_t owners_left = 0;
  std::vector<Row> rows;
  std::optional<Error> error;
  Reply reply;
};

v1::InboxPage encode_page(const InboxAnswer& inbox) {
  v1::InboxPage page;
  page.set_since(wire::encode_version(inbox.since));
  page.set_version(wire::encode_version(inbox.version));
  return page;
}

void send_inbox(Io& io, const std::shared_ptr<InboxAnswer>& inbox, bool more) {
  v1::ServerFrame frame;
  auto& out = *frame.mutable_inbox();
  out.set_incarnation(std::string(io.node().store->incarnation().view()));
  if (more) {
    v1::InboxPage page = encode_page(*inbox);
    page.set_after_time(inbox->rows.back().row.head_time());
    page.set_after_channel(inbox->rows.back().row.channel_id());
    page.set_after_moved(inbox->rows.back().moved);
    out.set_next_page(page.SerializeAsString());
  } else {
    out.set_version(wire::encode_version(inbox->version));
  }
  for (auto& row : inbox->rows) *out.add_rows() = std::move(row.row);
  inbox->reply(frame);
}

/// Puts the newest visible message of `events` into the row, as a preview: none where its edits cannot be read. Returns
/// the seq of its last visible edit.
std::optional<Seq> show_last(Row& row, const std::vector<EventRow>& events,
                             const std::vector<AnnotationRow>& annotations) {
  const Member& member = row.access.member;
  for (auto it = events.rbegin(); it != events.rend(); ++it) {
    auto opened = wire::open_event(it->record);
    if (!opened || !opened->event.is_message() || !member.sees(it->seq) || member.hides(it->seq)) continue;
    const auto known = std::ranges::find(annotations, it->seq, &AnnotationRow::target);
    const auto annotation =
        known != annotations.end() ? wire::decode_annotation(known->record) : Result<wire::Annotation>();
    if (!annotation) return std::nullopt;
    auto& last = *row.row.mutable_last();
    last.mutable_header()->ParseFromString(opened->header);
    if (opened->content_deleted) {
      last.set_content_state(v1::CONTENT_STATE_DELETED);
      return std::nullopt;
    }
    if (last.mutable_content()->ParseFromString(opened->content)) {
      wire::make_preview(*last.mutable_content(), kLastPreview);
    }
    for (const Seq edit : annotation->edits) {
      if (row.access.sees(edit)) last.mutable_annotation()->add_edits(edit);
    }
    const auto& edits = last.annotation().edits();
    return edits.empty() ? std::nullopt : std::optional<Seq>(edits[edits.size() - 1]);
  }
  return std::nullopt;
}

/// What the last messages say now, where they were edited.
void add_edits(Io& io, const std::shared_ptr<InboxAnswer>& inbox, bool more,
               const std::vector<std::pair<std::size_t, Seq>>& edited) {
  StoreQuery query;
  for (const auto& [row, seq] : edited) query.events.push_back({inbox->rows[row].channel, seq, seq, 1, 1, true});
  if (query.empty()) return send_inbox(io, inbox, more);
  io.node().store->read(
      std::move(query), io.executor(), [&io, alive = io.alive(), inbox, more, edited](Result<StoreAnswer> found) {
        if (alive.expired()) return;
        if (!found) return reply_error(io, inbox->reply, found.error());
        for (std::size_t i = 0; i < edited.size(); ++i) {
          if (found->events[i].empty()) continue;
          auto opened = wire::open_event(found->events[i].front().record);
          if (!opened) continue;
          auto& current = *inbox->rows[edited[i].first].row.mutable_last()->mutable_annotation()->mutable_current();
          if (current.ParseFromString(opened->content)) wire::make_preview(current, kLastPreview);
        }
        send_inbox(io, inbox, more);
      });
}

/// The newest message of the first rows, as a preview.
void add_last_messages(Io& io, const std::shared_ptr<InboxAnswer>& inbox, bool more) {
  StoreQuery query;
  for (const auto& row : inbox->rows) {
    if (query.events.size() >= static_cast<std::size_t>(kRowsWithLast)) break;
    const Seq head = row.access.member.visible_head(row.access.head);
    const Seq from = head > kLastWithin ? head - kLastWithin + 1 : 1;
    query.events.push_back({row.channel, from, head, kLastWithin, kLastBytes, true});
    query.annotations.push_back({row.channel, from, head});
  }
  if (!inbox->first_page || query.empty()) return send_inbox(io, inbox, more);
  io.node().store->read(std::move(query), io.executor(),
                        [&io, alive = io.alive(), inbox, more](Result<StoreAnswer> found) {
                          if (alive.expired()) return;
                          if (!found) return reply_error(io, inbox->reply, found.error());
                          std::vector<std::pair<std::size_t, Seq>> edited;
                          for (std::size_t i = 0; i < found->events.size(); ++i) {
                            auto edit = show_last(inbox->rows[i], found->events[i], found->annotations[i]);
                            if (edit) edited.emplace_back(i, *edit);
                          }
                          add_edits(io, inbox, more, edited);
                        });
}

void finish(Io& io, const std::shared_ptr<InboxAnswer>& inbox) {
  if (inbox->error) return reply_error(io, inbox->reply, *inbox->error);
  auto& rows = inbox->rows;
  if (!inbox->first_page) {
    const Place told{inbox->page.after_moved(), inbox->page.after_time(), inbox->page.after_channel()};
    std::erase_if(rows, [&](const Row& row) { return !before(told, place_of(row)); });
  }
  const std::size_t limit = io.node().limits.inbox_rows;
  const bool more = rows.size() > limit;
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return before(place_of(a), place_of(b)); });
  if (more) rows.resize(limit);
  add_last_messages(io, inbox, more);
}

void take(Io& io, const std::shared_ptr<InboxAnswer>& inbox, Part part) {
  std::move(part.rows.begin(), part.rows.end(), std::back_inserter(inbox->rows));
  auto& positions = inbox->version.positions;
  positions.insert(positions.end(), part.positions.begin(), part.positions.end());
  if (part.error) inbox->error = part.error;
  if (--inbox->owners_left > 0) return;
  if (inbox->first_page) std::sort(positions.begin(), positions.end());
  finish(io, inbox);
}

// ---- on the owner's executor -------------------------------------------------------------------------------------

void look_at(NodeContext& node, Owner& owner, const std::vector<ChannelId>& channels,
             const std::shared_ptr<Gather>& gather) {
  std::vector<ChannelId> here;
  std::vector<ChannelId> elsewhere;
  std::bitset<kPartitions> used;
  for (const auto& id : channels) {
    const PartitionId partition = partition_of(id);
    if (&node.owner_of(partition) != &owner) continue;
    used.set(partition);
    const auto position = owner.position_of(partition);
    if (!position) {
      elsewhere.push_back(id);
    } else if (*position > gather->since.of(partition)) {
      here.push_back(id);  // of the others not even a cold one is read: nothing in their partition has changed
    }
  }
  // Of a partition without a position everything is told, so only those with channels need one.
  std::erase_if(gather->found.positions, [&](const auto& one) { return !used.test(one.first); });
  gather->left = here.size() + elsewhere.size() + 1;
  for (const auto& id : here) {
    owner.inspect(id, [gather, id](Result<const LoadedChannel*> found) { gather->look(id, std::move(found)); });
  }
  if (!elsewhere.empty()) {
    // Another node's channels are read from the store; without a position of theirs they are told again next time.
    load_channels(*node.store, owner.executor(), elsewhere,
                  [gather, elsewhere](std::vector<Result<LoadedChannel>> loaded) {
                    for (std::size_t i = 0; i < elsewhere.size(); ++i) {
                      if (!loaded[i]) {
                        gather->look(elsewhere[i], fail(loaded[i].error()));
                      } else {
                        gather->look(elsewhere[i], loaded[i]->state().exists() ? &*loaded[i] : nullptr);
                      }
                    }
                  });
  }
  gather->look(ChannelId{}, nullptr);
}

/// The positions before the list: a channel that is joined between the two would stand below its partition's position,
/// and never be told.
void gather_from(Io& io, Owner& owner, const std::shared_ptr<Gather>& gather) {
  NodeContext& node = io.node();
  for (PartitionId partition = 0; !gather->first_page && partition < kPartitions; ++partition) {
    if (&node.owner_of(partition) != &owner) continue;
    if (const auto position = owner.position_of(partition)) gather->found.positions.emplace_back(partition, *position);
  }
  node.store->channels_of(gather->account, owner.executor(),
                          [&node, &owner, alive = io.alive(), gather](const Result<std::vector<ChannelId>>& channels) {
                            if (alive.expired()) return;
                            if (!channels) return gather->fail_with(channels.error());
                            look_at(node, owner, *channels, gather);
                          });
}

// ---- on the io executor ------------------------------------------------------------------------------------------

void ask_owners(Io& io, const std::shared_ptr<InboxAnswer>& inbox) {
  inbox->owners_left = io.node().owners.size();
  for (Owner* owner : io.node().owners) {
    auto gather = std::make_shared<Gather>();
    gather->account = inbox->caller.account;
    gather->since = inbox->since;
    if (!inbox->first_page) gather->first_page = inbox->version;
    gather->done = [&io, alive = io.alive(), inbox](Part part) {
      io.executor().post([&io, alive, inbox, part = std::move(part)]() mutable {
        if (!alive.expired()) take(io, inbox, std::move(part));
      });
    };
    owner->executor().post([&io, alive = io.alive(), owner, gather] {
      if (!alive.expired()) gather_from(io, *owner, gather);
    });
  }
}

Result<void> read_request(Io& io, const v1::GetInbox& ask, InboxAnswer& inbox) {
  const Incarnation mine = io.node().store->incarnation();
  std::string version = ask.version();
  inbox.version.incarnation = mine;
  if (!ask.page().empty()) {
    v1::InboxPage& page = inbox.page;
    if (!page.ParseFromString(ask.page()))
      return fail(ErrorCode::invalid_argument, "page: give back next_page as it came");
    version = page.since();
    auto started = wire::decode_version(page.version());
    if (!started) return fail(ErrorCode::invalid_argument, "page: give back next_page as it came");
    inbox.version = *started;
    inbox.first_page = false;
  }
  inbox.since.incarnation = mine;
  if (version.empty()) return {};
  auto since = wire::decode_version(version);
  if (!since) return fail(since.error());
  if (since->incarnation != mine || inbox.version.incarnation != mine) return fail(ErrorCode::incarnation_changed);
  inbox.since = *since;
  return {};
}

}  // namespace

void answer_inbox(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  auto inbox = std::make_shared<InboxAnswer>();
  inbox->caller = caller;
  inbox->reply = std::move(reply);
  if (auto read = read_request(io, frame.get_inbox(), *inbox); !read)
    return reply_error(io, inbox->reply, read.error());
  ask_owners(io, inbox);
}

}  // namespace parley
