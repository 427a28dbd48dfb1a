// History pages, whole contents and earlier versions: read from the store, within what membership allows.
#include <algorithm>
#include <map>
#include <utility>

#include "node/requests.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

/// Parts of a membership that one page looks at: a page over more rejoinings than this is shorter.
constexpr std::size_t kPartsPerPage = 16;
constexpr std::uint64_t kOneRecord = 1;

/// Stands for an event of which the store has nothing but the place.
wire::OpenedEvent damaged_at(Seq seq) {
  wire::OpenedEvent lost;
  lost.event.seq = seq;
  return lost;
}
bool is_damaged(const wire::OpenedEvent& opened) {
  return opened.header.empty();
}

void say_damaged(Seq seq, v1::Event& out) {
  out.mutable_header()->set_seq(seq);
  out.set_content_state(v1::CONTENT_STATE_DAMAGED);
}

/// What `opened` is for the reader: content only where the reader may see it and what it points at.
Result<void> fill_event(const Access& access, const wire::OpenedEvent& opened, std::uint64_t preview_bytes,
                        v1::Event& out) {
  if (is_damaged(opened)) {
    say_damaged(opened.event.seq, out);
    return {};
  }
  if (!out.mutable_header()->ParseFromString(opened.header)) return fail(ErrorCode::damaged);
  if (opened.digest) out.set_digest(std::string(view(*opened.digest)));
  const Seq seq = opened.event.seq;
  const Seq shown_as = opened.event.content_target().value_or(seq);
  if (opened.content_deleted) {
    out.set_content_state(v1::CONTENT_STATE_DELETED);
  } else if (access.member.hides(seq) || access.member.hides(shown_as)) {
    out.set_content_state(v1::CONTENT_STATE_HIDDEN);
  } else if (!opened.content.empty() && access.member.sees(shown_as)) {
    if (!out.mutable_content()->ParseFromString(opened.content)) return fail(ErrorCode::damaged);
    if (opened.content.size() > preview_bytes) wire::make_preview(*out.mutable_content(), preview_bytes);
  }
  return {};
}

struct Page {
  Access access;
  Seq from = 0, to = 0;
  std::uint32_t limit = 0;
  bool oldest_first = false;
  Reply reply;
  std::vector<wire::OpenedEvent> events;
  std::map<Seq, wire::Annotation> annotations;
};

/// The parts of [from, to] that the member may see, in the order in which the page is filled.
std::vector<Interval> visible_parts(const Page& page) {
  std::vector<Interval> parts;
  for (const auto& interval : page.access.member.intervals) {
    const Seq end = interval.to == 0 ? page.access.head : std::min(interval.to, page.access.head);
    const Interval part{std::max(interval.from, page.from), std::min(end, page.to)};
    if (part.from <= part.to) parts.push_back(part);
  }
  if (!page.oldest_first) std::reverse(parts.begin(), parts.end());
  return parts;
}

void send_page(Io& io, const std::shared_ptr<Page>& page, const std::map<Seq, wire::OpenedEvent>& edits) {
  v1::ServerFrame frame;
  auto& history = *frame.mutable_history();
  history.set_channel_id(std::string(page->access.channel.view()));
  history.set_from(page->from);
  history.set_to(page->to);
  history.set_head(page->access.member.visible_head(page->access.head));
  const std::uint64_t preview = io.node().limits.preview_bytes;
  for (const auto& opened : page->events) {
    v1::Event& out = *history.add_events();
    if (auto filled = fill_event(page->access, opened, preview, out); !filled) {
      return reply_error(io, page->reply, filled.error());
    }
    auto known = page->annotations.find(opened.event.seq);
    if (known == page->annotations.end() || out.content_state() != v1::CONTENT_STATE_UNSPECIFIED) continue;
    auto& annotation = *out.mutable_annotation();
    for (const Seq edit : known->second.edits) {
      if (page->access.sees(edit)) annotation.add_edits(edit);
    }
    if (annotation.edits_size() > 0) {
      auto last = edits.find(annotation.edits(annotation.edits_size() - 1));
      if (last == edits.end() || is_damaged(last->second) ||
          !annotation.mutable_current()->ParseFromString(last->second.content)) {
        // What it said before is not what it says.
        out.Clear();
        say_damaged(opened.event.seq, out);
        continue;
      }
      if (last->second.content.size() > preview) wire::make_preview(*annotation.mutable_current(), preview);
    }
    for (const auto& slot : known->second.reactions) {
      if (!page->access.sees(slot.seq)) continue;
      auto& reaction = *annotation.add_reactions();
      reaction.set_account(std::string(slot.account.view()));
      wire::from_content(slot.content, *reaction.mutable_content());
      reaction.set_seq(slot.seq);
    }
  }
  page->reply(frame);
}

