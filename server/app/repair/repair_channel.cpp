#include "app/repair/repair_channel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace parley {
namespace {

constexpr std::size_t kPage = 512;
constexpr std::size_t kBatchBytes = 4U << 20U;

std::string range(Seq from, Seq to) {
  return from == to ? "the event is" : fmt::format("the events {} to {} are", from, to);
}

}  // namespace

Result<void> ChannelRepair::run() {
  batch_.channel = replayed_.id = id_;
  read_outcomes();
  read_state();
  if (auto walked = walk(); !walked) return walked;
  finish_outcomes();
  if (head_.seq == 0) return flush(true);  // nothing was ever posted: only refusals, if anything, are left
  finish_head();
  finish_card();
  finish_members();
  finish_annotations();
  if (auto done = finish_deletions(); !done) return done;
  return flush(true);
}

// ---- reading -----------------------------------------------------------------------------------------------------

void ChannelRepair::read_outcomes() {
  const auto found = from_.outcomes(id_);
  if (!found.all) tell(Kind::rebuilt, 0, "outcomes cannot all be read: those of events are made anew");
  for (const OutcomeRow& row : found.rows) {
    const auto said = wire::decode_outcome(row.record);
    if (!said) continue;  // made anew with its event; of a refusal the retry is decided again
    outcomes_[{row.account, row.send_id}] = {*said, false};
    if (said->seq == 0) continue;
    authors_.emplace(said->seq, row.account);
    head_.seq = std::max(head_.seq, said->seq);
  }
}

void ChannelRepair::read_state() {
  if (const auto record = from_.head(id_); record && *record) {
    if (const auto head = wire::decode_head(**record)) {
      stored_head_ = *head;
      head_.seq = std::max(head_.seq, head->seq);
      position_ = head->position;
    }
  }
  if (const auto record = from_.card(id_); record && *record) {
    Channel card;
    if (wire::decode_card(**record, card)) stored_card_ = std::move(card);
  }
  const auto found = from_.members(id_);
  members_all_ = found.all;
  for (const MemberRow& row : found.rows) {
    auto member = wire::decode_member(row.record);
    if (!member) {
      unreadable_.insert(row.account);
      continue;
    }
    position_ = std::max(position_, member->position);
    reads_.emplace(member->read, row.account);
    stored_.emplace(row.account, std::move(*member));
  }
}

// ---- the events --------------------------------------------------------------------------------------------------

Result<void> ChannelRepair::walk() {
  Seq next = 1;
  for (;;) {
    auto page = from_.events(id_, next, kPage);
    for (const EventRow& row : page.rows) {
      if (row.seq > next) {
        if (auto taken = take_page(next, row.seq - 1); !taken) return taken;
      }
      if (auto taken = take(row.seq, std::optional(row.record)); !taken) return taken;
      next = row.seq + 1;
    }
    if (page.all && page.rows.size() < kPage) break;
    if (page.all) continue;
    // Bytes that cannot be read begin here; whatever lies behind them is asked for seq by seq.
    const Seq end = std::max(head_.seq, next + kPage);
    Seq behind = next;
    while (behind <= end && from_.events(id_, behind, 1).rows.empty()) ++behind;
    if (behind > end) break;
    if (auto taken = take_page(next, behind - 1); !taken) return taken;
    next = behind;
  }
  if (next <= head_.seq) {
    if (auto taken = take_page(next, head_.seq); !taken) return taken;
  }
  const bool known = stored_head_ && stored_head_->seq == head_.seq;
  if (lost_from_) {
    if (known) settle_lost(stored_head_->count, false);
    if (!known) {
      tell(Kind::lost, *lost_from_, range(*lost_from_, head_.seq) + " lost");
      lost_.push_back({std::exchange(lost_from_, std::nullopt).value(), head_.seq});
      doubtful_ = true;
    }
  }
  return {};
}

Result<void> ChannelRepair::take_page(Seq from, Seq to) {
  for (Seq seq = from; seq <= to; ++seq) {
    if (auto taken = take(seq, from_.event(id_, seq)); !taken) return taken;
  }
  return {};
}

