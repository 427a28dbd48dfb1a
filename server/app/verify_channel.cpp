#include "app/verify_channel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace parley {
namespace {

constexpr std::uint32_t kPageEvents = 512;
constexpr std::uint64_t kPageBytes = 8U << 20U;
/// Far above every real seq.
constexpr Seq kLastSeq = Seq{1} << 53U;

auto key_of(const AccountId& account, const SendId& send_id) {
  return std::tie(account, send_id);
}

}  // namespace

void ChannelCheck::damage(Seq seq, std::string what) {
  ++report_.damaged;
  found_({id_, seq, std::move(what)});
}

std::vector<AccountId> ChannelCheck::accounts() const {
  std::vector<AccountId> all;
  for (const auto& [account, member] : stored_.members) all.push_back(account);
  return all;
}

void ChannelCheck::run() {
  ++report_.channels;
  replayed_.id = stored_.id = id_;
  if (!read_records()) return;
  read_outcomes();
  walk();
  check_head();
  check_card();
  check_unclaimed_outcomes();
  check_deletions();
  check_annotations();
}

// ---- reading -----------------------------------------------------------------------------------------------------

bool ChannelCheck::read_records() {
  StoreQuery query;
  query.channels.push_back(id_);
  auto answer = scan_.read_now(query);
  if (!answer) {
    damage(0, "head, card and members cannot be read: " + answer.error().text());
    return false;
  }
  if (!answer->channels[0]) {
    damage(0, "there is no head record");
    return false;
  }
  const StoredChannel& found = *answer->channels[0];
  auto head = wire::decode_head(found.head);
  if (!head) {
    damage(0, "head: " + head.error().text());
    return false;
  }
  head_ = *head;
  if (head_.position > partition_position_) damage(0, "head: its commit position lies after the partition's");
  if (head_.members_as_of > head_.seq) damage(0, "head: members are said to be exact after the head");
  if (auto card = wire::decode_card(found.card, stored_); !card) damage(0, "card: " + card.error().text());
  for (const MemberRow& row : found.members) {
    auto member = wire::decode_member(row.record);
    if (!member) {
      damage(0, fmt::format("member {}: {}", row.account.str(), member.error().text()));
      continue;
    }
    ++report_.memberships;
    if (member->read > head_.seq || member->delivered > head_.seq) {
      damage(0, fmt::format("member {}: a cursor stands after the head", row.account.str()));
    }
    if (member->position > partition_position_) {
      damage(0, fmt::format("member {}: its commit position lies after the partition's", row.account.str()));
    }
    reads_.emplace(member->read, row.account);
    stored_.members.emplace(row.account, std::move(*member));
  }
  return true;
}

void ChannelCheck::read_outcomes() {
  auto rows = scan_.outcomes_of(id_);
  if (!rows) return damage(0, "outcomes cannot be read: " + rows.error().text());
  outcomes_.reserve(rows->size());
  for (const OutcomeRow& row : *rows) {
    ++report_.outcomes;
    if (head_.greatest_send && is_uuid_v7(row.send_id.bytes()) && row.send_id > *head_.greatest_send) {
      damage(0, fmt::format("head: send_id {} of {} has an outcome and is greater than the greatest", row.send_id.str(),
                            row.account.str()));
    }
    auto said = wire::decode_outcome(row.record);
    if (!said) {
      damage(0,
             fmt::format("outcome of send_id {} by {}: {}", row.send_id.str(), row.account.str(), said.error().text()));
      continue;
    }
    outcomes_.push_back({row.account, row.send_id, *said, false});
  }
  std::sort(outcomes_.begin(), outcomes_.end(), [](const Outcome& a, const Outcome& b) {
    return key_of(a.account, a.send_id) < key_of(b.account, b.send_id);
  });
}

// ---- the events --------------------------------------------------------------------------------------------------

void ChannelCheck::walk() {
  check_reads_at(0);
  check_members_at(0);
  while (next_ <= head_.seq) {
    StoreQuery query;
    query.events.push_back({id_, next_, head_.seq, kPageEvents, kPageBytes, false});
    auto answer = scan_.read_now(query);
    if (!answer) {
      take_one_by_one(next_, std::min<Seq>(head_.seq, next_ + kPageEvents - 1));
      continue;
    }
    if (answer->events[0].empty()) break;
    for (const EventRow& row : answer->events[0]) take(row);
  }
  if (next_ <= head_.seq) lose(next_, head_.seq, "missing");
  StoreQuery beyond;
  beyond.events.push_back({id_, head_.seq + 1, kLastSeq, 1, 1, false});
  auto answer = scan_.read_now(beyond);
  const bool found = answer && !answer->events[0].empty() && !answer->events[0][0].record.empty();
  if (found) damage(answer->events[0][0].seq, "there is an event after the head");
}

