#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "chat/rules.hpp"

namespace parley::rules {
namespace {

Result<void> check_group(const Case& c, Who who) {
  if (c.channel.kind != ChannelKind::group) return fail(ErrorCode::wrong_kind);
  if (!belongs(c.sender->role, who)) return fail(ErrorCode::not_allowed);
  return {};
}

// Another active member, whom the sender wants to do something with.
Result<const Member*> find_other(const Case& c, const AccountId& account) {
  if (account == c.account()) return fail(ErrorCode::invalid_argument, "That cannot be done to yourself.");
  const Member* member = c.channel.find_active(account);
  if (member == nullptr) return fail(ErrorCode::account_unknown, "That account is not a member.");
  return member;
}

// The longest-serving admin, else the longest-serving member; nil where nobody stays.
AccountId heir_of(const Case& c) {
  if (c.channel.kind != ChannelKind::group || c.sender->role != Role::owner) return {};
  const std::pair<const AccountId, Member>* heir = nullptr;
  const auto rank = [](const auto& entry) {
    return std::make_tuple(entry.second.role != Role::admin, entry.second.since, entry.first);
  };
  for (const auto& entry : c.channel.members) {
    if (entry.first == c.account() || !entry.second.active()) continue;
    if (heir == nullptr || rank(entry) < rank(*heir)) heir = &entry;
  }
  return heir == nullptr ? AccountId{} : heir->first;
}

}  // namespace

Decided decide(const Case& c, const command::Describe& describe) {
  if (auto ok = check_group(c, c.channel.settings.rename); !ok) return fail(ok.error());
  if (!describe.title && !describe.description && !describe.avatar) {
    return fail(ErrorCode::invalid_argument, "Nothing is to be changed.");
  }
  event::Described described{.avatar = describe.avatar};
  if (describe.title) {
    auto title = clean_display_name(*describe.title, c.limits().title_code_points);
    if (!title) return fail(std::move(title.error()));
    described.title = std::move(*title);
  }
  if (describe.description) {
    auto description = clean_paragraph(*describe.description, c.limits().description_code_points);
    if (!description) return fail(std::move(description.error()));
    described.description = std::move(*description);
  }
  if (describe.avatar) {
    if (auto ok = check_avatar(*describe.avatar); !ok) return fail(ok.error());
  }
  return Decision{.body = std::move(described)};
}

Decided decide(const Case& c, const command::ChangeSettings& change) {
  if (auto ok = check_group(c, Who::admins); !ok) return fail(ok.error());
  if (!is_valid(change.settings)) return fail(ErrorCode::invalid_argument, "A setting has no such value.");
  return Decision{.body = event::SettingsChanged{.settings = change.settings}};
}

Decided decide(const Case& c, const command::AddMembers& add) {
  if (auto ok = check_group(c, c.channel.settings.add); !ok) return fail(ok.error());
  if (add.accounts.empty()) return fail(ErrorCode::invalid_argument, "No account is named.");
  // Facts are there only for a list within the limit, so its length is looked at before them.
  if (add.accounts.size() > c.limits().members) return fail(ErrorCode::channel_full);
  std::vector<AccountId> accounts = add.accounts;
  std::erase_if(accounts, [&](const AccountId& account) { return c.channel.find_active(account) != nullptr; });
  if (accounts.empty()) return fail(ErrorCode::already_member);
  if (const auto sender = active_sender(c); !sender) return fail(sender.error());
  auto members = new_members(c.stamp, std::move(accounts));
  if (!members) return fail(members.error());
  if (c.channel.active_members() + members->size() > c.limits().members) return fail(ErrorCode::channel_full);
  return Decision{.body = event::MembersAdded{.members = std::move(*members),
                                              .history_from_start = c.channel.settings.history_from_start}};
}

Decided decide(const Case& c, const command::RemoveMember& remove) {
  if (auto ok = check_group(c, Who::admins); !ok) return fail(ok.error());
  const auto member = find_other(c, remove.account);
  if (!member) return fail(member.error());
  if ((*member)->role >= c.sender->role) return fail(ErrorCode::not_allowed);
  return Decision{.body = event::MemberRemoved{.account = remove.account}};
}

Decided decide(const Case& c, const command::Leave&) {
  if (auto ok = check_group(c, Who::members); !ok) return fail(ok.error());
  return Decision{.body = event::MemberLeft{.new_owner = heir_of(c)}};
}

Decided decide(const Case& c, const command::SetRole& set) {
  if (auto ok = check_group(c, Who::owner); !ok) return fail(ok.error());
  if (set.role != Role::member && set.role != Role::admin) {
    return fail(ErrorCode::invalid_argument, "The role can be member or admin; ownership is handed over.");
  }
  if (const auto member = find_other(c, set.account); !member) return fail(member.error());
  return Decision{.body = event::RoleChanged{.account = set.account, .role = set.role}};
}

Decided decide(const Case& c, const command::HandOver& hand_over) {
  if (auto ok = check_group(c, Who::owner); !ok) return fail(ok.error());
  if (const auto member = find_other(c, hand_over.to); !member) return fail(member.error());
  return Decision{.body = event::OwnershipHandedOver{.to = hand_over.to}};
}

Decided decide(const Case& c, const command::RemoveDeletedAccount&) {
  return Decision{.body = event::MemberLeft{.new_owner = heir_of(c), .account_deleted = true}};
}

Decided decide(const Case& c, const command::Note& note) {
  if (c.channel.kind != ChannelKind::account) return fail(ErrorCode::wrong_kind);
  if (note.what.empty()) return fail(ErrorCode::invalid_argument);
  return Decision{.body = event::Noted{.what = note.what}};
}

}  // namespace parley::rules