std::map<Seq, wire::OpenedEvent> open_by_seq(const std::vector<std::vector<EventRow>>& rows) {
  std::map<Seq, wire::OpenedEvent> events;
  for (const auto& range : rows) {
    for (const auto& row : range) {
      auto opened = wire::open_event(row.record);
      events.emplace(row.seq, opened ? std::move(*opened) : damaged_at(row.seq));
    }
  }
  return events;
}

/// The last edit of each message on the page that its reader may see.
void read_edits(Io& io, const std::shared_ptr<Page>& page) {
  StoreQuery query;
  for (const auto& [seq, annotation] : page->annotations) {
    for (auto it = annotation.edits.rbegin(); it != annotation.edits.rend(); ++it) {
      if (!page->access.sees(*it)) continue;
      query.events.push_back({page->access.channel, *it, *it, 1, kOneRecord, true});
      break;
    }
  }
  if (query.empty()) return send_page(io, page, {});
  io.node().store->read(std::move(query), io.executor(), [&io, alive = io.alive(), page](Result<StoreAnswer> found) {
    if (alive.expired()) return;
    if (!found) return reply_error(io, page->reply, found.error());
    send_page(io, page, open_by_seq(found->events));
  });
}

void read_annotations(Io& io, const std::shared_ptr<Page>& page) {
  StoreQuery query;
  if (page->events.empty()) return send_page(io, page, {});
  query.annotations.push_back({page->access.channel, page->events.front().event.seq, page->events.back().event.seq});
  io.node().store->read(std::move(query), io.executor(), [&io, alive = io.alive(), page](Result<StoreAnswer> found) {
    if (alive.expired()) return;
    if (!found) return reply_error(io, page->reply, found.error());
    for (const auto& row : found->annotations[0]) {
      auto annotation = wire::decode_annotation(row.record);
      if (!annotation) return reply_error(io, page->reply, annotation.error());
      page->annotations.emplace(row.target, std::move(*annotation));
    }
    read_edits(io, page);
  });
}

/// The rows of a part in the order in which the page is filled. What the reader may see and the store does not have is
/// no hole of membership: its place is kept by a row without a record.
std::vector<EventRow> without_holes(std::vector<EventRow> rows, const Interval& part, const Page& page) {
  if (!page.oldest_first) std::reverse(rows.begin(), rows.end());
  std::vector<EventRow> whole;
  Seq next = page.oldest_first ? part.from : part.to;
  const auto fill_up_to = [&](Seq seq) {
    for (; next != seq && whole.size() <= page.limit; page.oldest_first ? ++next : --next) whole.push_back({next, {}});
  };
  for (EventRow& row : rows) {
    fill_up_to(row.seq);
    if (next != row.seq) return whole;
    whole.push_back(std::move(row));
    page.oldest_first ? ++next : --next;
  }
  if (rows.empty()) fill_up_to(page.oldest_first ? part.to + 1 : part.from - 1);
  return whole;
}

void take_rows(Io& io, const std::shared_ptr<Page>& page, const std::vector<Interval>& parts,
               std::vector<std::vector<EventRow>> rows) {
  const std::uint64_t max_bytes = io.node().limits.page_bytes;
  std::uint64_t bytes = 0;
  bool full = false;
  std::optional<Seq> last;
  std::vector<wire::OpenedEvent> events;
  for (std::size_t i = 0; i < rows.size() && !full; ++i) {
    const auto part = without_holes(std::move(rows[i]), parts[i], *page);
    for (const auto& row : part) {
      if (events.size() >= page->limit || (!events.empty() && bytes + row.record.size() > max_bytes)) {
        full = true;
        break;
      }
      auto opened = wire::open_event(row.record);
      bytes += std::min<std::uint64_t>(row.record.size(), io.node().limits.preview_bytes);
      last = row.seq;
      events.push_back(opened ? std::move(*opened) : damaged_at(row.seq));
    }
    // The store's own page may have ended inside this part.
    const Seq end = page->oldest_first ? parts[i].to : parts[i].from;
    if (!full && part.back().seq != end) full = true;
  }
  if (!page->oldest_first) std::reverse(events.begin(), events.end());
  if (full) (page->oldest_first ? page->to : page->from) = *last;
  page->events = std::move(events);
  read_annotations(io, page);
}

void read_page(Io& io, const std::shared_ptr<Page>& page) {
  auto parts = visible_parts(*page);
  if (parts.size() > kPartsPerPage) {
    parts.resize(kPartsPerPage);
    (page->oldest_first ? page->to : page->from) = page->oldest_first ? parts.back().to : parts.back().from;
  }
  StoreQuery query;
  for (const auto& part : parts) {
    query.events.push_back(
        {page->access.channel, part.from, part.to, page->limit, io.node().limits.page_bytes, !page->oldest_first});
  }
  if (query.empty()) return send_page(io, page, {});
  io.node().store->read(std::move(query), io.executor(),
                        [&io, alive = io.alive(), page, parts](Result<StoreAnswer> found) {
                          if (alive.expired()) return;
                          if (!found) return reply_error(io, page->reply, found.error());
                          take_rows(io, page, parts, std::move(found->events));
                        });
}

}  // namespace

