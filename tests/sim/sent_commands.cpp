#include "sim/sent_commands.hpp"

#include <algorithm>
#include <set>

#include "base/sha256.hpp"
#include "base/text.hpp"

namespace parley::sim {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;
using Accounts = std::set<std::string>;

Accounts accounts(const Strings& ids) {
  return {ids.begin(), ids.end()};
}

Accounts accounts(const google::protobuf::RepeatedPtrField<v1::NewMember>& members) {
  Accounts all;
  for (const auto& member : members) all.insert(member.account());
  return all;
}

/// Without those who are members, or without those who are none.
Accounts but(Accounts all, const ModelChannel& channel, bool members) {
  std::erase_if(all, [&](const std::string& id) {
    return channel.is_active(AccountId::from_bytes(id).value_or(AccountId{})) == members;
  });
  return all;
}

template <class M>
bool equal(const M& one, const M& other) {
  return one.SerializeAsString() == other.SerializeAsString();
}

/// Of a new group: what was not chosen is as the server has it.
bool chosen(const v1::ChannelSettings& sent, const v1::ChannelSettings& stored) {
  const auto same = [](v1::Who wish, v1::Who is) { return wish == v1::WHO_UNSPECIFIED || wish == is; };
  return same(sent.post(), stored.post()) && same(sent.add(), stored.add()) && same(sent.rename(), stored.rename()) &&
         sent.history_from_start() == stored.history_from_start();
}

std::string cleaned(const std::string& text) {
  return clean_paragraph(text, text.size()).value_or(text);
}

/// One event, and the command that was sent as it.
struct Pair {
  const ModelChannel& before;
  const v1::EventHeader& header;
  const v1::Command& command;

  [[nodiscard]] bool post() const {
    const v1::Post& sent = command.post();
    const v1::Message& stored = header.message();
    // Who has left meanwhile is mentioned no longer, and nobody mentions themselves.
    Accounts mentions = but(accounts(sent.mentions()), before, false);
    mentions.erase(header.account());
    return stored.reply_to() == sent.reply_to() && stored.forwarded() == sent.forwarded() &&
           header.crypto_epoch() == sent.crypto_epoch() && accounts(stored.mentions()) == mentions;
  }

  /// Of several, those that were not deleted already.
  [[nodiscard]] bool deletion() const {
    std::set<Seq> sent(command.delete_().targets().begin(), command.delete_().targets().end());
    std::erase_if(sent, [&](Seq seq) {
      const auto message = before.messages.find(seq);
      return message != before.messages.end() && message->second.deleted;
    });
    return std::set<Seq>(header.deleted().targets().begin(), header.deleted().targets().end()) == sent;
  }

  [[nodiscard]] bool creation() const {
    const v1::CreateChannel& sent = command.create_channel();
    const v1::Created& stored = header.created();
    Accounts members = accounts(sent.members());
    members.insert(header.account());
    if (!sent.peer().empty()) members.insert(sent.peer());
    return stored.kind() == sent.kind() && stored.title() == sent.title() &&
           stored.description() == cleaned(sent.description()) && stored.avatar() == sent.avatar() &&
           (sent.kind() != v1::CHANNEL_KIND_GROUP || chosen(sent.settings(), stored.settings())) &&
           accounts(stored.members()) == members && std::ranges::all_of(stored.members(), [&](const auto& member) {
             const bool owns = stored.kind() != v1::CHANNEL_KIND_DIRECT && member.account() == header.account();
             return member.role() == (owns ? v1::ROLE_OWNER : v1::ROLE_MEMBER);
           });
  }

  [[nodiscard]] bool addition() const {
    const v1::MembersAdded& stored = header.members_added();
    return accounts(stored.members()) == but(accounts(command.add_members().accounts()), before, true) &&
           stored.history_from_start() == before.settings.history_from_start() &&
           std::ranges::all_of(stored.members(), [](const auto& one) { return one.role() == v1::ROLE_MEMBER; });
  }

  [[nodiscard]] bool joining() const {
    const v1::JoinedByInvitation& stored = header.joined_by_invitation();
    return stored.member().account() == header.account() && stored.member().role() == v1::ROLE_MEMBER &&
           stored.history_from_start() == before.settings.history_from_start();
  }

  [[nodiscard]] bool description() const {
    const v1::Describe& sent = command.describe();
    const v1::Described& stored = header.described();
    return stored.has_title() == sent.has_title() && stored.title() == sent.title() &&
           stored.has_description() == sent.has_description() && stored.description() == cleaned(sent.description()) &&
           stored.has_avatar() == sent.has_avatar() && stored.avatar() == sent.avatar();
  }

