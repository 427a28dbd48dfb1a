#include "parley/render.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <ctime>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "parley/context.hpp"
#include "parley/people.hpp"
#include "parley/v1/events.pb.h"

namespace parley::cli {
namespace {

AccountId account_of(const std::string& bytes) {
  return AccountId::from_bytes(bytes).value_or(AccountId{});
}

bool is_unsafe(char32_t c) {
  if (c == U'\n' || c == U'\t') return false;
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

using Namer = std::function<std::string(const AccountId&)>;

template <class Members>
std::string names(const Members& members, const Namer& name) {
  std::string list;
  for (const auto& member : members) {
    if (!list.empty()) list += ", ";
    list += name(account_of(member.account()));
  }
  return list;
}

std::string text_of(const v1::Content& content) {
  if (content.has_data()) return fmt::format("({} bytes of {})", content.data().size(), safe(content.type()));
  return content.preview() ? content.text() + "…" : content.text();
}

std::string_view kind_of(const v1::EventHeader& header) {
  const auto* field = v1::EventHeader::descriptor()->FindFieldByNumber(static_cast<int>(header.body_case()));
  return field == nullptr ? "unknown" : std::string_view(field->name());
}

boost::json::array reactions_of(const v1::Event& event, People& people) {
  boost::json::array list;
  for (const auto& reaction : event.annotation().reactions()) {
    list.push_back({{"by", people.name_of(account_of(reaction.account()))}, {"value", text_of(reaction.content())}});
  }
  return list;
}

}  // namespace

std::string safe(std::string_view text) {
  if (!is_valid_utf8(text)) return "(bytes)";
  std::string out;
  while (!text.empty()) {
    const char32_t c = pop_code_point(text);
    append_utf8(out, is_unsafe(c) ? U'\uFFFD' : c);
  }
  return out;
}

std::string deed_of(const v1::Event& event, const Namer& name) {
  const v1::EventHeader& header = event.header();
  using H = v1::EventHeader;
  switch (header.body_case()) {
    case H::kEdited:
      return fmt::format("edited #{}", header.edited().target());
    case H::kDeleted: {
      std::string list;
      for (const auto target : header.deleted().targets()) list += fmt::format(" #{}", target);
      return "deleted" + list;
    }
    case H::kReacted:
      if (event.content_state() != v1::CONTENT_STATE_UNSPECIFIED)
        return fmt::format("reacted to #{}", header.reacted().target());
      if (!event.has_content()) return fmt::format("took back the reaction to #{}", header.reacted().target());
      return fmt::format("reacted {} to #{}", safe(text_of(event.content())), header.reacted().target());
    case H::kCreated:
      return header.created().title().empty() ? "began the chat"
                                              : fmt::format("created \"{}\"", safe(header.created().title()));
    case H::kDescribed:
      if (header.described().has_title()) return fmt::format("renamed it \"{}\"", safe(header.described().title()));
      return "changed the description";
    case H::kSettingsChanged:
      return "changed the settings";
    case H::kMembersAdded:
      return "added " + names(header.members_added().members(), name);
    case H::kMemberRemoved:
      return "removed " + name(account_of(header.member_removed().account()));
    case H::kMemberLeft:
      return "left";
    case H::kRoleChanged:
      return fmt::format("made {} {}", name(account_of(header.role_changed().account())),
                         header.role_changed().role() == v1::ROLE_ADMIN ? "an admin" : "a member");
    case H::kOwnershipHandedOver:
      return "handed the group over to " + name(account_of(header.ownership_handed_over().to()));
    case H::kInvitationCreated:
      return "made an invitation link";
    case H::kInvitationRevoked:
      return "revoked an invitation link";
    case H::kJoinedByInvitation:
      return "joined by a link";
    case H::kBlockSet:
      return header.block_set().on() ? "blocked this chat" : "unblocked this chat";
    default:
      return "did something that this version does not know";
  }
}

std::string local_time(std::int64_t unix_ms) {
  if (unix_ms == 0) return "-";
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:%Y-%m-%d %H:%M}", local);
}

std::string text_of(const v1::Event& event) {
  if (event.content_state() == v1::CONTENT_STATE_DELETED) return "(deleted)";
  if (event.content_state() == v1::CONTENT_STATE_DAMAGED) return "(lost: the server's disk was damaged)";
  if (event.content_state() == v1::CONTENT_STATE_HIDDEN) return "(deleted for me)";
  return text_of(event.annotation().has_current() ? event.annotation().current() : event.content());
}

std::string line_of(const v1::Event& event, People& people) {
  const v1::EventHeader& header = event.header();
  if (event.content_state() == v1::CONTENT_STATE_DAMAGED) return fmt::format("- #{} {}", header.seq(), text_of(event));
  std::string line =
      fmt::format("{} #{} {}", local_time(header.time()), header.seq(), people.name_of(account_of(header.account())));
  if (!header.has_message()) {
    line += " " + deed_of(event, [&](const AccountId& who) { return people.name_of(who); });
    if (header.has_edited()) line += ": " + safe(text_of(event));
    return line;
  }
  if (header.message().reply_to() != 0) line += fmt::format(" (to #{})", header.message().reply_to());
  line += ": " + safe(text_of(event));
  if (event.annotation().edits_size() > 0) line += " (edited)";
  for (const auto& reaction : event.annotation().reactions()) {
    line += fmt::format(" [{} {}]", people.name_of(account_of(reaction.account())), safe(text_of(reaction.content())));
  }
  return line;
}

boost::json::object json_of(const v1::Event& event, People& people) {
  const v1::EventHeader& header = event.header();
  const AccountId account = account_of(header.account());
  boost::json::object out;
  out["seq"] = header.seq();
  if (event.content_state() == v1::CONTENT_STATE_DAMAGED) {
    out["damaged"] = true;
    return out;
  }
  out["time"] = header.time();
  out["kind"] = std::string(kind_of(header));
  out["account"] = account.str();
  out["by"] = people.name_of(account);
  if (!header.has_message() && !header.has_edited()) {
    out["what"] = deed_of(event, [&](const AccountId& who) { return people.name_of(who); });
    if (header.has_reacted()) {
      out["target"] = header.reacted().target();
      out["value"] = text_of(event.content());
    }
    return out;
  }
  if (header.has_edited()) out["target"] = header.edited().target();
  if (header.message().reply_to() != 0) out["reply_to"] = header.message().reply_to();
  if (event.content_state() != v1::CONTENT_STATE_UNSPECIFIED) {
    out["deleted"] = true;
    return out;
  }
  const v1::Content& content = event.annotation().has_current() ? event.annotation().current() : event.content();
  if (content.has_data()) {
    out["data"] = base64_encode(content.data());
    out["type"] = content.type();
  } else {
    out["text"] = content.text();
  }
  if (content.preview()) out["preview"] = true;
  if (event.annotation().edits_size() > 0) out["edits"] = event.annotation().edits_size();
  if (event.annotation().reactions_size() > 0) out["reactions"] = reactions_of(event, people);
  return out;
}

boost::json::object json_of(const client::ChannelState& channel, Context& context) {
  boost::json::object out;
  out["channel"] = channel.id.str();
  out["kind"] = std::string(name_of(channel.kind));
  out["name"] = label_of(context, channel);
  if (channel.kind == ChannelKind::direct) out["peer"] = channel.peer.str();
  out["role"] = std::string(name_of(channel.role));
  out["members"] = channel.members;
  out["head"] = channel.head;
  out["time"] = to_unix_ms(channel.head_time);
  out["unread"] = channel.unread;
  out["mentions"] = channel.unread_mentions;
  out["read"] = channel.registers.read;
  out["delivered_by_all"] = channel.delivered_by_all;
  out["read_by_all"] = channel.read_by_all;
  out["pinned"] = channel.registers.pinned;
  out["archived"] = channel.registers.archived;
  out["muted_until"] = channel.registers.muted_until;
  out["marked_unread"] = channel.registers.marked_unread;
  return out;
}

void print(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void print_json(const boost::json::value& value) {
  print(boost::json::serialize(value));
}

void note(std::string_view line) {
  fmt::print(stderr, "{}\n", line);
}

}  // namespace parley::cli