Result<void> ChannelRepair::take(Seq seq, const Result<std::optional<std::string>>& record) {
  head_.seq = std::max(head_.seq, seq);
  std::string why = "it is missing";
  if (!record) why = "its bytes cannot be read";
  if (record && *record) {
    const auto opened = wire::verify_event(**record);
    if (opened && opened->event.seq == seq) {
      settle_lost(opened->event.count, opened->event.is_message());
      batch_.events.push_back({seq, **record});
      batch_bytes_ += (*record)->size();
      take_event(*opened);
      remember_totals(seq);
      return flush(false);
    }
    why = opened ? fmt::format("it says that it is event {}", opened->event.seq) : opened.error().text();
  }
  const bool recorded = record && *record && wire::lost_event(**record);
  batch_.events.push_back({seq, recorded ? **record : wire::encode_lost(now_, why)});
  if (!lost_from_) lost_from_ = seq;
  digest_.reset();
  restarted_ = Digest{};
  // Who wrote it stands in the outcome still.
  if (const auto author = authors_.find(seq); author != authors_.end()) {
    if (auto member = replayed_.members.find(author->second); member != replayed_.members.end()) ++member->second.own;
  }
  replayed_.head = seq;
  remember_totals(seq);
  return flush(false);
}

/// Where the run of lost events ends: all of them were messages if the count says so, and messages change no more than
/// totals.
void ChannelRepair::settle_lost(std::uint64_t count_after, bool is_message) {
  if (!lost_from_) return;
  const Seq from = *std::exchange(lost_from_, std::nullopt);
  const Seq to = replayed_.head;
  const std::uint64_t messages = count_after - replayed_.count - (is_message ? 1 : 0);
  if (messages != to - from + 1) doubtful_ = true;
  lost_.push_back({from, to});
  tell(Kind::lost, from,
       fmt::format("{} lost; {} of them messages", range(from, to), std::min<std::uint64_t>(messages, to - from + 1)));
  replayed_.count = count_after - (is_message ? 1 : 0);
}

void ChannelRepair::take_event(const wire::OpenedEvent& opened) {
  const Event& event = opened.event;
  restarted_ = wire::chain(restarted_, opened.header, opened.content_hash);
  if (digest_) digest_ = wire::chain(*digest_, opened.header, opened.content_hash);
  if (opened.digest) {
    if (digest_ && *digest_ != *opened.digest) {
      tell(Kind::remains, event.seq, "the digest of the chain does not fit the events before it");
    }
    digest_ = restarted_ = *opened.digest;
  }
  check_outcome(event);
  references_.note(opened);
  apply(replayed_, event);
}

void ChannelRepair::check_outcome(const Event& event) {
  const wire::StoredOutcome right{event.seq, ErrorCode::ok, event.time};
  const auto [said, made] = outcomes_.try_emplace({event.account, event.send_id}, Said{right, true});
  const auto& stored = said->second.outcome;
  if (made || stored.seq != right.seq || stored.time != right.time) {
    tell(Kind::rebuilt, event.seq, "the outcome of its send_id, from the event");
    said->second.outcome = right;
  }
  said->second.claimed = true;
}

/// What members' totals are at places that stored records speak of.
void ChannelRepair::remember_totals(Seq seq) {
  const auto [first, last] = reads_.equal_range(seq);
  for (auto it = first; it != last; ++it) {
    const Member* member = replayed_.find(it->second);
    if (member != nullptr) at_read_[it->second] = {replayed_.count, member->own, member->mentions};
  }
  if (!stored_head_ || stored_head_->members_as_of != seq) return;
  for (const auto& [account, member] : replayed_.members) as_of_[account] = {0, member.own, member.mentions};
}

Result<void> ChannelRepair::flush(bool all) {
  if (!all && batch_bytes_ < kBatchBytes) return {};
  auto written = write_(batch_);
  batch_ = ChannelBatch{.channel = id_};
  batch_bytes_ = 0;
  return written;
}

// ---- what follows from the events --------------------------------------------------------------------------------

