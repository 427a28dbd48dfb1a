#include "sim/last_look.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "wire/records.hpp"

namespace parley::sim {
namespace {

using Ranges = std::vector<std::pair<Seq, Seq>>;

Ranges ranges(const google::protobuf::RepeatedPtrField<v1::Range>& all) {
  Ranges list;
  for (const auto& one : all) list.emplace_back(one.from(), one.to());
  return list;
}

Ranges ranges(const std::vector<Interval>& all) {
  Ranges list;
  for (const auto& one : all) list.emplace_back(one.from, one.to);
  return list;
}

/// What one account was told of one channel.
struct Told {
  const ChannelId& id;
  const StoredLog& log;
  const AccountId& me;
  const std::string& name;
  std::vector<std::string>& broken;

  template <class T, class U>
  void same(const char* what, const T& told, const U& stored) const {
    if (told == stored) return;
    std::string values;
    if constexpr (std::is_arithmetic_v<T> && std::is_arithmetic_v<U>) {
      values = " " + std::to_string(told) + ", should be " + std::to_string(stored);
    }
    broken.push_back(std::string(what) + values + ", at last told to " + name + " in " + id.str());
  }

  [[nodiscard]] std::string digest_at_head() const { return std::string(view(log.head.digest)); }

  void row(const v1::InboxRow& row) const {
    const ModelMember& member = log.model.members.at(me);
    same("P7: kind", static_cast<int>(row.kind()), static_cast<int>(log.model.kind));
    same("P7: role", static_cast<int>(row.role()), static_cast<int>(member.role));
    same("P7: what may be seen", ranges(row.visible()), member.visible);
    same("P7: head", row.head(), log.model.visible_head(me));
    if (row.head() == log.model.head) {
      same("P7: title", row.title(), log.model.title);
      same("P7: avatar", row.avatar(), log.model.avatar);
      same("P2: time of the head", row.head_time(), to_unix_ms(log.head.time));
      same("P10: digest", row.digest(), digest_at_head());
    }
    registers(row.registers());
    same("P4: badge", row.unread(), log.model.unread(me, row.registers().read()));
    same("P4: badge of mentions", row.unread_mentions(), log.model.unread_mentions(me, row.registers().read()));
    if (!member.active()) return;
    same("P7: number of members", row.members(), log.model.active_members());
    const ModelCursors ticks = ticks_for(log.model, log.cursors(), me);
    same("P5: delivered by all", row.delivered_by_all(), ticks.delivered);
    same("P5: read by all", row.read_by_all(), ticks.read);
  }

  void registers(const v1::Registers& told) const {
    const auto stored = log.members.find(me);
    if (stored == log.members.end()) return same("P10: a member's record", true, false);
    const Member& member = stored->second;
    same("P5: delivered cursor", told.delivered(), member.delivered);
    same("P5: read cursor", told.read(), member.read);
    same("P7: mark unread", told.marked_unread(), member.marked_unread);
    same("P7: pin", told.pinned(), member.pinned);
    same("P7: archive", told.archived(), member.archived);
    same("P7: mute", told.muted_until(), member.muted_until == Time::max() ? -1 : to_unix_ms(member.muted_until));
    same("P7: what I deleted for me", ranges(told.hidden()), ranges(member.hidden));
  }

  void whole(const v1::Channel& told) const {
    row(told.row());
    std::map<std::string, int> has, should;
    for (const auto& one : told.members()) has[one.account()] = static_cast<int>(one.role());
    if (log.model.is_active(me)) {
      same("P7: description", told.description(), log.model.description);
      same("P7: settings", told.settings().SerializeAsString(), log.model.settings.SerializeAsString());
      same("P7: crypto epoch", told.crypto_epoch(), log.model.crypto_epoch);
      same("P7: my block", told.i_blocked(), log.model.blocked_by.contains(me));
      for (const auto& [account, member] : log.model.members) {
        if (member.active()) should[std::string(account.view())] = static_cast<int>(member.role);
      }
    }
    same("P7: members", has, should);
    std::map<std::string, std::pair<std::uint32_t, std::int64_t>> invitations, stored;  // uses left, and the end
    for (const auto& one : told.invitations()) invitations[one.invitation()] = {one.uses_left(), one.expires()};
    if (log.model.members.at(me).role >= v1::ROLE_ADMIN) {
      for (const auto& [invitation, known] : log.model.invitations) {
        stored[invitation] = {known.uses_left, to_unix_ms(known.expires)};
      }
    }
    same("P7: invitations", invitations, stored);
  }

