#include "sim/model.hpp"

#include <algorithm>

namespace parley::sim {
namespace {

AccountId id_of(const std::string& bytes) {
  return AccountId::from_bytes(bytes).value_or(AccountId{});
}

void join(ModelChannel& channel, const v1::NewMember& joining, bool from_start, Seq seq) {
  ModelMember& member = channel.members[id_of(joining.account())];
  member.role = joining.role();
  member.joined = seq;
  if (from_start) member.visible.clear();
  member.visible.emplace_back(from_start ? 1 : seq, 0);
}

void leave(ModelChannel& channel, const AccountId& account, Seq seq, Time now) {
  ModelMember& member = channel.members[account];
  if (!member.active()) return;
  member.role = v1::ROLE_UNSPECIFIED;
  member.visible.back().second = seq;
  member.left_at = now;
}

void block(ModelChannel& channel, const AccountId& by, bool on, Time now) {
  if (on) {
    if (channel.blocked_by.empty()) channel.blocked_at = now;
    channel.blocked_by.insert(by);
  } else {
    channel.blocked_by.erase(by);
  }
}

void set_title(ModelChannel& channel, const std::string& title, Seq seq) {
  channel.title = title;
  channel.titles.emplace_back(seq, title);
}

void create(ModelChannel& channel, const v1::EventHeader& header, Time now) {
  const auto& created = header.created();
  channel.kind = created.kind();
  set_title(channel, created.title(), header.seq());
  channel.description = created.description();
  channel.avatar = created.avatar();
  channel.settings = created.settings();
  channel.hidden = created.hidden();
  for (const auto& member : created.members()) join(channel, member, false, header.seq());
  if (created.hidden()) block(channel, id_of(header.account()), true, now);
}

void remove_messages(ModelChannel& channel, const v1::Deleted& deleted, Seq by) {
  for (const Seq target : deleted.targets()) {
    ModelMessage& message = channel.messages[target];
    message.deleted = true;
    channel.erased.emplace(target, by);
    for (const Seq seq : message.edits) channel.erased.emplace(seq, by);
    for (const auto& [account, seq] : message.reactions) channel.erased.emplace(seq, by);
    message.edits.clear();
    message.reactions.clear();
  }
}

void react(ModelChannel& channel, const AccountId& account, Seq target, Seq seq, bool has_content) {
  auto& slots = channel.messages[target].reactions;
  if (const auto before = slots.find(account); before != slots.end()) {
    channel.erased.emplace(before->second, seq);
    slots.erase(before);
  }
  if (has_content) slots[account] = seq;
}

void join_by_invitation(ModelChannel& channel, const v1::JoinedByInvitation& joined, Seq seq) {
  join(channel, joined.member(), joined.history_from_start(), seq);
  const auto used = channel.invitations.find(joined.invitation());
  if (used == channel.invitations.end() || used->second.unlimited) return;
  if (--used->second.uses_left == 0) channel.invitations.erase(used);
}

void invite(ModelChannel& channel, const v1::EventHeader& header) {
  const auto& created = header.invitation_created();
  const Time time = from_unix_ms(header.time());
  std::erase_if(channel.invitations,
                [&](const auto& one) { return one.second.expires != kNever && one.second.expires <= time; });
  channel.invitations[created.invitation()] = {created.secret_hash(), from_unix_ms(created.expires()), created.uses(),
                                               created.uses() == 0};
}

}  // namespace

void ModelChannel::add(const v1::EventHeader& header, std::string bytes, bool has_content, Time now) {
  const Seq seq = ++head;
  headers.push_back(std::move(bytes));
  const AccountId account = id_of(header.account());
  sends.emplace(std::pair(account, SendId::from_bytes(header.send_id()).value_or(SendId{})), seq);
  switch (header.body_case()) {
    case v1::EventHeader::kMessage: {
      hidden = false;
      ModelMessage& message = messages[seq];
      message.author = account;
      for (const auto& mention : header.message().mentions()) message.mentions.insert(id_of(mention));
      break;
    }
    case v1::EventHeader::kEdited:
      targets[seq] = header.edited().target();
      messages[header.edited().target()].edits.push_back(seq);
      break;
    case v1::EventHeader::kDeleted:
      remove_messages(*this, header.deleted(), seq);
      break;
    case v1::EventHeader::kReacted:
      targets[seq] = header.reacted().target();
      react(*this, account, header.reacted().target(), seq, has_content);
      break;
    case v1::EventHeader::kCreated:
      create(*this, header, now);
      break;
    case v1::EventHeader::kDescribed:
      if (header.described().has_title()) set_title(*this, header.described().title(), seq);
      if (header.described().has_description()) description = header.described().description();
      if (header.described().has_avatar()) avatar = header.described().avatar();
      break;
    case v1::EventHeader::kSettingsChanged:
      settings = header.settings_changed().settings();
      break;
    case v1::EventHeader::kMembersAdded:
      for (const auto& member : header.members_added().members()) {
        join(*this, member, header.members_added().history_from_start(), seq);
      }
      break;
    case v1::EventHeader::kMemberRemoved:
      leave(*this, id_of(header.member_removed().account()), seq, now);
      break;
    case v1::EventHeader::kMemberLeft:
      leave(*this, account, seq, now);
      if (!id_of(header.member_left().new_owner()).is_nil()) {
        members[id_of(header.member_left().new_owner())].role = v1::ROLE_OWNER;
      }
      break;
    case v1::EventHeader::kRoleChanged:
      members[id_of(header.role_changed().account())].role = header.role_changed().role();
      break;
    case v1::EventHeader::kOwnershipHandedOver:
      members[account].role = v1::ROLE_ADMIN;
      members[id_of(header.ownership_handed_over().to())].role = v1::ROLE_OWNER;
      break;
    case v1::EventHeader::kInvitationCreated:
      invite(*this, header);
      break;
    case v1::EventHeader::kInvitationRevoked:
      invitations.erase(header.invitation_revoked().invitation());
      break;
    case v1::EventHeader::kJoinedByInvitation:
      join_by_invitation(*this, header.joined_by_invitation(), seq);
      break;
    case v1::EventHeader::kBlockSet:
      block(*this, account, header.block_set().on(), now);
      break;
    case v1::EventHeader::kCryptoCommitted:
      crypto_epoch = header.crypto_committed().epoch();
      break;
    case v1::EventHeader::kNoted:
    case v1::EventHeader::BODY_NOT_SET:
      break;
  }
}

const ModelMember* ModelChannel::find(const AccountId& account) const {
  const auto found = members.find(account);
  return found == members.end() ? nullptr : &found->second;
}

bool ModelChannel::is_active(const AccountId& account) const {
  const ModelMember* member = find(account);
  return member != nullptr && member->active();
}

bool ModelChannel::was_active(const AccountId& account, Time now, Duration grace) const {
  const ModelMember* member = find(account);
  return member != nullptr && (member->active() || now - member->left_at < grace);
}

bool ModelChannel::sees(const AccountId& account, Seq seq) const {
  const ModelMember* member = find(account);
  return member != nullptr && std::ranges::any_of(member->visible, [&](const auto& part) {
           return part.first <= seq && (part.second == 0 || seq <= part.second);
         });
}

Seq ModelChannel::visible_head(const AccountId& account) const {
  Seq last = head;
  while (last > 0 && !sees(account, last)) --last;
  return last;
}

std::uint32_t ModelChannel::active_members() const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(members, [](const auto& member) { return member.second.active(); }));
}