void ChannelRepair::finish_outcomes() {
  for (const auto& [key, said] : outcomes_) {
    const Seq seq = said.outcome.seq;
    const bool lost = std::ranges::any_of(lost_, [&](const Interval& gap) { return gap.from <= seq && seq <= gap.to; });
    // Whoever made a channel again that was there has its first event as outcome.
    const bool again = seq == 1 && replayed_.kind != ChannelKind::group;
    if (!said.claimed && seq != 0 && !lost && !again) {
      tell(Kind::rebuilt, seq, fmt::format("an outcome of {} named it, but the event is another's", key.first.str()));
      continue;
    }
    batch_.outcomes.push_back({key.first, key.second, wire::encode_outcome(said.outcome)});
  }
}

void ChannelRepair::finish_head() {
  const bool known = stored_head_ && stored_head_->seq == head_.seq;
  const Seq seq = head_.seq;
  head_ = known ? *stored_head_ : wire::Head{.seq = seq, .time = replayed_.time};
  head_.members_as_of = seq;
  head_.position = position_;
  const bool last_is_lost = !lost_.empty() && lost_.back().to == seq;
  if (!(known && last_is_lost)) {
    head_.time = replayed_.time;
    head_.count = replayed_.count;
  }
  head_.greatest_send = SendId();
  for (const auto& [key, said] : outcomes_) {
    if (is_uuid_v7(key.second.bytes())) head_.greatest_send = std::max(*head_.greatest_send, key.second);
  }
  if (digest_) head_.digest = *digest_;
  if (!digest_ && !known) head_.digest = restarted_;
  if (!known) {
    tell(Kind::rebuilt, seq, "the head, from the events");
  } else if (stored_head_->count != head_.count || stored_head_->time != head_.time) {
    tell(Kind::rebuilt, seq, "count and time of the head, from the events");
  } else if (stored_head_->digest != head_.digest) {
    tell(Kind::rebuilt, seq, "the digest of the head did not fit the events: made anew");
  }
  batch_.head = wire::encode_head(head_);
}

void ChannelRepair::finish_card() {
  if (doubtful_ && stored_card_) {
    batch_.card = wire::encode_card(*stored_card_);
    return;
  }
  batch_.card = wire::encode_card(replayed_);
  if (doubtful_) {
    tell(Kind::remains, 0, "title, settings and invitations are those that the readable events make");
  } else if (!stored_card_ || wire::encode_card(*stored_card_) != batch_.card) {
    tell(Kind::rebuilt, 0, "title, settings and invitations, from the events");
  }
}

void ChannelRepair::finish_members() {
  std::set<AccountId> all = unreadable_;
  for (const auto& [account, member] : stored_) all.insert(account);
  for (const auto& [account, member] : replayed_.members) all.insert(account);
  for (const AccountId& account : all) finish_member(account, replayed_.find(account));
  if (!members_all_ && doubtful_) tell(Kind::remains, 0, "some members may be missing: their records cannot be read");
}

