#include "wire/frames_event.hpp"

#include <type_traits>

#include "base/assert.hpp"
#include "parley/v1/events.pb.h"
#include "wire/fields.hpp"
#include "wire/protobytes.hpp"

namespace parley::wire {
namespace {

constexpr std::uint32_t kContentText = v1::Content::kTextFieldNumber;
constexpr std::uint32_t kContentData = v1::Content::kDataFieldNumber;
constexpr std::uint32_t kContentType = v1::Content::kTypeFieldNumber;

// ---- chat -> protobuf -------------------------------------------------------------------------------------------

void write(const NewMember& member, v1::NewMember& out) {
  put_id(member.account, out.mutable_account());
  out.set_role(static_cast<v1::Role>(member.role));
  out.set_hide_read(member.hide_read);
}

struct BodyWriter {
  v1::EventHeader& out;

  void operator()(const event::Message& b) const {
    v1::Message& m = *out.mutable_message();
    m.set_reply_to(b.reply_to);
    for (const AccountId& account : b.mentions) put_id(account, m.add_mentions());
    m.set_forwarded(b.forwarded);
  }
  void operator()(const event::Edited& b) const { out.mutable_edited()->set_target(b.target); }
  void operator()(const event::Deleted& b) const {
    out.mutable_deleted()->mutable_targets()->Add(b.targets.begin(), b.targets.end());
  }
  void operator()(const event::Reacted& b) const { out.mutable_reacted()->set_target(b.target); }
  void operator()(const event::Created& b) const {
    v1::Created& m = *out.mutable_created();
    m.set_kind(static_cast<v1::ChannelKind>(b.kind));
    m.set_title(b.title);
    m.set_description(b.description);
    m.set_avatar(b.avatar);
    from_settings(b.settings, *m.mutable_settings());
    for (const NewMember& member : b.members) write(member, *m.add_members());
    m.set_hidden(b.hidden);
  }
  void operator()(const event::Described& b) const {
    v1::Described& m = *out.mutable_described();
    if (b.title) m.set_title(*b.title);
    if (b.description) m.set_description(*b.description);
    if (b.avatar) m.set_avatar(*b.avatar);
  }
  void operator()(const event::SettingsChanged& b) const {
    from_settings(b.settings, *out.mutable_settings_changed()->mutable_settings());
  }
  void operator()(const event::MembersAdded& b) const {
    for (const NewMember& member : b.members) write(member, *out.mutable_members_added()->add_members());
    out.mutable_members_added()->set_history_from_start(b.history_from_start);
  }
  void operator()(const event::MemberRemoved& b) const {
    put_id(b.account, out.mutable_member_removed()->mutable_account());
  }
  void operator()(const event::MemberLeft& b) const {
    put_id(b.new_owner, out.mutable_member_left()->mutable_new_owner());
    out.mutable_member_left()->set_account_deleted(b.account_deleted);
  }
  void operator()(const event::RoleChanged& b) const {
    put_id(b.account, out.mutable_role_changed()->mutable_account());
    out.mutable_role_changed()->set_role(static_cast<v1::Role>(b.role));
  }
  void operator()(const event::OwnershipHandedOver& b) const {
    put_id(b.to, out.mutable_ownership_handed_over()->mutable_to());
  }
  void operator()(const event::InvitationCreated& b) const {
    v1::InvitationCreated& m = *out.mutable_invitation_created();
    put_id(b.invitation, m.mutable_invitation());
    m.mutable_secret_hash()->assign(view(b.secret_hash));
    m.set_expires(to_unix_ms(b.expires));
    m.set_uses(b.uses);
  }
  void operator()(const event::InvitationRevoked& b) const {
    put_id(b.invitation, out.mutable_invitation_revoked()->mutable_invitation());
  }
  void operator()(const event::JoinedByInvitation& b) const {
    v1::JoinedByInvitation& m = *out.mutable_joined_by_invitation();
    put_id(b.invitation, m.mutable_invitation());
    write(b.member, *m.mutable_member());
    m.set_history_from_start(b.history_from_start);
  }
  void operator()(const event::BlockSet& b) const { out.mutable_block_set()->set_on(b.on); }
  void operator()(const event::CryptoCommitted& b) const { out.mutable_crypto_committed()->set_epoch(b.epoch); }
  void operator()(const event::Noted& b) const { out.mutable_noted()->set_what(b.what); }
};

// ---- protobuf -> chat -------------------------------------------------------------------------------------------

NewMember read(Fields& fields, const v1::NewMember& m) {
  return {fields.id<AccountId>(m.account(), "member.account"),
          fields.choice(m.role(), Role::member, Role::owner, "member.role"), m.hide_read()};
}

template <class Repeated>
std::vector<NewMember> read_members(Fields& fields, const Repeated& members) {
  std::vector<NewMember> out;
  out.reserve(static_cast<std::size_t>(members.size()));
  for (const v1::NewMember& member : members) out.push_back(read(fields, member));
  return out;
}

template <class M>
std::optional<std::string> title_of(const M& m) {
  return m.has_title() ? std::optional(m.title()) : std::nullopt;
}

event::Created read(Fields& fields, const v1::Created& m) {
  return {.kind = fields.choice(m.kind(), ChannelKind::direct, ChannelKind::account, "created.kind"),
          .title = m.title(),
          .description = m.description(),
          .avatar = m.avatar(),
          .settings = to_settings(m.settings()),
          .members = read_members(fields, m.members()),
          .hidden = m.hidden()};
}

event::Described read(const v1::Described& m) {
  return {.title = title_of(m),
          .description = m.has_description() ? std::optional(m.description()) : std::nullopt,
          .avatar = m.has_avatar() ? std::optional(m.avatar()) : std::nullopt};
}

event::InvitationCreated read(Fields& fields, const v1::InvitationCreated& m) {
  return {.invitation = fields.id<InvitationId>(m.invitation(), "invitation_created.invitation"),
          .secret_hash = fields.digest(m.secret_hash(), "invitation_created.secret_hash"),
          .expires = from_unix_ms(m.expires()),
          .uses = m.uses()};
}

EventBody read_body(Fields& fields, const v1::EventHeader& h) {
  switch (h.body_case()) {
    case v1::EventHeader::kMessage:
      return event::Message{h.message().reply_to(), fields.ids<AccountId>(h.message().mentions(), "message.mentions"),
                            h.message().forwarded()};
    case v1::EventHeader::kEdited:
      return event::Edited{h.edited().target()};
    case v1::EventHeader::kDeleted:
      return event::Deleted{{h.deleted().targets().begin(), h.deleted().targets().end()}};
    case v1::EventHeader::kReacted:
      return event::Reacted{h.reacted().target()};
    case v1::EventHeader::kCreated:
      return read(fields, h.created());
    case v1::EventHeader::kDescribed:
      return read(h.described());
    case v1::EventHeader::kSettingsChanged:
      return event::SettingsChanged{to_settings(h.settings_changed().settings())};
    case v1::EventHeader::kMembersAdded:
      return event::MembersAdded{read_members(fields, h.members_added().members()),
                                 h.members_added().history_from_start()};
    case v1::EventHeader::kMemberRemoved:
      return event::MemberRemoved{fields.id<AccountId>(h.member_removed().account(), "member_removed.account")};
    case v1::EventHeader::kMemberLeft:
      return event::MemberLeft{fields.id_or_nil<AccountId>(h.member_left().new_owner(), "member_left.new_owner"),
                               h.member_left().account_deleted()};
    case v1::EventHeader::kRoleChanged:
      return event::RoleChanged{fields.id<AccountId>(h.role_changed().account(), "role_changed.account"),
                                fields.choice(h.role_changed().role(), Role::member, Role::owner, "role_changed.role")};
    case v1::EventHeader::kOwnershipHandedOver:
      return event::OwnershipHandedOver{
          fields.id<AccountId>(h.ownership_handed_over().to(), "ownership_handed_over.to")};
    case v1::EventHeader::kInvitationCreated:
      return read(fields, h.invitation_created());
    case v1::EventHeader::kInvitationRevoked:
      return event::InvitationRevoked{
          fields.id<InvitationId>(h.invitation_revoked().invitation(), "invitation_revoked.invitation")};
    case v1::EventHeader::kJoinedByInvitation:
      return event::JoinedByInvitation{
          fields.id<InvitationId>(h.joined_by_invitation().invitation(), "joined_by_invitation.invitation"),
          read(fields, h.joined_by_invitation().member()), h.joined_by_invitation().history_from_start()};
    case v1::EventHeader::kBlockSet:
      return event::BlockSet{h.block_set().on()};
    case v1::EventHeader::kCryptoCommitted:
      return event::CryptoCommitted{h.crypto_committed().epoch()};
    case v1::EventHeader::kNoted:
      return event::Noted{h.noted().what()};
    case v1::EventHeader::BODY_NOT_SET:
      break;
  }
  fields.require(false, "body", "an event of a kind that is known here is needed");
  return event::Message{};
}

Who who_or(v1::Who who, Who otherwise) {
  return who >= v1::WHO_MEMBERS && who <= v1::WHO_OWNER ? static_cast<Who>(who) : otherwise;
}

}  // namespace

void from_header(const Event& event, v1::EventHeader& out) {
  out.set_seq(event.seq);
  out.set_time(to_unix_ms(event.time));
  put_id(event.account, out.mutable_account());
  put_id(event.device, out.mutable_device());
  put_id(event.send_id, out.mutable_send_id());
  out.set_crypto_epoch(event.crypto_epoch);
  out.set_count(event.count);
  std::visit(BodyWriter{out}, event.body);
}

void from_content(const Content& content, v1::Content& out) {
  out.Clear();
  if (content.is_text) {
    out.set_text(content.bytes);
  } else {
    out.set_data(content.bytes);
  }
  out.set_type(content.type);
}

std::string encode_content(const Content& content) {
  const std::uint32_t body = content.is_text ? kContentText : kContentData;
  std::string out;
  out.reserve(bytes_field_size(body, content.bytes.size()) + bytes_field_size(kContentType, content.type.size()));
  put_bytes_field(out, body, content.bytes);
  if (!content.type.empty()) put_bytes_field(out, kContentType, content.type);
  return out;
}

void from_event(const Event& event, v1::Event& out) {
  out.Clear();
  from_header(event, *out.mutable_header());
  if (event.content) from_content(*event.content, *out.mutable_content());
}

Result<Content> to_content(const v1::Content& content) {
  switch (content.body_case()) {
    case v1::Content::kText:
      return Content{.is_text = true, .bytes = content.text(), .type = content.type()};
    case v1::Content::kData:
      return Content{.is_text = false, .bytes = content.data(), .type = content.type()};
    case v1::Content::BODY_NOT_SET:
      break;
  }
  return fail(ErrorCode::invalid_argument, "content: text or data is needed");
}

Result<Event> to_event(const v1::EventHeader& header, const v1::Content* content) {
  Fields fields;
  Result<Event> event;
  event->seq = fields.seq(header.seq(), "seq");
  event->time = from_unix_ms(header.time());
  event->account = fields.id<AccountId>(header.account(), "account");
  event->device = fields.id_or_nil<DeviceId>(header.device(), "device");
  event->send_id = fields.id_or_nil<SendId>(header.send_id(), "send_id");
  event->crypto_epoch = header.crypto_epoch();
  event->count = header.count();
  event->body = read_body(fields, header);
  if (fields.failed()) return fail(ErrorCode::malformed, fields.error());
  if (content != nullptr) {
    Result<Content> read = to_content(*content);
    if (!read) return fail(ErrorCode::malformed, read.error().detail);
    event->content = std::move(*read);
  }
  return event;
}

void make_preview(v1::Content& content, std::uint64_t bytes) {
  const bool is_text = content.has_text();
  if (!is_text && !content.has_data()) return;
  std::string& body = is_text ? *content.mutable_text() : *content.mutable_data();
  if (body.size() <= bytes) return;
  const std::size_t whole = body.size();
  auto end = static_cast<std::size_t>(bytes);
  // A byte 10xxxxxx continues the code point before it.
  while (is_text && end > 0 && (static_cast<std::uint8_t>(body[end]) & 0xC0) == 0x80) --end;
  body.resize(end);
  content.set_preview(true);
  content.set_full_size(whole);
}

void from_settings(const ChannelSettings& settings, v1::ChannelSettings& out) {
  out.set_post(static_cast<v1::Who>(settings.post));
  out.set_add(static_cast<v1::Who>(settings.add));
  out.set_rename(static_cast<v1::Who>(settings.rename));
  out.set_history_from_start(settings.history_from_start);
}

ChannelSettings to_settings(const v1::ChannelSettings& settings) {
  const ChannelSettings standard;
  return {.post = who_or(settings.post(), standard.post),
          .add = who_or(settings.add(), standard.add),
          .rename = who_or(settings.rename(), standard.rename),
          .history_from_start = settings.history_from_start()};
}

}  // namespace parley::wire
