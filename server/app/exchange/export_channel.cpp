#include "app/exchange/export_channel.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chat/channel.hpp"
#include "parley/v1/records.pb.h"
#include "wire/record_frame.hpp"
#include "wire/records.hpp"

namespace parley::exchange {
namespace {

constexpr std::uint32_t kPageEvents = 512;
constexpr std::uint64_t kPageBytes = 8U << 20U;
/// Far above every real seq.
constexpr Seq kLastSeq = Seq{1} << 53U;

template <class I>
std::string bytes_of(const I& id) {
  return std::string(id.view());
}

/// Who said it under which send_id, short.
std::uint64_t sender_mark(const AccountId& account, const SendId& send_id) {
  return std::hash<std::string>()(bytes_of(account) + bytes_of(send_id));
}

template <class Message>
Result<Message> parse_record(std::string_view record) {
  const auto payload = wire::open_frame(record);
  if (!payload) return fail(payload.error());
  Message message;
  if (!message.ParseFromArray(payload->data(), static_cast<int>(payload->size()))) {
    return fail(ErrorCode::damaged, "the record is not protobuf");
  }
  return message;
}

class ChannelExport {
 public:
  ChannelExport(ChannelStoreScan& scan, const ChannelId& id, LineWriter& out) : scan_(scan), id_(id), out_(out) {
    state_.id = id;
  }

  void run() {
    read_records();
    begin();
    walk();
    if (lost_) export_card();
    for (const MemberRow& row : members_) export_member(row);
    export_outcomes();
  }

 private:
  void damaged(Seq seq, Seq to, std::string what) { out_.damaged(id_, seq, to, std::move(what)); }

  void read_records() {
    StoreQuery query;
    query.channels.push_back(id_);
    auto answer = scan_.read_now(query);
    if (!answer) return damaged(0, 0, "head, card and members: " + answer.error().text());
    if (!answer->channels[0]) return damaged(0, 0, "head: missing");
    StoredChannel& stored = *answer->channels[0];
    members_ = std::move(stored.members);
    auto head = wire::decode_head(stored.head);
    if (head) {
      head_ = *head;
      state_.head = head->members_as_of;
    } else {
      damaged(0, 0, "head: " + head.error().text());
    }
    if (auto card = wire::decode_card(stored.card, state_); !card) damaged(0, 0, "card: " + card.error().text());
    for (const MemberRow& row : members_) {
      if (auto member = wire::decode_member(row.record)) state_.members.emplace(row.account, std::move(*member));
    }
  }