  /// Each member's own, and when it read only where both tell that.
  void receipts(const v1::Receipts& told) const {
    struct Receipt {
      Seq delivered = 0, read = 0;
      std::int64_t delivered_at = 0, read_at = 0;
      bool operator==(const Receipt&) const = default;
    };
    std::map<AccountId, Receipt> has, should;
    for (const auto& one : told.receipts()) {
      has[AccountId::from_bytes(one.account()).value_or(AccountId{})] = {one.delivered(), one.read(),
                                                                         one.delivered_at(), one.read_at()};
    }
    const bool i_hide = log.members.at(me).hide_read;
    for (const auto& [account, member] : log.members) {
      if (account == me || !log.model.is_active(account) || !log.model.sees(account, told.seq())) continue;
      Receipt& receipt = should[account];
      receipt.delivered = member.delivered;
      if (member.delivered >= told.seq()) receipt.delivered_at = to_unix_ms(member.delivered_at);
      if (i_hide || member.hide_read) continue;
      receipt.read = member.read;
      if (member.read >= told.seq()) receipt.read_at = to_unix_ms(member.read_at);
    }
    same("P5: receipts", has, should);
  }
};

}  // namespace

LastLook::LastLook(const std::vector<std::unique_ptr<Device>>& devices, std::size_t nodes) : nodes_(nodes) {
  std::set<AccountId> seen;
  for (const auto& device : devices) {
    if (!device->running() || !device->settled() || !seen.insert(device->account()).second) continue;
    Looker& looker = *lookers_.emplace_back(std::make_unique<Looker>());
    looker.device = device.get();
    ask_inbox(looker, "");
    for (const auto& [id, shown] : device->store().channels()) {
      v1::ClientFrame frame;
      frame.mutable_get_channel()->set_channel_id(std::string(id.view()));
      ask(looker, frame, [](Looker& by, const v1::ServerFrame& answer) { by.channels.push_back(answer.channel()); });
      if (shown.role == Role::none || shown.head == 0) continue;
      frame.mutable_get_receipts()->set_channel_id(std::string(id.view()));
      frame.mutable_get_receipts()->set_seq(shown.head);
      ask(looker, frame, [](Looker& by, const v1::ServerFrame& answer) { by.receipts.push_back(answer.receipts()); });
    }
  }
}

void LastLook::ask(Looker& looker, v1::ClientFrame question, Take take) {
  ++looker.asked;
  (void)looker.device->core().ask(looker.device->now(), question,
                                  [&looker, take = std::move(take)](const Result<const v1::ServerFrame*>& answer) {
                                    ++looker.answered;
                                    if (answer) {
                                      take(looker, **answer);
                                    } else {
                                      looker.refused.emplace_back(answer.error().name());
                                    }
                                  });
}

void LastLook::ask_inbox(Looker& looker, const std::string& page) {
  v1::ClientFrame frame;
  frame.mutable_get_inbox()->set_page(page);
  ask(looker, frame, [this](Looker& by, const v1::ServerFrame& answer) {
    const v1::Inbox& inbox = answer.inbox();
    by.rows.insert(by.rows.end(), inbox.rows().begin(), inbox.rows().end());
    if (!inbox.next_page().empty()) return ask_inbox(by, inbox.next_page());
    by.version = inbox.version();
    by.rows_since = 0;
    ask_inbox_since(by, "");
  });
}

void LastLook::ask_inbox_since(Looker& looker, const std::string& page) {
  v1::ClientFrame frame;
  frame.mutable_get_inbox()->set_version(looker.version);
  frame.mutable_get_inbox()->set_page(page);
  ask(looker, frame, [this](Looker& by, const v1::ServerFrame& answer) {
    *by.rows_since += static_cast<std::size_t>(answer.inbox().rows_size());
    if (!answer.inbox().next_page().empty()) ask_inbox_since(by, answer.inbox().next_page());
  });
}

void LastLook::check(const StoredLogs& logs, std::vector<std::string>& broken) const {
  for (const auto& looker : lookers_) {
    const AccountId& me = looker->device->account();
    const std::string& name = looker->device->name();
    if (looker->answered != looker->asked) broken.push_back("P9: no answer to a last question of " + name);
    for (const auto& why : looker->refused) broken.push_back("P7: a last question of " + name + " is refused, " + why);
    if (nodes_ == 1 && looker->rows_since.value_or(0) != 0) {
      broken.push_back("P9: who has everything is told it again, " + std::to_string(*looker->rows_since) + " rows to " +
                       name);
    }
    const auto told_of = [&](const std::string& bytes) -> std::optional<Told> {
      const auto log = logs.find(ChannelId::from_bytes(bytes).value_or(ChannelId{}));
      if (log != logs.end() && log->second.model.members.contains(me))
        return Told{log->first, log->second, me, name, broken};
      broken.push_back("P7: told at last of a channel that it is not in, " + name);
      return std::nullopt;
    };
    std::set<ChannelId> in_inbox, should;
    for (const auto& row : looker->rows) {
      if (const auto told = told_of(row.channel_id())) {
        told->row(row);
        in_inbox.insert(told->id);
      }
    }
    for (const auto& [id, log] : logs) {
      if (log.model.members.contains(me) && !log.model.hidden) should.insert(id);
    }
    if (in_inbox != should) broken.push_back("P7: an inbox of other channels than those it is in, " + name);
    for (const auto& channel : looker->channels) {
      if (const auto told = told_of(channel.row().channel_id())) told->whole(channel);
    }
    for (const auto& receipts : looker->receipts) {
      if (const auto told = told_of(receipts.channel_id())) told->receipts(receipts);
    }
  }
}

}  // namespace parley::sim