void ChannelRepair::finish_member(const AccountId& account, const Member* right) {
  auto stored = stored_.find(account);
  if (stored == stored_.end()) {
    // Perhaps it lies behind others that cannot be read.
    const auto record = from_.member(id_, account);
    auto member = record && *record ? wire::decode_member(**record) : Result<Member>(fail(ErrorCode::damaged));
    if (member) {
      position_ = std::max(position_, member->position);
      stored = stored_.emplace(account, std::move(*member)).first;
    }
  }
  const bool found = stored != stored_.end();
  if (!found && (right == nullptr || doubtful_)) {
    tell(Kind::remains, 0,
         fmt::format("member {}: the record is lost, and so may be what took the account out: it has to be added again",
                     account.str()));
    return;
  }
  if (!doubtful_ && right == nullptr) {
    tell(Kind::rebuilt, 0, fmt::format("member {} never joined: taken out", account.str()));
    return;
  }
  Member member = found ? stored->second : *right;
  if (!found)
    tell(Kind::rebuilt, 0, fmt::format("member {}, from the events; cursors and switches are lost", account.str()));
  if (found && !doubtful_) {
    const bool same =
        member.role == right->role && member.intervals == right->intervals && member.since == right->since;
    if (!same)
      tell(Kind::rebuilt, 0, fmt::format("role and visible seqs of member {}, from the events", account.str()));
    member.role = right->role;
    member.intervals = right->intervals;
    member.since = right->since;
  }
  if (found && right != nullptr) {
    const auto then = as_of_.find(account);
    const Totals since = then == as_of_.end() ? Totals{} : then->second;
    const Totals grown{0, member.own + right->own - since.own, member.mentions + right->mentions - since.mentions};
    const bool fits = then != as_of_.end() && grown.own == right->own && grown.mentions == right->mentions;
    if (!fits) tell(Kind::rebuilt, 0, fmt::format("totals of member {}, from the events", account.str()));
    // A lost message may have mentioned somebody: what the record counted is then more than the events still show.
    const bool counted = then != as_of_.end() && !lost_.empty();
    member.own = counted ? std::max(grown.own, right->own) : right->own;
    member.mentions = counted ? std::max(grown.mentions, right->mentions) : right->mentions;
  }
  if (member.read > head_.seq || member.delivered > head_.seq) {
    tell(Kind::rebuilt, 0, fmt::format("a cursor of member {} stood after the head", account.str()));
    member.read = std::min(member.read, head_.seq);
    member.delivered = std::min(member.delivered, head_.seq);
    member.at_read = {head_.count, member.own, member.mentions};
  }
  if (const auto totals = at_read_.find(account); totals != at_read_.end() && lost_.empty()) {
    if (member.at_read != totals->second) {
      tell(Kind::rebuilt, member.read, fmt::format("totals of member {} at the read cursor", account.str()));
    }
    member.at_read = totals->second;
  }
  batch_.members.push_back({account, wire::encode_member(member)});
  batch_.joined.push_back(account);
}

void ChannelRepair::finish_annotations() {
  std::map<Seq, std::string> records;
  for (const auto& [target, annotation] : references_.annotations())
    records[target] = wire::encode_annotation(annotation);
  const auto stored = from_.annotations(id_);
  std::set<Seq> same;
  for (const AnnotationRow& row : stored.rows) {
    const auto decoded = wire::decode_annotation(row.record);
    if (!decoded) continue;
    const auto right = records.find(row.target);
    if (right != records.end() && right->second == row.record) same.insert(row.target);
    // A lost event may have been an edit or a reaction, and the record knows it.
    const bool more = !lost_.empty() && (right == records.end() || right->second != row.record);
    const bool nothing = decoded->edits.empty() && decoded->reactions.empty();
    if (more || (nothing && right == records.end())) {
      records[row.target] = row.record;
      same.insert(row.target);
    } else if (right == records.end()) {
      tell(Kind::rebuilt, row.target, "edits or reactions that no event made: taken out");
    }
  }
  for (const auto& [target, record] : records) {
    const auto& made = references_.annotations()[target];
    if (!same.contains(target) && !(made.edits.empty() && made.reactions.empty())) {
      tell(Kind::rebuilt, target, "its edits and reactions, from the events");
    }
    batch_.annotations.push_back({target, record});
  }
}

Result<void> ChannelRepair::finish_deletions() {
  const std::set<Seq> right = references_.to_be_emptied();
  for (const Seq seq : right) {
    if (references_.emptied().contains(seq)) continue;
    const auto record = from_.event(id_, seq);
    if (!record || !*record || !wire::open_event(**record)) continue;  // lost anyway
    auto erased = wire::erase_content(**record);
    if (!erased) continue;
    tell(Kind::rebuilt, seq, "the message was deleted and its content was there: taken out");
    if (auto written = flush(true); !written) return written;
    batch_.rewritten.push_back({seq, std::move(*erased)});
  }
  if (!doubtful_ && lost_.empty()) {
    for (const Seq seq : references_.emptied()) {
      if (!right.contains(seq)) tell(Kind::remains, seq, "the content is gone, but nobody deleted it");
    }
  }
  return {};
}

}  // namespace parley
