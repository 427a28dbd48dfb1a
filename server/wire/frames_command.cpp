#include <algorithm>
#include <utility>

#include "parley/v1/frames.pb.h"
#include "wire/fields.hpp"
#include "wire/frames.hpp"

namespace parley::wire {
namespace {

// What no configuration allows: a floor under the limits that `decide` applies.
constexpr std::size_t kMaxMembers = 1000;
constexpr std::size_t kMaxMentions = 1000;
constexpr std::size_t kMaxTargets = 100;
constexpr std::size_t kMaxTextBytes = 400'000;  // 100,000 code points
constexpr std::size_t kMaxDataBytes = 1'048'576;
constexpr std::size_t kMaxTypeBytes = 255;
constexpr std::size_t kMaxTitleBytes = 512 * 4;
constexpr std::size_t kMaxDescriptionBytes = 8192 * 4;
constexpr std::size_t kMaxAvatarBytes = 255;
constexpr std::size_t kMinSecretBytes = 16;
constexpr std::size_t kMaxSecretBytes = 64;

constexpr std::string_view kTooLong = "longer than any server allows";
constexpr std::string_view kTooMany = "more than any server allows";

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// Reads one v1.Command. Content over its cap is the one fault with a code of its own.
class Reader {
 public:
  Reader(const v1::Command& in, const AccountId& sender) : in_(in), sender_(sender) {}

  Result<Command> read() {
    Command out;
    out.body = body();
    out.channel = channel(out.body);
    out.stamp.send_id = fields_.id<SendId>(in_.send_id(), "send_id");
    if (fields_.failed()) return fail(ErrorCode::invalid_argument, fields_.error());
    if (!too_long_.empty()) return fail(ErrorCode::content_too_long, too_long_ + ": " + std::string(kTooLong));
    return out;
  }

 private:
  CommandBody body() {
    switch (in_.body_case()) {
      case v1::Command::kPost:
        return post(in_.post());
      case v1::Command::kEdit:
        return command::Edit{fields_.seq(in_.edit().target(), "edit.target"),
                             content(in_.edit().has_content(), in_.edit().content(), "edit.content"),
                             number(in_.edit().crypto_epoch(), "edit.crypto_epoch")};
      case v1::Command::kDelete:
        return delete_messages(in_.delete_());
      case v1::Command::kReact:
        return react(in_.react());
      case v1::Command::kCreateChannel:
        return create(in_.create_channel());
      case v1::Command::kDescribe:
        return describe(in_.describe());
      case v1::Command::kChangeSettings:
        fields_.require(in_.change_settings().has_settings(), "change_settings.settings", "needed");
        return command::ChangeSettings{
            settings(in_.change_settings().settings(), v1::WHO_MEMBERS, "change_settings.settings")};
      case v1::Command::kAddMembers:
        fields_.require(in_.add_members().accounts_size() > 0, "add_members.accounts", "at least one is needed");
        return command::AddMembers{accounts(in_.add_members().accounts(), kMaxMembers, "add_members.accounts")};
      case v1::Command::kRemoveMember:
        return command::RemoveMember{fields_.id<AccountId>(in_.remove_member().account(), "remove_member.account")};
      case v1::Command::kLeave:
        return command::Leave{};
      case v1::Command::kSetRole:
        return command::SetRole{fields_.id<AccountId>(in_.set_role().account(), "set_role.account"),
                                fields_.choice(in_.set_role().role(), Role::member, Role::admin, "set_role.role")};
      case v1::Command::kHandOver:
        return command::HandOver{fields_.id<AccountId>(in_.hand_over().to(), "hand_over.to")};
      case v1::Command::kCreateInvitation:
        return create_invitation(in_.create_invitation());
      case v1::Command::kRevokeInvitation:
        return command::RevokeInvitation{
            fields_.id<InvitationId>(in_.revoke_invitation().invitation(), "revoke_invitation.invitation")};
      case v1::Command::kJoin:
        return join(in_.join());
      case v1::Command::kCryptoCommit:
        return crypto_commit(in_.crypto_commit());
      case v1::Command::BODY_NOT_SET:
        break;
    }
    fields_.require(false, "command", "what to do is missing, or not known here");
    return command::Leave{};
  }

  ChannelId channel(const CommandBody& body) {
    const auto* create = std::get_if<command::Create>(&body);
    ChannelId derived;
    if (create != nullptr && create->kind == ChannelKind::direct) derived = direct_channel_id(sender_, create->peer);
    if (create != nullptr && create->kind == ChannelKind::self) derived = self_channel_id(sender_);
    if (!derived.is_nil() && in_.channel_id().empty()) return derived;
    const ChannelId given = fields_.id<ChannelId>(in_.channel_id(), "channel_id");
    fields_.require(derived.is_nil() || given == derived, "channel_id", "leave it empty, or give the derived id");
    return given;
  }

  command::Post post(const v1::Post& m) {
    fields_.require(m.reply_to() <= kMaxNumber, "post.reply_to", "a seq is at most 2^53");
    return {.content = content(m.has_content(), m.content(), "post.content"),
            .reply_to = m.reply_to(),
            .mentions = accounts(m.mentions(), kMaxMentions, "post.mentions"),
            .forwarded = m.forwarded(),
            .crypto_epoch = number(m.crypto_epoch(), "post.crypto_epoch")};
  }

  command::Delete delete_messages(const v1::DeleteMessages& m) {
    command::Delete out;
    fields_.require(m.targets_size() > 0, "delete.targets", "at least one is needed");
    if (!fits(m.targets_size(), kMaxTargets, "delete.targets")) return out;
    for (const std::uint64_t target : m.targets()) out.targets.push_back(fields_.seq(target, "delete.targets"));
    return out;
  }

