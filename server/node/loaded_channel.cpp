#include "node/loaded_channel.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace parley {
namespace {

/// Bodies that only count or annotate; every other body changes the card or the membership.
bool is_talk(const Event& event) {
  return event.is_message() || event.as<event::Edited>() != nullptr || event.as<event::Deleted>() != nullptr ||
         event.as<event::Reacted>() != nullptr;
}

std::vector<AccountId> joining(const Event& event) {
  std::vector<AccountId> accounts;
  auto add = [&](const std::vector<NewMember>& members) {
    for (const auto& member : members) accounts.push_back(member.account);
  };
  if (const auto* created = event.as<event::Created>()) add(created->members);
  if (const auto* added = event.as<event::MembersAdded>()) add(added->members);
  if (const auto* joined = event.as<event::JoinedByInvitation>()) accounts.push_back(joined->member.account);
  return accounts;
}

/// Members whose record an event changes in other ways than by counting.
std::vector<AccountId> otherwise_changed(const Event& event) {
  if (const auto* removed = event.as<event::MemberRemoved>()) return {removed->account};
  if (const auto* left = event.as<event::MemberLeft>()) return {event.account, left->new_owner};
  if (const auto* changed = event.as<event::RoleChanged>()) return {changed->account};
  if (const auto* handed = event.as<event::OwnershipHandedOver>()) return {event.account, handed->to};
  return {};
}

}  // namespace

LoadedChannel::LoadedChannel(ChannelId id) {
  state_.id = id;
}

Result<Interval> LoadedChannel::tail_of(const StoredChannel& stored) {
  auto head = wire::decode_head(stored.head);
  if (!head) return fail(head.error());
  return Interval{head->members_as_of + 1, head->seq};
}

Result<LoadedChannel> LoadedChannel::from_store(ChannelId id, const StoredChannel& stored,
                                                const std::vector<wire::OpenedEvent>& tail) {
  auto head = wire::decode_head(stored.head);
  if (!head) return fail(head.error());
  LoadedChannel loaded(id);
  Channel& state = loaded.state_;
  if (auto card = wire::decode_card(stored.card, state); !card) return fail(card.error());
  for (const auto& row : stored.members) {
    auto member = wire::decode_member(row.record);
    if (!member) return fail(member.error());
    state.members.emplace(row.account, std::move(*member));
  }
  const auto messages = static_cast<std::uint64_t>(
      std::count_if(tail.begin(), tail.end(), [](const auto& opened) { return opened.event.is_message(); }));
  if (messages > head->count || tail.size() != head->seq - head->members_as_of) return fail(ErrorCode::damaged);
  state.head = head->members_as_of;
  state.count = head->count - messages;
  loaded.members_as_of_ = head->members_as_of;
  for (const auto& opened : tail) {
    if (opened.event.seq != state.head + 1 || !is_talk(opened.event)) return fail(ErrorCode::damaged);
    loaded.note_totals(opened.event);
    apply(state, opened.event);
    loaded.remember(opened.event);
  }
  if (state.head != head->seq || state.count != head->count) return fail(ErrorCode::damaged);
  state.time = head->time;
  loaded.digest_ = head->digest;
  loaded.greatest_ = loaded.greatest_stored_ = head->greatest_send;
  loaded.position_ = loaded.last_position_ = head->position;
  for (const auto& [account, member] : state.members) {
    loaded.last_position_ = std::max(loaded.last_position_, member.position);
  }
  loaded.floors_ = Floors(state);
  loaded.active_members_ = state.active_members();
  return loaded;
}

void LoadedChannel::note_totals(const Event& event) {
  const auto* message = event.as<event::Message>();
  if (message == nullptr) return;
  auto note = [&](const AccountId& account) {
    auto it = state_.members.find(account);
    if (it == state_.members.end()) return;
    base_totals_.try_emplace(account, Totals{0, it->second.own, it->second.mentions});
  };
  note(event.account);
  for (const auto& account : message->mentions) note(account);
}

void LoadedChannel::remember(const Event& event) {
  Brief brief{event.seq, event.account, event.is_message(), event.count, {}};
  if (const auto* message = event.as<event::Message>()) brief.mentions = message->mentions;
  recent_.push_back(std::move(brief));
  if (recent_.size() >= 2 * kRecentEvents) recent_.erase(recent_.begin(), recent_.end() - kRecentEvents);
}

