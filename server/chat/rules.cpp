#include "chat/rules.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace parley::rules {
namespace {

constexpr std::size_t kMediaTypeBytes = 127;  // of each half, RFC 6838 §4.2; here of the whole
constexpr std::size_t kAvatarBytes = 256;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// restricted-name of RFC 6838 §4.2
bool is_media_name(std::string_view name) {
  constexpr std::string_view kOthers = "!#$&-^_.+";
  return !name.empty() && is_alphanumeric(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_alphanumeric(c) || kOthers.contains(c); });
}

bool is_media_type(std::string_view type) {
  const std::size_t slash = type.find('/');
  if (type.size() > kMediaTypeBytes || slash == std::string_view::npos) return false;
  return is_media_name(type.substr(0, slash)) && is_media_name(type.substr(slash + 1));
}

// C0, DEL and C1. `text` is valid UTF-8.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

bool is_valid(Who who) {
  return who == Who::members || who == Who::admins || who == Who::owner;
}

}  // namespace

bool belongs(Role role, Who who) {
  switch (who) {
    case Who::members:
      return role >= Role::member;
    case Who::admins:
      return role >= Role::admin;
    case Who::owner:
      return role == Role::owner;
  }
  return false;
}

bool is_valid(const ChannelSettings& settings) {
  return is_valid(settings.post) && is_valid(settings.add) && is_valid(settings.rename);
}

Result<void> check_content(const Content& content, const ChannelLimits& limits) {
  if (content.bytes.empty()) return fail(ErrorCode::invalid_argument, "The content is empty.");
  if (!content.is_text) {
    if (content.bytes.size() > limits.content_bytes) return fail(ErrorCode::content_too_long);
    if (!is_media_type(content.type))
      return fail(ErrorCode::invalid_argument, "The type of the data is no media type.");
    return {};
  }
  if (!content.type.empty()) return fail(ErrorCode::invalid_argument, "Text has no media type.");
  const auto length = count_code_points(content.bytes);
  if (!length) return fail(ErrorCode::invalid_text);
  if (*length > limits.text_code_points) return fail(ErrorCode::content_too_long);
  return {};
}

Result<void> check_reaction(const Content& content, const ChannelLimits& limits) {
  if (content.bytes.size() > limits.reaction_bytes) return fail(ErrorCode::content_too_long);
  if (auto ok = check_content(content, limits); !ok) return ok;
  if (content.is_text && has_control_character(content.bytes)) return fail(ErrorCode::invalid_text);
  return {};
}

Result<void> check_avatar(std::string_view avatar) {
  if (avatar.size() > kAvatarBytes) return fail(ErrorCode::invalid_argument, "The avatar's id is too long.");
  if (!is_valid_utf8(avatar) || has_control_character(avatar)) return fail(ErrorCode::invalid_text);
  return {};
}

const AccountFact* find_fact(const Stamp& stamp, const AccountId& account) {
  const auto found = std::ranges::find(stamp.accounts, account, &AccountFact::account);
  return found == stamp.accounts.end() ? nullptr : &*found;
}

Result<const AccountFact*> active_sender(const Case& c) {
  const AccountFact* fact = find_fact(c.stamp, c.account());
  if (fact == nullptr || !fact->active) return fail(ErrorCode::account_disabled);
  return fact;
}

Result<std::vector<NewMember>> new_members(const Stamp& stamp, std::vector<AccountId> accounts) {
  std::ranges::sort(accounts);
  accounts.erase(std::ranges::unique(accounts).begin(), accounts.end());
  std::vector<NewMember> members;
  for (const AccountId& account : accounts) {
    const AccountFact* fact = find_fact(stamp, account);
    if (fact == nullptr || !fact->active) return fail(ErrorCode::account_unknown);
    if (fact->blocks_sender) return fail(ErrorCode::blocked);
    members.push_back({.account = account, .role = Role::member, .hide_read = fact->hide_read});
  }
  return members;
}

}  // namespace parley::rules