  [[nodiscard]] bool invitation() const {
    const v1::CreateInvitation& sent = command.create_invitation();
    const v1::InvitationCreated& stored = header.invitation_created();
    return stored.invitation() == sent.invitation() && stored.secret_hash() == sent.secret_hash() &&
           stored.expires() == sent.expires() && stored.uses() == sent.uses();
  }

  [[nodiscard]] bool same() const {
    switch (command.body_case()) {
      case v1::Command::kPost:
        return header.has_message() && post();
      case v1::Command::kEdit:
        return header.has_edited() && header.edited().target() == command.edit().target() &&
               header.crypto_epoch() == command.edit().crypto_epoch();
      case v1::Command::kDelete:
        return header.has_deleted() && deletion();
      case v1::Command::kReact:
        return header.has_reacted() && header.reacted().target() == command.react().target();
      case v1::Command::kCreateChannel:
        return header.has_created() && creation();
      case v1::Command::kDescribe:
        return header.has_described() && description();
      case v1::Command::kChangeSettings:
        return header.has_settings_changed() &&
               equal(header.settings_changed().settings(), command.change_settings().settings());
      case v1::Command::kAddMembers:
        return header.has_members_added() && addition();
      case v1::Command::kRemoveMember:
        return header.has_member_removed() && header.member_removed().account() == command.remove_member().account();
      case v1::Command::kLeave:
        return header.has_member_left();
      case v1::Command::kSetRole:
        return header.has_role_changed() && header.role_changed().account() == command.set_role().account() &&
               header.role_changed().role() == command.set_role().role();
      case v1::Command::kHandOver:
        return header.has_ownership_handed_over() && header.ownership_handed_over().to() == command.hand_over().to();
      case v1::Command::kCreateInvitation:
        return header.has_invitation_created() && invitation();
      case v1::Command::kRevokeInvitation:
        return header.has_invitation_revoked() &&
               header.invitation_revoked().invitation() == command.revoke_invitation().invitation();
      case v1::Command::kJoin:
        return header.has_joined_by_invitation() && joining();
      case v1::Command::kCryptoCommit:
        return header.has_crypto_committed() &&
               header.crypto_committed().epoch() == command.crypto_commit().epoch() + 1;
      case v1::Command::BODY_NOT_SET:
        return false;
    }
    return false;
  }

  /// Whoever joins has to show the secret of the invitation that lets in.
  [[nodiscard]] bool knew_the_secret() const {
    if (!command.has_join()) return true;
    const auto invitation = before.invitations.find(header.joined_by_invitation().invitation());
    // One that is not there, or not any more, is told by who looks at invitations.
    return invitation == before.invitations.end() ||
           invitation->second.secret_hash == view(sha256({command.join().secret()}));
  }

  [[nodiscard]] const v1::Content& content() const {
    if (command.has_post()) return command.post().content();
    if (command.has_edit()) return command.edit().content();
    if (command.has_react()) return command.react().content();
    return command.crypto_commit().content();
  }
};

}  // namespace

std::string SentCommands::add(const AccountId& account, const v1::Command& command) {
  const auto send_id = SendId::from_bytes(command.send_id()).value_or(SendId{});
  const auto [known, fresh] = commands_.emplace(std::pair(account, send_id), command);
  return fresh || equal(known->second, command) ? "" : "P1: a send comes again as another, " + send_id.str();
}

std::string SentCommands::differs(const ChannelId& id, const ModelChannel& before, const v1::EventHeader& header,
                                  std::string_view content, bool erased) const {
  const std::string at = ", seq " + std::to_string(header.seq());
  const auto sent = commands_.find({AccountId::from_bytes(header.account()).value_or(AccountId{}),
                                    SendId::from_bytes(header.send_id()).value_or(SendId{})});
  if (sent == commands_.end()) return "P1: stored, and nobody sent it" + at;
  if (sent->second.channel_id() != id.view()) return "P1: stored in another channel" + at;
  const Pair pair{before, header, sent->second};
  if (!pair.same()) return "P1: stored as another than it was sent" + at;
  if (!pair.knew_the_secret()) return "P9: an invitation let in who did not know its secret" + at;
  v1::Content stored;
  const bool readable = stored.ParseFromString(std::string(content));
  if (!erased && (!readable || !equal(stored, pair.content()))) return "P1: says another than was sent" + at;
  return {};
}

}  // namespace parley::sim