  void begin() {
    v1::StoreLine line;
    v1::ChannelLine& channel = *line.mutable_channel();
    channel.set_channel_id(bytes_of(id_));
    channel.set_kind(static_cast<v1::ChannelKind>(state_.kind));
    channel.set_title(state_.title);
    if (head_) {
      channel.set_head(head_->seq);
      channel.set_count(head_->count);
      channel.set_digest(std::string(view(head_->digest)));
    }
    ++out_.count.channels;
    out_.write(line);
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  void walk() {
    const Seq last = head_ ? head_->seq : kLastSeq;
    while (next_ <= last && !out_.ended()) {
      StoreQuery query;
      query.events.push_back({id_, next_, last, kPageEvents, kPageBytes, false});
      const auto answer = scan_.read_now(query);
      if (!answer && !head_ && misses_ >= kPageEvents) return;
      if (!answer) {
        take_one_by_one(std::min<Seq>(last, next_ + kPageEvents - 1), answer.error());
        continue;
      }
      if (answer->events[0].empty()) break;
      for (const EventRow& row : answer->events[0]) take(row);
    }
    if (head_ && next_ <= last && !out_.ended()) damaged(next_, last, "missing");
  }

  void take_one_by_one(Seq to, const Error& why) {
    for (Seq seq = next_; seq <= to; ++seq) {
      StoreQuery query;
      query.events.push_back({id_, seq, seq, 1, 1, false});
      const auto answer = scan_.read_now(query);
      if (answer && !answer->events[0].empty()) {
        misses_ = 0;
        take(answer->events[0][0]);
      } else {
        ++misses_;
      }
    }
    if (next_ <= to && head_) damaged(next_, to, "unreadable: " + why.text());
    next_ = to + 1;
  }

  void take(const EventRow& row) {
    if (row.seq > next_) damaged(next_, row.seq - 1, "missing or unreadable");
    next_ = row.seq + 1;
    if (wire::lost_event(row.record)) return export_lost(row);
    const auto opened = wire::verify_event(row.record);
    if (!opened) return damaged(row.seq, row.seq, opened.error().text());
    const auto record = parse_record<v1::EventRecord>(row.record);
    v1::StoreLine line;
    v1::EventLine& event = *line.mutable_event();
    const bool parsed = record && event.mutable_header()->ParseFromString(opened->header) &&
                        (opened->content.empty() || event.mutable_content()->ParseFromString(opened->content));
    if (!parsed) return damaged(row.seq, row.seq, "the record is not protobuf");
    event.set_salt(record->salt());
    if (opened->content_deleted) event.set_content_hash(opened->content_hash);
    if (opened->digest && std::exchange(chain_broken_, false)) event.set_digest(record->digest());
    ++out_.count.events;
    out_.write(line);
    note(opened->event);
  }

  void export_lost(const EventRow& row) {
    lost_ = chain_broken_ = true;
    v1::StoreLine line;
    line.mutable_lost()->set_seq(row.seq);
    *line.mutable_lost()->mutable_lost() = std::move(*parse_record<v1::EventRecord>(row.record)->mutable_lost());
    out_.write(line);
  }

  void export_card() {
    auto record = parse_record<v1::CardRecord>(wire::encode_card(state_));
    v1::StoreLine line;
    *line.mutable_card() = std::move(*record);
    out_.write(line);
  }

  void note(const Event& event) {
    if (event.seq >= marks_.size()) marks_.resize(event.seq + 1);
    marks_[event.seq] = sender_mark(event.account, event.send_id);
    // Members' totals are stored as of some seq; what came later is added, as when the server loads the channel.
    if (head_ && event.seq == state_.head + 1) apply(state_, event);
  }

  // ---- members and outcomes --------------------------------------------------------------------------------------

  void export_member(const MemberRow& row) {
    const auto now = state_.members.find(row.account);
    if (now == state_.members.end()) return damaged(0, 0, "member " + row.account.str() + ": cannot be read");
    now->second.position = 0;
    auto record = parse_record<v1::MemberRecord>(wire::encode_member(now->second));
    v1::StoreLine line;
    line.mutable_member()->set_account(bytes_of(row.account));
    *line.mutable_member()->mutable_state() = std::move(*record);
    out_.write(line);
  }

  void export_outcomes() {
    const auto rows = scan_.outcomes_of(id_);
    if (!rows) return damaged(0, 0, "outcomes: " + rows.error().text());
    for (const OutcomeRow& row : *rows) {
      auto record = parse_record<v1::OutcomeRecord>(row.record);
      if (!record) {
        damaged(0, 0, "outcome of send_id " + row.send_id.str() + ": " + record.error().text());
        continue;
      }
      const Seq seq = record->seq();
      if (seq != 0 && seq < marks_.size() && marks_[seq] == sender_mark(row.account, row.send_id)) continue;
      v1::StoreLine line;
      v1::OutcomeLine& outcome = *line.mutable_outcome();
      outcome.set_account(bytes_of(row.account));
      outcome.set_send_id(bytes_of(row.send_id));
      *outcome.mutable_outcome() = std::move(*record);
      out_.write(line);
    }
  }

  ChannelStoreScan& scan_;
  const ChannelId id_;
  LineWriter& out_;
  std::optional<wire::Head> head_;  // nullopt: cannot be read
  Channel state_;                   // card and members, as far as they can be read
  std::vector<MemberRow> members_;
  Seq next_ = 1;
  bool lost_ = false;                 // an event is, as a repair has recorded
  bool chain_broken_ = false;         // since the last one, no digest was met
  std::uint64_t misses_ = 0;          // unreadable in a row
  std::vector<std::uint64_t> marks_;  // by seq: who said it
};

}  // namespace

void export_channel(ChannelStoreScan& scan, const ChannelId& id, LineWriter& out) {
  ChannelExport(scan, id, out).run();
}

}  // namespace parley::exchange
