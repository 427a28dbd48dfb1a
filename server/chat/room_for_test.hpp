// A channel with its log, for tests: runs commands and finds their facts in the plainest way.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "chat/channel.hpp"

namespace parley::test {

template <class SomeId>
SomeId make_id(int number) {
  IdBytes bytes{};
  bytes[6] = 0x70;
  bytes[14] = static_cast<std::uint8_t>(number / 256);
  bytes[15] = static_cast<std::uint8_t>(number % 256);
  return SomeId(bytes);
}
inline AccountId account(int number) {
  return make_id<AccountId>(number);
}

inline const AccountId kAnna = account(1);
inline const AccountId kBert = account(2);
inline const AccountId kCara = account(3);
inline const AccountId kDirk = account(4);
inline const AccountId kEsra = account(5);

inline Time at_ms(std::int64_t ms) {
  return from_unix_ms(1'000'000 + ms);
}
inline Content text(std::string value) {
  return {.is_text = true, .bytes = std::move(value)};
}
inline Content data(std::string bytes, std::string type) {
  return {.is_text = false, .bytes = std::move(bytes), .type = std::move(type)};
}
/// "posted", or the refusal's name.
template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "posted" : std::string(result.error().name());
}

struct Room {
  Channel channel;
  std::vector<Event> log;
  ChannelLimits limits;
  Time now = at_ms(0);
  std::set<AccountId> inactive;
  std::set<AccountId> hiding_read;
  std::set<std::pair<AccountId, AccountId>> blocks;  // first blocks second

  explicit Room(ChannelId id = make_id<ChannelId>(1)) { channel.id = id; }

  [[nodiscard]] Command command(const AccountId& who, CommandBody body) const {
    Command c{.channel = channel.id, .stamp = {.account = who, .at = now, .limits = limits}, .body = std::move(body)};
    const bool of_server = std::holds_alternative<command::SetBlock>(c.body) ||
                           std::holds_alternative<command::RemoveDeletedAccount>(c.body) ||
                           std::holds_alternative<command::Note>(c.body);
    if (!of_server) c.stamp.device = make_id<DeviceId>(1);
    c.stamp.send_id = make_id<SendId>(static_cast<int>(log.size()) + 1);
    for (const AccountId& named : c.named_accounts()) {
      c.stamp.accounts.push_back({.account = named,
                                  .active = !inactive.contains(named),
                                  .hide_read = hiding_read.contains(named),
                                  .blocks_sender = blocks.contains({named, who}),
                                  .blocked_by_sender = blocks.contains({who, named})});
    }
    return c;
  }

  [[nodiscard]] TargetFact target(Seq seq, const AccountId& who) const {
    TargetFact fact{.seq = seq};
    if (seq == 0 || seq > log.size()) return fact;
    fact.exists = true;
    fact.is_message = log[seq - 1].is_message();
    fact.author = log[seq - 1].account;
    std::map<AccountId, bool> slots;
    for (const Event& event : log) {
      if (const auto* edited = event.as<event::Edited>()) fact.edits += edited->target == seq ? 1 : 0;
      if (const auto* gone = event.as<event::Deleted>()) fact.deleted |= std::ranges::count(gone->targets, seq) != 0;
      if (const auto* reacted = event.as<event::Reacted>(); reacted && reacted->target == seq) {
        slots[event.account] = event.content.has_value();
      }
    }
    std::erase_if(slots, [](const auto& slot) { return !slot.second; });
    fact.reactions = static_cast<std::uint32_t>(slots.size());
    fact.reacted_by_sender = slots.contains(who);
    return fact;
  }

  [[nodiscard]] Result<Event> decide_only(const Command& c) const {
    LogFacts facts;
    for (const Seq seq : c.targets()) facts.targets.push_back(target(seq, c.stamp.account));
    return decide(channel, c, facts);
  }
  Result<Event> run(const Command& c) {
    auto event = decide_only(c);
    if (event) {
      apply(channel, *event);
      log.push_back(*event);
    }
    return event;
  }
  Result<Event> run(const AccountId& who, CommandBody body) { return run(command(who, std::move(body))); }

  Result<Event> post(const AccountId& who, std::string what = "hello", std::vector<AccountId> mentions = {}) {
    return run(who, command::Post{.content = text(std::move(what)), .mentions = std::move(mentions)});
  }
  /// Posts, which the test takes for granted, and tells the seq.
  Seq say(const AccountId& who) { return post(who).value().seq; }

  [[nodiscard]] const Member& member(const AccountId& who) const { return channel.members.at(who); }
  [[nodiscard]] Badge badge_of(const AccountId& who) const { return badge(channel, member(who)); }

  /// Totals of `who` at `seq`, counted in the log.
  [[nodiscard]] Totals totals(const AccountId& who, Seq seq) const {
    Channel past;
    past.id = channel.id;
    for (Seq i = 1; i <= seq; ++i) apply(past, log[i - 1]);
    const Member* member = past.find(who);
    if (member == nullptr) return {.count = past.count};
    return {.count = past.count, .own = member->own, .mentions = member->mentions};
  }
  Result<Member> change(const AccountId& who, RegisterBody body) {
    auto member = change_registers(
        channel, {.channel = channel.id, .account = who, .at = now, .limits = limits, .body = std::move(body)});
    if (member) channel.members.at(who) = *member;
    return member;
  }
  Result<Member> move(const AccountId& who, Seq delivered, Seq read) {
    registers::MoveCursor cursor{.delivered = delivered, .read = read};
    if (read <= log.size()) cursor.totals_at_read = totals(who, read);
    return change(who, cursor);
  }
};

/// Owned by Anna; the others are plain members.
inline Room group(std::vector<AccountId> others, ChannelSettings settings = {}) {
  Room room;
  (void)room.run(kAnna, command::Create{.title = "Walks", .settings = settings, .members = std::move(others)}).value();
  return room;
}
inline Room direct(const AccountId& a = kAnna, const AccountId& b = kBert) {
  Room room(direct_channel_id(a, b));
  (void)room.run(a, command::Create{.kind = ChannelKind::direct, .peer = b}).value();
  return room;
}
inline Room own(ChannelKind kind, const AccountId& who = kAnna) {
  Room room(kind == ChannelKind::self ? self_channel_id(who) : account_channel_id(who));
  (void)room.run(who, command::Create{.kind = kind}).value();
  return room;
}

}  // namespace parley::test