  command::Create create(const v1::CreateChannel& m) {
    command::Create out;
    out.kind = fields_.choice(m.kind(), ChannelKind::direct, ChannelKind::self, "create_channel.kind");
    const bool is_group = out.kind == ChannelKind::group;
    if (out.kind == ChannelKind::direct) {
      out.peer = fields_.id<AccountId>(m.peer(), "create_channel.peer");
      fields_.require(out.peer != sender_, "create_channel.peer",
                      "another account; for notes to yourself use kind self");
    } else {
      fields_.require(m.peer().empty(), "create_channel.peer", "only a direct channel has one");
    }
    out.title = text(m.title(), kMaxTitleBytes, "create_channel.title");
    out.description = text(m.description(), kMaxDescriptionBytes, "create_channel.description");
    out.avatar = text(m.avatar(), kMaxAvatarBytes, "create_channel.avatar");
    out.settings = settings(m.settings(), v1::WHO_UNSPECIFIED, "create_channel.settings");
    out.members = accounts(m.members(), kMaxMembers, "create_channel.members");
    fields_.require(is_group || (m.title().empty() && m.description().empty() && m.avatar().empty()),
                    "create_channel.title", "only a group has title, description and avatar");
    fields_.require(is_group || (m.members().empty() && !m.has_settings()), "create_channel.members",
                    "only a group has members and settings");
    return out;
  }

  command::Describe describe(const v1::Describe& m) {
    fields_.require(m.has_title() || m.has_description() || m.has_avatar(), "describe", "nothing to change");
    command::Describe out;
    if (m.has_title()) out.title = text(m.title(), kMaxTitleBytes, "describe.title");
    if (m.has_description()) out.description = text(m.description(), kMaxDescriptionBytes, "describe.description");
    if (m.has_avatar()) out.avatar = text(m.avatar(), kMaxAvatarBytes, "describe.avatar");
    return out;
  }

  command::CreateInvitation create_invitation(const v1::CreateInvitation& m) {
    fields_.require(m.expires() >= 0 && static_cast<std::uint64_t>(m.expires()) <= kMaxNumber,
                    "create_invitation.expires", "milliseconds since 1970, or 0 for no end");
    return {.invitation = fields_.id<InvitationId>(m.invitation(), "create_invitation.invitation"),
            .secret_hash = fields_.digest(m.secret_hash(), "create_invitation.secret_hash"),
            .expires = from_unix_ms(m.expires()),
            .uses = m.uses()};
  }

  command::Join join(const v1::Join& m) {
    fields_.require(m.secret().size() >= kMinSecretBytes && m.secret().size() <= kMaxSecretBytes, "join.secret",
                    "16 to 64 bytes are needed");
    return {m.secret()};
  }

  // A commit may go without content.
  command::CryptoCommit crypto_commit(const v1::CryptoCommit& m) {
    return {.epoch = number(m.epoch(), "crypto_commit.epoch"),
            .content = m.has_content() ? content(true, m.content(), "crypto_commit.content") : Content{}};
  }

  command::React react(const v1::React& m) {
    command::React out{.target = fields_.seq(m.target(), "react.target")};
    if (m.has_content()) out.content = content(true, m.content(), "react.content");
    return out;
  }

  Content content(bool given, const v1::Content& m, const std::string& field) {
    fields_.require(given && m.body_case() != v1::Content::BODY_NOT_SET, field, "text or data is needed");
    fields_.require(!m.preview() && m.full_size() == 0, field, "preview and full_size are for answers only");
    fields_.require(m.type().size() <= kMaxTypeBytes && is_printable_ascii(m.type()), field + ".type",
                    "a media type is at most 255 printable ASCII characters");
    fields_.require(!m.has_text() || m.type().empty(), field + ".type", "text has none");
    const std::size_t size = m.has_text() ? m.text().size() : m.data().size();
    if (size > (m.has_text() ? kMaxTextBytes : kMaxDataBytes)) {
      too_long_ = field;
      return {};
    }
    return {.is_text = m.has_text(), .bytes = m.has_text() ? m.text() : m.data(), .type = m.type()};
  }

  // `lowest`: unspecified where a missing choice means the usual one.
  ChannelSettings settings(const v1::ChannelSettings& m, v1::Who lowest, const std::string& field) {
    fields_.choice(m.post(), lowest, v1::WHO_OWNER, field + ".post");
    fields_.choice(m.add(), lowest, v1::WHO_OWNER, field + ".add");
    fields_.choice(m.rename(), lowest, v1::WHO_OWNER, field + ".rename");
    return to_settings(m);
  }

  template <class Repeated>
  std::vector<AccountId> accounts(const Repeated& repeated, std::size_t most, std::string_view field) {
    return fits(repeated.size(), most, field) ? fields_.ids<AccountId>(repeated, field) : std::vector<AccountId>{};
  }

  std::string text(const std::string& value, std::size_t most, std::string_view field) {
    fields_.require(value.size() <= most, field, kTooLong);
    return value;
  }
  std::uint64_t number(std::uint64_t value, std::string_view field) {
    fields_.require(value <= kMaxNumber, field, "at most 2^53");
    return value;
  }
  bool fits(int size, std::size_t most, std::string_view field) {
    fields_.require(static_cast<std::size_t>(size) <= most, field, kTooMany);
    return static_cast<std::size_t>(size) <= most;
  }

  const v1::Command& in_;
  const AccountId& sender_;
  Fields fields_;
  std::string too_long_;
};

}  // namespace

Result<Command> to_command(const v1::Command& command, const AccountId& sender) {
  return Reader(command, sender).read();
}

}  // namespace parley::wire