/// The events are not there, or cannot be read: told once for all of them.
void ChannelCheck::lose(Seq from, Seq to, const std::string& why) {
  damage(from, from == to ? "the event is " + why : fmt::format("the events {} to {} are {}", from, to, why));
  lost_.push_back({from, to});
  replay_whole_ = false;
  digest_.reset();
}

/// Finds which events of a page the store cannot read.
void ChannelCheck::take_one_by_one(Seq from, Seq to) {
  Seq first_lost = 0;
  std::string why;
  for (Seq seq = from; seq <= to; ++seq) {
    StoreQuery query;
    query.events.push_back({id_, seq, seq, 1, 1, false});
    auto answer = scan_.read_now(query);
    const bool found = answer && !answer->events[0].empty();
    if (!found && first_lost == 0) {
      first_lost = seq;
      why = answer ? "missing" : "unreadable: " + answer.error().text();
    }
    if (!found) continue;
    if (first_lost != 0) lose(std::exchange(first_lost, 0), seq - 1, why);
    next_ = seq;
    take(answer->events[0][0]);
  }
  if (first_lost != 0) lose(first_lost, to, why);
  next_ = to + 1;
}

void ChannelCheck::take(const EventRow& row) {
  if (row.seq != next_) lose(next_, row.seq - 1, "missing");
  next_ = row.seq + 1;
  if (wire::lost_event(row.record)) {
    ++report_.lost;
    lost_.push_back({row.seq, row.seq});
    replay_whole_ = false;
    digest_.reset();
    return;
  }
  ++report_.events;
  auto opened = wire::verify_event(row.record);
  if (!opened) {
    damage(row.seq,
           row.record.empty() ? "the event is unreadable: a file does not fit its checksum" : opened.error().text());
    opened = wire::open_event(row.record);  // a content that does not fit leaves the header to go on with
  }
  if (!opened) {
    lost_.push_back({row.seq, row.seq});
    replay_whole_ = false;
    digest_.reset();
    return;
  }
  if (opened->event.seq != row.seq) {
    damage(row.seq, fmt::format("the event says that it is {}", opened->event.seq));
    replay_whole_ = false;
  }
  if (opened->event.is_message()) ++report_.messages;
  check_chain(*opened);
  references_.note(*opened);
  check_outcome(opened->event);
  replay(opened->event);
}

void ChannelCheck::check_chain(const wire::OpenedEvent& opened) {
  const Seq seq = opened.event.seq;
  if (digest_) digest_ = wire::chain(*digest_, opened.header, opened.content_hash);
  if (seq % wire::kDigestEvery == 0 && !opened.digest) damage(seq, "the digest of the chain is missing");
  if (!opened.digest) return;
  if (digest_ && *digest_ != *opened.digest) {
    damage(seq, fmt::format("the digest of the chain does not fit the {} events up to here", wire::kDigestEvery));
  }
  digest_ = opened.digest;  // goes on from here, so that one damage is not told at every digest to come
}

void ChannelCheck::replay(const Event& event) {
  if (!replay_whole_) return;
  apply(replayed_, event);
  if (event.count != replayed_.count) {
    damage(event.seq, fmt::format("the event counts {} messages; there are {}", event.count, replayed_.count));
  }
  check_reads_at(event.seq);
  check_members_at(event.seq);
}

/// Members' totals at their `read` cursor.
void ChannelCheck::check_reads_at(Seq seq) {
  const auto [first, last] = reads_.equal_range(seq);
  for (auto it = first; it != last; ++it) {
    const Member& member = stored_.members.at(it->second);
    const Member* now = replayed_.find(it->second);
    const Totals right = now == nullptr ? Totals{} : Totals{replayed_.count, now->own, now->mentions};
    if (seq == 0 ? member.at_read == Totals{} : member.at_read == right) continue;
    damage(seq,
           fmt::format("member {}: the totals remembered at the read cursor are {}/{}/{}; the events make {}/{}/{}",
                       it->second.str(), member.at_read.count, member.at_read.own, member.at_read.mentions, right.count,
                       right.own, right.mentions));
  }
}

