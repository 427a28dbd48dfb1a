#include <algorithm>
#include <limits>
#include <utility>

#include "parley/v1/records.pb.h"
#include "wire/fields.hpp"
#include "wire/frames.hpp"
#include "wire/protobuf_parse.hpp"
#include "wire/protobytes.hpp"
#include "wire/record_frame.hpp"
#include "wire/records.hpp"

namespace parley::wire {
namespace {

std::string encode(const google::protobuf::MessageLite& message) {
  std::string out;
  out.reserve(kRecordFrame + message.ByteSizeLong());
  out.resize(kRecordFrame);
  message.AppendToString(&out);
  close_frame(out);
  return out;
}

Result<void> decode(std::string_view record, std::string_view what, google::protobuf::MessageLite& message) {
  const Result<std::string_view> payload = open_frame(record);
  if (!payload) return fail(payload.error());
  if (!parse_protobuf(*payload, message)) {
    return fail(ErrorCode::damaged, std::string(what) + " record: payload is not protobuf");
  }
  return {};
}

std::unexpected<Error> damaged(std::string_view what, const Fields& fields) {
  return fail(ErrorCode::damaged, std::string(what) + " record: " + fields.error());
}

template <class Repeated>
void write(const std::vector<Interval>& intervals, Repeated* out) {
  out->Reserve(static_cast<int>(intervals.size()));
  for (const Interval& interval : intervals) {
    v1::Interval& m = *out->Add();
    m.set_from(interval.from);
    m.set_to(interval.to);
  }
}

template <class Repeated>
std::vector<Interval> read_intervals(const Repeated& intervals) {
  std::vector<Interval> out;
  out.reserve(static_cast<std::size_t>(intervals.size()));
  for (const v1::Interval& m : intervals) out.push_back({m.from(), m.to()});
  return out;
}

void write(const Invitation& invitation, v1::Invitation& m) {
  put_id(invitation.id, m.mutable_invitation());
  m.mutable_secret_hash()->assign(view(invitation.secret_hash));
  m.set_expires(to_unix_ms(invitation.expires));
  m.set_uses_left(invitation.uses_left);
  m.set_unlimited(invitation.unlimited);
  put_id(invitation.by, m.mutable_by());
}

Invitation read(Fields& fields, const v1::Invitation& m) {
  return {.id = fields.id<InvitationId>(m.invitation(), "invitation"),
          .secret_hash = fields.digest(m.secret_hash(), "secret_hash"),
          .expires = from_unix_ms(m.expires()),
          .uses_left = m.uses_left(),
          .unlimited = m.unlimited(),
          .by = fields.id_or_nil<AccountId>(m.by(), "by")};
}

}  // namespace

// ---- outcome ----------------------------------------------------------------------------------------------------

std::string encode_outcome(const StoredOutcome& outcome) {
  // By hand: one for every send.
  std::string out;
  out.reserve(kRecordFrame + 32);
  out.resize(kRecordFrame);
  put_varint_field(out, v1::OutcomeRecord::kSeqFieldNumber, outcome.seq);
  put_varint_field(out, v1::OutcomeRecord::kRefusedFieldNumber, static_cast<std::uint64_t>(outcome.refused));
  put_varint_field(out, v1::OutcomeRecord::kTimeFieldNumber, static_cast<std::uint64_t>(to_unix_ms(outcome.time)));
  close_frame(out);
  return out;
}

Result<StoredOutcome> decode_outcome(std::string_view record) {
  v1::OutcomeRecord m;
  if (auto parsed = decode(record, "outcome", m); !parsed) return fail(std::move(parsed).error());
  const bool known = m.refused() <= std::numeric_limits<std::uint16_t>::max() &&
                     find_error(static_cast<std::uint16_t>(m.refused())) != nullptr;
  if (!known || (m.seq() == 0) == (m.refused() == 0)) {
    return fail(ErrorCode::damaged, "outcome record: neither posted nor refused");
  }
  return StoredOutcome{m.seq(), static_cast<ErrorCode>(m.refused()), from_unix_ms(m.time())};
}

// ---- head -------------------------------------------------------------------------------------------------------

std::string encode_head(const Head& head) {
  v1::HeadRecord m;
  m.set_seq(head.seq);
  m.set_time(to_unix_ms(head.time));
  m.set_count(head.count);
  m.set_position(head.position);
  m.mutable_digest()->assign(view(head.digest));
  m.set_members_as_of(head.members_as_of);
  if (head.greatest_send) put_id(*head.greatest_send, m.mutable_greatest_send());
  return encode(m);
}

Result<Head> decode_head(std::string_view record) {
  v1::HeadRecord m;
  if (auto parsed = decode(record, "head", m); !parsed) return fail(std::move(parsed).error());
  Fields fields;
  Head head{.seq = m.seq(),
            .time = from_unix_ms(m.time()),
            .count = m.count(),
            .position = m.position(),
            .digest = fields.digest(m.digest(), "digest"),
            .members_as_of = m.members_as_of(),
            .greatest_send = std::nullopt};
  if (!m.greatest_send().empty()) head.greatest_send = fields.id<SendId>(m.greatest_send(), "greatest_send");
  fields.require(head.members_as_of <= head.seq, "members_as_of", "past the head");
  if (fields.failed()) return damaged("head", fields);
  return head;
}

// ---- card -------------------------------------------------------------------------------------------------------

std::string encode_card(const Channel& channel) {
  v1::CardRecord m;
  m.set_kind(static_cast<v1::ChannelKind>(channel.kind));
  m.set_title(channel.title);
  m.set_description(channel.description);
  m.set_avatar(channel.avatar);
  from_settings(channel.settings, *m.mutable_settings());
  m.set_hidden(channel.hidden);
  for (const AccountId& account : channel.blocked_by) put_id(account, m.add_blocked_by());
  for (const Invitation& invitation : channel.invitations) write(invitation, *m.add_invitations());
  m.set_crypto_epoch(channel.crypto_epoch);
  return encode(m);
}

Result<void> decode_card(std::string_view record, Channel& channel) {
  v1::CardRecord m;
  if (auto parsed = decode(record, "card", m); !parsed) return parsed;
  Fields fields;
  const ChannelKind kind = fields.choice(m.kind(), ChannelKind::direct, ChannelKind::account, "kind");
  std::vector<AccountId> blocked_by = fields.ids<AccountId>(m.blocked_by(), "blocked_by");
  std::vector<Invitation> invitations;
  invitations.reserve(static_cast<std::size_t>(m.invitations_size()));
  for (const v1::Invitation& invitation : m.invitations()) invitations.push_back(read(fields, invitation));
  if (fields.failed()) return damaged("card", fields);

  channel.kind = kind;
  channel.title = std::move(*m.mutable_title());
  channel.description = std::move(*m.mutable_description());
  channel.avatar = std::move(*m.mutable_avatar());
  channel.settings = to_settings(m.settings());
  channel.hidden = m.hidden();
  channel.blocked_by = std::move(blocked_by);
  channel.invitations = std::move(invitations);
  channel.crypto_epoch = m.crypto_epoch();
  return {};
}

// ---- member -----------------------------------------------------------------------------------------------------

std::string encode_member(const Member& member) {
  v1::MemberRecord m;
  m.set_role(static_cast<v1::Role>(member.role));
  write(member.intervals, m.mutable_intervals());
  m.set_since(to_unix_ms(member.since));
  m.set_own(member.own);
  m.set_mentions(member.mentions);
  m.set_delivered(member.delivered);
  m.set_read(member.read);
  m.set_delivered_at(to_unix_ms(member.delivered_at));
  m.set_read_at(to_unix_ms(member.read_at));
  m.set_count_at_read(member.at_read.count);
  m.set_own_at_read(member.at_read.own);
  m.set_mentions_at_read(member.at_read.mentions);
  m.set_marked_unread(member.marked_unread);
  m.set_muted_until(to_unix_ms(member.muted_until));
  m.set_pinned(member.pinned);
  m.set_archived(member.archived);
  m.set_hide_read(member.hide_read);
  write(member.hidden, m.mutable_hidden());
  m.set_position(member.position);
  return encode(m);
}

Result<Member> decode_member(std::string_view record) {
  v1::MemberRecord m;
  if (auto parsed = decode(record, "member", m); !parsed) return fail(std::move(parsed).error());
  Fields fields;
  Result<Member> member;
  member->role = fields.choice(m.role(), Role::none, Role::owner, "role");
  if (fields.failed()) return damaged("member", fields);
  member->intervals = read_intervals(m.intervals());
  member->since = from_unix_ms(m.since());
  member->own = m.own();
  member->mentions = m.mentions();
  member->delivered = m.delivered();
  member->read = m.read();
  member->delivered_at = from_unix_ms(m.delivered_at());
  member->read_at = from_unix_ms(m.read_at());
  member->at_read = {.count = m.count_at_read(), .own = m.own_at_read(), .mentions = m.mentions_at_read()};
  member->marked_unread = m.marked_unread();
  member->muted_until = from_unix_ms(m.muted_until());
  member->pinned = m.pinned();
  member->archived = m.archived();
  member->hide_read = m.hide_read();
  member->hidden = read_intervals(m.hidden());
  member->position = m.position();
  return member;
}

// ---- annotation -------------------------------------------------------------------------------------------------

bool annotate(Annotation& annotation, const Event& event) {
  auto& slots = annotation.reactions;
  if (event.as<event::Edited>() != nullptr) {
    annotation.edits.push_back(event.seq);
    return true;
  }
  if (event.as<event::Deleted>() != nullptr) return !std::exchange(slots, {}).empty();
  if (event.as<event::Reacted>() == nullptr) return false;
  const auto before = slots.size();
  std::erase_if(slots, [&](const auto& slot) { return slot.account == event.account; });
  if (!event.content) return slots.size() != before;
  const auto place = std::ranges::find_if(slots, [&](const auto& slot) { return event.account < slot.account; });
  slots.insert(place, {event.account, *event.content, event.seq});
  return true;
}

std::string encode_annotation(const Annotation& annotation) {
  v1::AnnotationRecord m;
  m.mutable_edits()->Add(annotation.edits.begin(), annotation.edits.end());
  for (const ReactionSlot& slot : annotation.reactions) {
    v1::Reaction& reaction = *m.add_reactions();
    put_id(slot.account, reaction.mutable_account());
    from_content(slot.content, *reaction.mutable_content());
    reaction.set_seq(slot.seq);
  }
  return encode(m);
}

Result<Annotation> decode_annotation(std::string_view record) {
  v1::AnnotationRecord m;
  if (auto parsed = decode(record, "annotation", m); !parsed) return fail(std::move(parsed).error());
  Fields fields;
  Result<Annotation> annotation;
  annotation->edits.assign(m.edits().begin(), m.edits().end());
  annotation->reactions.reserve(static_cast<std::size_t>(m.reactions_size()));
  for (const v1::Reaction& reaction : m.reactions()) {
    auto content = to_content(reaction.content());
    fields.require(content.has_value(), "reactions.content", "content is needed");
    if (!content) continue;
    annotation->reactions.push_back(
        {fields.id<AccountId>(reaction.account(), "reactions.account"), std::move(*content), reaction.seq()});
  }
  if (fields.failed()) return damaged("annotation", fields);
  return annotation;
}

}  // namespace parley::wire