void answer_history(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  const auto& ask = frame.get_history();
  auto page = std::make_shared<Page>();
  page->from = std::max<Seq>(ask.from(), 1);
  page->to = ask.to();
  page->oldest_first = ask.oldest_first();
  const auto most = static_cast<std::uint32_t>(io.node().limits.page_events);
  page->limit = ask.limit() == 0 ? most : std::min(ask.limit(), most);
  page->reply = std::move(reply);
  with_access(io, caller, ask.channel_id(), [&io, page](Result<Access> access) {
    if (!access) return reply_error(io, page->reply, access.error());
    page->access = std::move(*access);
    if (page->to > page->access.head || page->from > page->access.head + 1) {
      return reply_error(io, page->reply, ErrorCode::seq_in_future);
    }
    if (page->to == 0) page->to = page->access.head;
    if (page->from > page->to + 1)
      return reply_error(io, page->reply, {ErrorCode::invalid_argument, "from is after to"});
    read_page(io, page);
  });
}

void answer_content(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  const Seq seq = frame.get_content().seq();
  with_access(io, caller, frame.get_content().channel_id(),
              [&io, seq, reply = std::move(reply)](Result<Access> access) mutable {
                if (!access) return reply_error(io, reply, access.error());
                if (!access->sees(seq)) return reply_error(io, reply, ErrorCode::target_unknown);
                StoreQuery query;
                query.events.push_back({access->channel, seq, seq, 1, kOneRecord, true});
                io.node().store->read(std::move(query), io.executor(),
                                      [&io, alive = io.alive(), access = std::move(*access),
                                       reply = std::move(reply)](Result<StoreAnswer> found) mutable {
                                        if (alive.expired()) return;
                                        if (!found) return reply_error(io, reply, found.error());
                                        if (found->events[0].empty())
                                          return reply_error(io, reply, ErrorCode::target_unknown);
                                        auto opened = wire::open_event(found->events[0][0].record);
                                        if (!opened) return reply_error(io, reply, opened.error());
                                        v1::ServerFrame out;
                                        auto filled =
                                            fill_event(access, *opened, ~std::uint64_t{0}, *out.mutable_content());
                                        if (!filled) return reply_error(io, reply, filled.error());
                                        reply(out);
                                      });
              });
}

void answer_versions(Io& io, const Caller& caller, const v1::ClientFrame& frame, Reply reply) {
  const Seq seq = frame.get_versions().seq();
  auto page = std::make_shared<Page>();
  page->reply = std::move(reply);
  with_access(io, caller, frame.get_versions().channel_id(), [&io, seq, page](Result<Access> access) {
    if (!access) return reply_error(io, page->reply, access.error());
    page->access = std::move(*access);
    if (!page->access.sees(seq)) return reply_error(io, page->reply, ErrorCode::target_unknown);
    StoreQuery query;
    query.annotations.push_back({page->access.channel, seq, seq});
    io.node().store->read(
        std::move(query), io.executor(), [&io, alive = io.alive(), seq, page](Result<StoreAnswer> known) {
          if (alive.expired()) return;
          if (!known) return reply_error(io, page->reply, known.error());
          wire::Annotation annotation;
          if (!known->annotations[0].empty()) {
            auto decoded = wire::decode_annotation(known->annotations[0][0].record);
            if (!decoded) return reply_error(io, page->reply, decoded.error());
            annotation = std::move(*decoded);
          }
          StoreQuery events;
          events.events.push_back({page->access.channel, seq, seq, 1, kOneRecord, true});
          for (const Seq edit : annotation.edits) {
            if (page->access.sees(edit))
              events.events.push_back({page->access.channel, edit, edit, 1, kOneRecord, true});
          }
          io.node().store->read(std::move(events), io.executor(), [&io, alive, page](Result<StoreAnswer> found) {
            if (alive.expired()) return;
            if (!found) return reply_error(io, page->reply, found.error());
            v1::ServerFrame out;
            auto& versions = *out.mutable_versions();
            versions.set_channel_id(std::string(page->access.channel.view()));
            for (const auto& [at, event] : open_by_seq(found->events)) {
              auto filled = fill_event(page->access, event, io.node().limits.preview_bytes, *versions.add_events());
              if (!filled) return reply_error(io, page->reply, filled.error());
            }
            page->reply(out);
          });
        });
  });
}

}  // namespace parley