void ChannelCheck::check_members_at(Seq seq) {
  if (seq != head_.members_as_of) return;
  for (const auto& [account, right] : replayed_.members) {
    const Member* member = stored_.find(account);
    if (member == nullptr) {
      damage(seq, fmt::format("member {}: there is no record", account.str()));
      continue;
    }
    if (member->own != right.own || member->mentions != right.mentions) {
      damage(seq, fmt::format("member {}: totals are {} own and {} mentions; the events make {} and {}", account.str(),
                              member->own, member->mentions, right.own, right.mentions));
    }
    if (member->role != right.role || member->intervals != right.intervals || member->since != right.since) {
      damage(seq, fmt::format("member {}: role or visible intervals are not what the events make", account.str()));
    }
  }
  for (const auto& [account, member] : stored_.members) {
    if (replayed_.find(account) == nullptr) damage(seq, fmt::format("member {}: never joined", account.str()));
  }
}

void ChannelCheck::check_outcome(const Event& event) {
  const auto it = std::lower_bound(outcomes_.begin(), outcomes_.end(), event, [](const Outcome& row, const Event& e) {
    return key_of(row.account, row.send_id) < key_of(e.account, e.send_id);
  });
  if (it == outcomes_.end() || it->account != event.account || it->send_id != event.send_id) {
    return damage(event.seq, fmt::format("no outcome is stored under its send_id {}", event.send_id.str()));
  }
  if (it->said.seq != event.seq) {
    return damage(event.seq,
                  fmt::format("the outcome of its send_id {} says seq {}", event.send_id.str(), it->said.seq));
  }
  if (it->said.time != event.time) damage(event.seq, "the outcome of its send_id has another time");
  it->claimed = true;
}

// ---- afterwards --------------------------------------------------------------------------------------------------

void ChannelCheck::check_head() {
  if (digest_ && *digest_ != head_.digest) damage(head_.seq, "the digest of the chain in the head does not fit");
  if (!replay_whole_) return;
  if (replayed_.count != head_.count) {
    damage(head_.seq, fmt::format("the head counts {} messages; there are {}", head_.count, replayed_.count));
  }
  if (replayed_.time != head_.time) damage(head_.seq, "the head has another time than its event");
}

void ChannelCheck::check_card() {
  if (!replay_whole_) return;
  const auto shown = [](const Channel& channel) {
    return std::tie(channel.kind, channel.title, channel.description, channel.avatar, channel.settings, channel.hidden,
                    channel.blocked_by, channel.invitations, channel.crypto_epoch);
  };
  if (shown(stored_) != shown(replayed_)) damage(head_.seq, "the card is not what the events make");
}

/// An outcome without an event is a refusal, or that of one who created a channel that was there already.
void ChannelCheck::check_unclaimed_outcomes() {
  for (const Outcome& outcome : outcomes_) {
    if (outcome.claimed || outcome.said.seq == 0) continue;
    const bool lost = std::any_of(lost_.begin(), lost_.end(), [&](const Interval& gap) {
      return gap.from <= outcome.said.seq && outcome.said.seq <= gap.to;
    });
    if (lost) continue;
    if (outcome.said.seq == 1 && stored_.kind != ChannelKind::group) continue;
    damage(outcome.said.seq, fmt::format("an outcome of {} under send_id {} names it, but the event is another's",
                                         outcome.account.str(), outcome.send_id.str()));
  }
}

void ChannelCheck::check_deletions() {
  if (!replay_whole_) return;
  const std::set<Seq> right = references_.to_be_emptied();
  for (const Seq seq : right) {
    if (!references_.emptied().contains(seq)) damage(seq, "its content was deleted, but is still there");
  }
  for (const Seq seq : references_.emptied()) {
    if (!right.contains(seq)) damage(seq, "the content is gone, but nobody deleted it");
  }
}

void ChannelCheck::check_annotations() {
  auto& annotations = references_.annotations();
  StoreQuery query;
  query.annotations.push_back({id_, 1, kLastSeq});
  auto answer = scan_.read_now(query);
  if (!answer) return damage(0, "annotations cannot be read: " + answer.error().text());
  for (const AnnotationRow& row : answer->annotations[0]) {
    auto stored = wire::decode_annotation(row.record);
    if (!stored) {
      damage(row.target, "annotation: " + stored.error().text());
      annotations.erase(row.target);
      continue;
    }
    const auto right = annotations.extract(row.target);
    const wire::Annotation none;
    const wire::Annotation& wanted = right ? right.mapped() : none;
    if (replay_whole_ && (stored->edits != wanted.edits || stored->reactions != wanted.reactions)) {
      damage(row.target, "edits or reactions are not what the events make");
    }
  }
  for (const auto& [target, annotation] : annotations) {
    if (!annotation.edits.empty() || !annotation.reactions.empty()) damage(target, "edits or reactions are missing");
  }
}

}  // namespace parley