wire::SealedEvent LoadedChannel::append(const Event& event, const wire::Salt& salt) {
  const bool was_hidden = state_.hidden;
  note_totals(event);
  apply(state_, event);
  auto sealed = wire::seal(event, digest_, salt);
  digest_ = sealed.digest;
  remember(event);
  changed_ = told_all_ = true;
  if (!is_talk(event) || was_hidden != state_.hidden) card_changed_ = snapshot_due_ = true;
  if (!is_talk(event)) active_members_ = state_.active_members();
  for (const auto& account : joining(event)) {
    joined_.insert(account);
    registers_changed_.insert(account);
  }
  for (const auto& account : otherwise_changed(event)) {
    if (state_.members.contains(account)) registers_changed_.insert(account);
  }
  return sealed;
}

bool LoadedChannel::is_new(const AccountId& account, const SendId& send_id) const {
  if (!is_uuid_v7(send_id.bytes()) || !greatest_stored_ || send_id <= *greatest_stored_) return false;
  const auto since = greatest_since_.find(account);
  return since == greatest_since_.end() || send_id > since->second;
}

void LoadedChannel::note_outcome(const AccountId& account, const SendId& send_id) {
  if (!is_uuid_v7(send_id.bytes())) return;
  SendId& since = greatest_since_[account];
  since = std::max(since, send_id);
  if (greatest_) greatest_ = std::max(*greatest_, send_id);
  changed_ = outcome_noted_ = true;
}

void LoadedChannel::set_registers(const AccountId& account, Member member) {
  auto it = state_.members.find(account);
  PARLEY_ASSERT(it != state_.members.end());
  it->second = std::move(member);
  registers_changed_.insert(account);
  changed_ = true;
}

std::optional<Totals> LoadedChannel::totals_at(const AccountId& account, Seq seq) const {
  const Member* member = state_.find(account);
  if (member == nullptr || seq > state_.head) return std::nullopt;
  Totals totals{state_.count, member->own, member->mentions};
  if (seq == state_.head) return totals;
  if (recent_.empty() || seq + 1 < recent_.front().seq) return std::nullopt;
  for (auto it = recent_.rbegin(); it != recent_.rend() && it->seq > seq; ++it) {
    if (!it->is_message) continue;
    --totals.count;
    if (it->author == account) --totals.own;
    if (std::find(it->mentions.begin(), it->mentions.end(), account) != it->mentions.end()) --totals.mentions;
  }
  return totals;
}

Member LoadedChannel::stored_form(const AccountId& account, const Member& member) const {
  Member stored = member;
  if (auto it = base_totals_.find(account); it != base_totals_.end()) {
    stored.own = it->second.own;
    stored.mentions = it->second.mentions;
  }
  return stored;
}

bool LoadedChannel::collect(Position position, ChannelBatch& batch) {
  batch.channel = state_.id;
  if (state_.head - members_as_of_ >= kSnapshotEvery || snapshot_due_) {
    for (const auto& [account, totals] : base_totals_) registers_changed_.insert(account);
    base_totals_.clear();
    members_as_of_ = state_.head;
  }
  const Floors floors(state_);
  const bool floors_moved = !(floors == floors_);
  floors_ = floors;
  if (told_all_ || floors_moved) position_ = position;
  last_position_ = position;
  for (const auto& account : registers_changed_) {
    Member& member = state_.members.at(account);
    member.position = position;
    batch.members.push_back({account, wire::encode_member(stored_form(account, member))});
  }
  if (card_changed_) batch.card = wire::encode_card(state_);
  batch.joined.assign(joined_.begin(), joined_.end());
  if (told_all_ || floors_moved || outcome_noted_) {
    batch.head =
        wire::encode_head({state_.head, state_.time, state_.count, position_, digest_, members_as_of_, greatest_});
  }
  changed_ = outcome_noted_ = told_all_ = card_changed_ = snapshot_due_ = false;
  registers_changed_.clear();
  joined_.clear();
  return floors_moved;
}

}  // namespace parley
