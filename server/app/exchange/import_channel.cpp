#include "app/exchange/import_channel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engines/system/system_clock.hpp"
#include "parley/v1/records.pb.h"
#include "wire/record_frame.hpp"

namespace parley::exchange {
namespace {

constexpr std::size_t kCommitEvents = 10'000;
constexpr std::size_t kCommitBytes = 4U << 20U;

template <class Message>
std::string to_record(const Message& message) {
  std::string record(wire::kRecordFrame, '\0');
  message.AppendToString(&record);
  wire::close_frame(record);
  return record;
}

std::string fresh_salt() {
  static thread_local SystemRandom random;
  wire::Salt salt{};
  random.fill(salt);
  return {reinterpret_cast<const char*>(salt.data()), salt.size()};
}

}  // namespace

Result<ChannelImport> ChannelImport::begin(StoreWriter& writer, const v1::ChannelLine& line) {
  const auto id = ChannelId::from_bytes(line.channel_id());
  if (!id) return fail(ErrorCode::malformed, "channelId: an id is needed");
  return ChannelImport(writer, *id, line);
}

ChannelImport::ChannelImport(StoreWriter& writer, const ChannelId& id, v1::ChannelLine line)
    : writer_(&writer), line_(std::move(line)) {
  state_.id = waiting_.channel = id;
}

Result<wire::OpenedEvent> ChannelImport::store_event(const v1::EventLine& line) {
  v1::EventRecord record;
  line.header().SerializeToString(record.mutable_header());
  if (line.has_content()) {
    line.content().SerializeToString(record.mutable_content());
    record.set_salt(line.salt().empty() ? fresh_salt() : line.salt());
  } else {
    record.set_content_hash(line.content_hash());
  }
  auto opened = wire::verify_event(to_record(record));
  if (!opened) return fail(ErrorCode::malformed, opened.error().text());
  if (digest_) digest_ = wire::chain(*digest_, opened->header, opened->content_hash);
  if (!digest_ && line.digest().size() == Digest{}.size()) {
    std::copy(line.digest().begin(), line.digest().end(), digest_.emplace().begin());
  }
  if (opened->event.seq % wire::kDigestEvery == 0) {
    if (!digest_) return fail(ErrorCode::malformed, "digest: it is needed after lost events");
    record.set_digest(std::string(view(*digest_)));
  }
  waiting_.events.push_back({opened->event.seq, to_record(record)});
  waiting_bytes_ += waiting_.events.back().record.size();
  return opened;
}

void ChannelImport::note(const wire::OpenedEvent& opened) {
  Event event = opened.event;
  // It had one: a reaction whose content is gone is none that takes another back.
  if (opened.content_deleted) event.content.emplace();
  std::vector<Seq> targets;
  if (const auto target = event.content_target()) targets.push_back(*target);
  if (const auto* deleted = event.as<event::Deleted>()) targets = deleted->targets;
  for (const Seq target : targets) wire::annotate(annotations_[target], event);
}

Result<void> ChannelImport::follows(Seq seq) const {
  if (seq == state_.head + 1) return {};
  return fail(ErrorCode::damaged,
              fmt::format("channel {}: event {} follows event {}: what is missing cannot be made up for",
                          state_.id.str(), seq, state_.head));
}

Result<void> ChannelImport::event(const v1::EventLine& line) {
  if (auto next = follows(line.header().seq()); !next) return next;
  const auto opened = store_event(line);
  if (!opened) return fail(opened.error());
  const Event& event = opened->event;
  if (!std::exchange(settled_, true)) state_.count = event.count - (event.is_message() ? 1 : 0);
  apply(state_, event);
  note(*opened);
  keep_outcome(event.account, event.send_id, wire::encode_outcome({.seq = event.seq, .time = event.time}));
  if (waiting_.events.size() < kCommitEvents && waiting_bytes_ < kCommitBytes) return {};
  return commit();
}

Result<void> ChannelImport::lost(const v1::LostLine& line) {
  if (auto next = follows(line.seq()); !next) return next;
  waiting_.events.push_back({line.seq(), wire::encode_lost(from_unix_ms(line.lost().repaired()), line.lost().why())});
  state_.head = line.seq();
  lost_ = true;
  settled_ = false;
  digest_.reset();
  return {};
}

Result<void> ChannelImport::card(const v1::CardRecord& line) {
  card_ = to_record(line);
  return wire::decode_card(card_, state_);
}

Result<void> ChannelImport::member(const v1::MemberLine& line) {
  const auto account = AccountId::from_bytes(line.account());
  auto member = wire::decode_member(to_record(line.state()));
  if (!account || !member) return fail(ErrorCode::malformed, "member: account and state are needed");
  if (member->read > state_.head || member->delivered > state_.head) {
    return fail(ErrorCode::damaged, fmt::format("channel {}: a cursor of member {} stands after the head",
                                                state_.id.str(), account->str()));
  }
  members_[*account] = std::move(*member);
  return {};
}

Result<void> ChannelImport::outcome(const v1::OutcomeLine& line) {
  const auto account = AccountId::from_bytes(line.account());
  const auto send_id = SendId::from_bytes(line.send_id());
  const std::string record = to_record(line.outcome());
  if (!account || !send_id || !wire::decode_outcome(record)) {
    return fail(ErrorCode::malformed, "outcome: account, sendId and outcome are needed");
  }
  keep_outcome(*account, *send_id, record);
  return {};
}

void ChannelImport::keep_outcome(const AccountId& account, const SendId& send_id, std::string record) {
  waiting_.outcomes.push_back({account, send_id, std::move(record)});
  if (is_uuid_v7(send_id.bytes())) greatest_send_ = std::max(greatest_send_, send_id);
}

Result<void> ChannelImport::commit() {
  const auto position = writer_->next_position(state_.id);
  if (!position) return fail(position.error());
  waiting_.head = wire::encode_head({.seq = state_.head,
                                     .time = state_.time,
                                     .count = state_.count,
                                     .position = *position,
                                     .digest = digest_.value_or(Digest{}),
                                     .members_as_of = state_.head,
                                     .greatest_send = greatest_send_});
  const ChannelId id = state_.id;
  waiting_bytes_ = 0;
  ChannelBatch batch = std::exchange(waiting_, {});
  waiting_.channel = id;
  return writer_->commit(std::move(batch));
}

Result<void> ChannelImport::finish() {
  const auto incomplete = [&](std::string what) {
    return fail(ErrorCode::damaged, fmt::format("channel {}: {}", state_.id.str(), what));
  };
  if (state_.head == 0) return incomplete("it has no event");
  if (line_.head() != 0 && line_.head() != state_.head) {
    return incomplete(fmt::format("its head is {}, but its last event here is {}", line_.head(), state_.head));
  }
  if (!settled_) state_.count = line_.count();
  if (lost_ && card_.empty()) return incomplete("events are lost, and the line of its card is missing");
  if (!digest_) {
    if (line_.digest().size() != Digest{}.size()) return incomplete("its digest is missing");
    std::copy(line_.digest().begin(), line_.digest().end(), digest_.emplace().begin());
  }
  const auto position = writer_->next_position(state_.id);
  if (!position) return fail(position.error());
  for (const auto& [account, made] : state_.members) {
    const auto said = members_.find(account);
    if (lost_) continue;
    if (said == members_.end()) return incomplete("the line of its member " + account.str() + " is missing");
    Member& member = said->second;
    // What follows from the events is taken from them.
    member.role = made.role;
    member.intervals = made.intervals;
    member.since = made.since;
    member.own = made.own;
    member.mentions = made.mentions;
  }
  if (!lost_ && members_.size() != state_.members.size()) return incomplete("a member never joined");
  for (auto& [account, member] : members_) {
    member.position = *position;
    waiting_.members.push_back({account, wire::encode_member(member)});
    waiting_.joined.push_back(account);
  }
  waiting_.card = wire::encode_card(state_);
  for (const auto& [target, annotation] : annotations_) {
    if (annotation.edits.empty() && annotation.reactions.empty()) continue;
    waiting_.annotations.push_back({target, wire::encode_annotation(annotation)});
  }
  return commit();
}

}  // namespace parley::exchange