std::uint64_t ModelChannel::messages_up_to(Seq seq) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(messages, [&](const auto& one) { return one.first <= seq; }));
}

std::uint64_t ModelChannel::own_up_to(const AccountId& account, Seq seq) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      messages, [&](const auto& one) { return one.first <= seq && one.second.author == account; }));
}

std::uint64_t ModelChannel::mentions_up_to(const AccountId& account, Seq seq) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      messages, [&](const auto& one) { return one.first <= seq && one.second.mentions.contains(account); }));
}

std::uint64_t ModelChannel::unread(const AccountId& account, Seq read) const {
  if (kind == v1::CHANNEL_KIND_ACCOUNT || !is_active(account)) return 0;
  return static_cast<std::uint64_t>(std::ranges::count_if(
      messages, [&](const auto& one) { return one.first > read && one.second.author != account; }));
}

std::uint64_t ModelChannel::unread_mentions(const AccountId& account, Seq read) const {
  if (kind == v1::CHANNEL_KIND_ACCOUNT || !is_active(account)) return 0;
  return static_cast<std::uint64_t>(std::ranges::count_if(
      messages, [&](const auto& one) { return one.first > read && one.second.mentions.contains(account); }));
}

ModelCursors ticks_for(const ModelChannel& channel, const std::map<AccountId, ModelCursors>& cursors,
                       const AccountId& viewer) {
  if (channel.kind == v1::CHANNEL_KIND_SELF || channel.kind == v1::CHANNEL_KIND_ACCOUNT) {
    const auto me = cursors.find(viewer);
    const bool hides = me != cursors.end() && me->second.hide_read;
    return {channel.head, hides ? 0 : channel.head, false};
  }
  std::vector<Seq> delivered, read;
  for (const auto& [account, cursor] : cursors) {
    if (account == viewer || !channel.is_active(account)) continue;
    delivered.push_back(cursor.delivered);
    if (!cursor.hide_read) read.push_back(cursor.read);
  }
  const auto me = cursors.find(viewer);
  if (me != cursors.end() && me->second.hide_read) read.clear();
  return {delivered.empty() ? 0 : std::ranges::min(delivered), read.empty() ? 0 : std::ranges::min(read), false};
}

}  // namespace parley::sim
