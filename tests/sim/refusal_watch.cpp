#include "sim/refusal_watch.hpp"

#include <algorithm>

namespace parley::sim {
namespace {

/// One refusal. Each function: whether there was no reason for it.
struct Refusal {
  const v1::ClientFrame& frame;
  const ModelChannel& channel;
  const AccountId& me;

  [[nodiscard]] const v1::Command& command() const { return frame.command(); }
  [[nodiscard]] bool is_group() const { return channel.kind == v1::CHANNEL_KIND_GROUP; }
  [[nodiscard]] int role() const {
    const ModelMember* member = channel.find(me);
    return member == nullptr ? 0 : static_cast<int>(member->role);
  }

  [[nodiscard]] bool is_visible_message(Seq seq) const {
    return channel.sees(me, seq) && channel.messages.contains(seq);
  }

  [[nodiscard]] std::vector<Seq> targets() const {
    std::vector<Seq> all;
    if (command().has_edit()) all.push_back(command().edit().target());
    if (command().has_react()) all.push_back(command().react().target());
    if (command().has_post() && command().post().reply_to() != 0) all.push_back(command().post().reply_to());
    for (const Seq seq : command().delete_().targets()) all.push_back(seq);
    if (frame.has_get_receipts()) all.push_back(frame.get_receipts().seq());
    if (frame.has_get_content()) all.push_back(frame.get_content().seq());
    if (frame.has_get_versions()) all.push_back(frame.get_versions().seq());
    return all;
  }

  [[nodiscard]] bool speaks() const { return command().has_post() || command().has_edit() || command().has_react(); }

  /// Only of commands whose least role is a setting of the group.
  [[nodiscard]] bool is_allowed() const {
    if (command().has_post()) return !is_group() || role() >= channel.settings.post();
    if (!is_group()) return false;
    if (command().has_describe()) return role() >= channel.settings.rename();
    if (command().has_add_members()) return role() >= channel.settings.add();
    if (command().has_change_settings()) return role() >= v1::ROLE_ADMIN;
    if (command().has_create_invitation() || command().has_revoke_invitation()) return role() >= v1::ROLE_ADMIN;
    return false;
  }

  [[nodiscard]] bool wrote_all() const {
    return std::ranges::all_of(targets(), [&](Seq seq) {
      const auto message = channel.messages.find(seq);
      return message != channel.messages.end() && message->second.author == me;
    });
  }

  [[nodiscard]] bool none_deleted() const {
    return std::ranges::none_of(targets(), [&](Seq seq) {
      const auto message = channel.messages.find(seq);
      return message != channel.messages.end() && message->second.deleted;
    });
  }

  [[nodiscard]] bool is_past() const {
    const Seq head = channel.visible_head(me);
    if (frame.has_move_cursor()) return std::max(frame.move_cursor().delivered(), frame.move_cursor().read()) <= head;
    return frame.has_hide_messages() && frame.hide_messages().to() <= head;
  }

  [[nodiscard]] bool is_wrong(std::string_view name) const {
    if (name == "channel_unknown") return channel.find(me) != nullptr;
    if (name == "not_a_member") return channel.is_active(me);
    if (name == "already_member") return !channel.is_active(me);
    if (name == "blocked") return speaks() && channel.blocked_by.empty();
    if (name == "not_allowed") return is_allowed();
    if (name == "not_author") return wrote_all();
    if (name == "target_unknown") {
      return std::ranges::all_of(targets(), [&](Seq seq) { return is_visible_message(seq); });
    }
    if (name == "target_deleted") return none_deleted();
    return name == "seq_in_future" && is_past();
  }
};

}  // namespace

std::string_view RefusalWatch::channel_of(const v1::ClientFrame& frame) {
  switch (frame.body_case()) {
    case v1::ClientFrame::kCommand:
      return frame.command().channel_id();
    case v1::ClientFrame::kGetHistory:
      return frame.get_history().channel_id();
    case v1::ClientFrame::kGetChannel:
      return frame.get_channel().channel_id();
    case v1::ClientFrame::kGetReceipts:
      return frame.get_receipts().channel_id();
    case v1::ClientFrame::kGetContent:
      return frame.get_content().channel_id();
    case v1::ClientFrame::kGetVersions:
      return frame.get_versions().channel_id();
    case v1::ClientFrame::kMoveCursor:
      return frame.move_cursor().channel_id();
    case v1::ClientFrame::kSetRegisters:
      return frame.set_registers().channel_id();
    case v1::ClientFrame::kHideMessages:
      return frame.hide_messages().channel_id();
    default:
      return {};
  }
}

void RefusalWatch::asked(Connection& connection, const v1::ClientFrame& frame, Seq head) {
  connection[frame.request()] = {frame, head};
}

std::string RefusalWatch::said(const Asked& asked, const v1::ServerFrame& frame, const ModelChannel& channel,
                               const AccountId& me) {
  const std::string& name = frame.has_error() ? frame.error().name() : frame.outcome().refused();
  if (name.empty() || channel.head != asked.head) return {};
  return Refusal{asked.frame, channel, me}.is_wrong(name) ? "P7: refused without a reason, " + name : "";
}

}  // namespace parley::sim
