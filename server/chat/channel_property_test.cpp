// Random commands against a naive model that counts in the log.
#include <gtest/gtest.h>

#include <map>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

constexpr int kSteps = 1000;

class Lcg {
 public:
  explicit Lcg(std::uint64_t seed) : state_(seed * 2862933555777941757ULL + 3037000493ULL) {}
  std::uint64_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33) % bound;
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

struct Walk {
  Lcg random;
  Room room;
  std::map<AccountId, std::pair<Seq, Seq>> cursors;  // delivered, read
  std::uint64_t posted = 0;
  int people = 7;  // who may appear; in a channel of fixed members one of them is a stranger

  explicit Walk(std::uint64_t seed) : random(seed) {
    room.limits = {
        .members = 6, .mentions = 3, .targets = 3, .reactions = 3, .edits = 2, .invitations = 3, .hidden_ranges = 4};
    switch (random.below(4)) {
      case 0:
        people = 3;
        room.channel.id = direct_channel_id(account(1), account(2));
        create({.kind = ChannelKind::direct, .peer = account(2)});
        break;
      case 1:
        people = 2;
        room.channel.id = self_channel_id(account(1));
        create({.kind = ChannelKind::self});
        break;
      default:
        create({.title = "Walk", .settings = settings(), .members = accounts()});
    }
  }
  void create(command::Create create) { ASSERT_EQ(outcome(room.run(account(1), std::move(create))), "posted"); }

  AccountId anyone() { return account(1 + static_cast<int>(random.below(static_cast<std::uint64_t>(people)))); }
  std::vector<AccountId> accounts() {
    std::vector<AccountId> some;
    while (!random.one_in(3) && some.size() < 4) some.push_back(anyone());
    return some;
  }
  // Mostly somebody who may speak, so that walks get somewhere.
  AccountId actor() {
    AccountId who = anyone();
    for (int tries = 0; tries < 4 && room.channel.find_active(who) == nullptr; ++tries) who = anyone();
    return who;
  }
  // An empty group takes nothing any more; that happens, but seldom before the end.
  bool may_shrink() { return room.channel.active_members() > 2 || random.one_in(60); }
  Who who() { return static_cast<Who>(1 + random.below(3)); }
  ChannelSettings settings() {
    return {.post = random.one_in(3) ? who() : Who::members,
            .add = who(),
            .rename = who(),
            .history_from_start = random.one_in(2)};
  }
  std::vector<AccountId> mentions() {
    std::vector<AccountId> some = accounts();
    if (!random.one_in(9)) std::erase_if(some, [this](const AccountId& a) { return room.channel.find(a) == nullptr; });
    return some;
  }
  // Somewhere near the head, often a message.
  Seq target() {
    Seq seq = room.channel.head - std::min(room.channel.head, random.below(20));
    while (seq > 1 && !room.log[seq - 1].is_message() && !random.one_in(9)) --seq;
    return random.one_in(20) ? this->seq() : seq;
  }
  Seq seq() { return random.below(room.channel.head + 3); }
  Content content() { return random.one_in(20) ? text("\xff") : random.one_in(5) ? data("d", "a/b") : text("t"); }
  std::string secret(InvitationId id) { return id.str(); }
  InvitationId some_invitation() { return make_id<InvitationId>(1 + static_cast<int>(random.below(6))); }

  CommandBody body() {
    switch (random.below(36)) {
      case 0:
        return command::Edit{.target = target(), .content = content()};
      case 1: {
        command::Delete gone;
        while (!random.one_in(3)) gone.targets.push_back(target());
        return gone;
      }
      case 2:
        if (random.one_in(2)) return command::React{.target = target()};
        return command::React{.target = target(), .content = Content{.bytes = "+"}};
      case 3:
        return command::Describe{.title = random.one_in(9) ? "" : "New"};
      case 4:
        return command::ChangeSettings{.settings = settings()};
      case 5:
      case 6:
        return command::AddMembers{.accounts = accounts()};
      case 7:
        return command::RemoveMember{.account = anyone()};
      case 8:
        if (may_shrink()) return command::Leave{};
        return command::Join{.secret = secret(some_invitation())};
      case 9:
        return command::SetRole{.account = anyone(), .role = random.one_in(3) ? Role::member : Role::admin};
      case 10:
        return command::HandOver{.to = anyone()};
      case 11: {
        const InvitationId id = some_invitation();
        return command::CreateInvitation{.invitation = id,
                                         .secret_hash = sha256({secret(id)}),
                                         .expires = random.one_in(2) ? kNever : room.now + Duration(20),
                                         .uses = static_cast<std::uint32_t>(random.below(3))};
      }
      case 12:
        return command::RevokeInvitation{.invitation = some_invitation()};
      case 13:
      case 14:
        return command::Join{.secret = secret(some_invitation())};
      case 15:
        return command::CryptoCommit{.epoch = room.channel.crypto_epoch + random.below(2)};
      case 16:
        return command::SetBlock{.peer = anyone(), .on = random.one_in(2)};
      case 17:
        return command::Create{.title = "Again"};
      case 18:
        if (may_shrink() && random.one_in(4)) return command::RemoveDeletedAccount{};
        return command::Note{.what = "x"};
      default:
        return command::Post{.content = content(),
                             .reply_to = random.one_in(4) ? target() : 0,
                             .mentions = mentions(),
                             .forwarded = random.one_in(9),
                             .crypto_epoch = random.one_in(4) ? random.below(3) : 0};
    }
  }

  void ask() {
    const Command command = room.command(actor(), body());
    const Channel before = room.channel;
    const auto event = room.run(command);
    if (!event) {
      EXPECT_EQ(room.channel, before);
      return;
    }
    if (event->is_message()) ++posted;
    EXPECT_EQ(event->seq, before.head + 1);
    EXPECT_GE(event->time, before.time);
    EXPECT_EQ(event->count, posted);
  }

  RegisterBody change() {
    switch (random.below(6)) {
      case 0:
        return registers::Set{.marked_unread = random.one_in(2), .pinned = random.one_in(2)};
      case 1: {
        const Seq from = seq();
        return registers::Hide{.from = from, .to = from + random.below(4)};
      }
      case 2:
        return registers::SetHideRead{.on = random.one_in(2)};
      default:
        return registers::MoveCursor{.delivered = random.one_in(2) ? 0 : seq(), .read = random.one_in(2) ? 0 : seq()};
    }
  }
  void move() {
    const AccountId who = anyone();
    RegisterBody body = change();
    if (auto* cursor = std::get_if<registers::MoveCursor>(&body); cursor && cursor->read <= room.channel.head) {
      cursor->totals_at_read = room.totals(who, cursor->read);
    }
    (void)room.change(who, std::move(body));
  }

  // What others said after the cursor, counted one by one. A cursor never stands before the current membership began.
  Badge naive_badge(const AccountId& who) const {
    Badge badge;
    const Member& member = room.member(who);
    if (!member.active()) return badge;
    for (const Event& event : room.log) {
      if (event.seq <= member.read || !event.is_message()) continue;
      if (event.account != who) ++badge.unread;
      badge.mentions += static_cast<std::uint64_t>(std::ranges::count(event.as<event::Message>()->mentions, who));
    }
    return badge;
  }
  Floor naive_floor(const AccountId& viewer) const {
    Seq delivered = ~Seq{0};
    Seq read = ~Seq{0};
    std::size_t others = 0;
    for (const auto& [id, member] : room.channel.members) {
      if (id == viewer || !member.active()) continue;
      ++others;
      delivered = std::min(delivered, member.delivered);
      if (!member.hide_read) read = std::min(read, member.read);
    }
    if (others == 0) delivered = read = room.channel.kind == ChannelKind::self ? room.channel.head : 0;
    if (read == ~Seq{0} || room.member(viewer).hide_read) read = 0;
    return {.delivered = delivered, .read = read};
  }
  // Who saw an event when it was made: the members after it, and whom it removed.
  void check_visibility() const {
    Channel past;
    for (const Event& event : room.log) {
      std::map<AccountId, bool> was_in;
      for (const auto& [id, member] : past.members) was_in[id] = member.active();
      apply(past, event);
      for (const auto& [id, member] : past.members) {
        if (member.active() || was_in[id]) {
          EXPECT_TRUE(room.member(id).sees(event.seq));
        }
      }
    }
  }

  // What every member's totals were at the cursor, from one replay of the log.
  std::map<AccountId, Totals> totals_at_cursors() const {
    std::map<AccountId, Totals> totals;
    Channel past;
    for (const Event& event : room.log) {
      apply(past, event);
      for (const auto& [id, member] : past.members) {
        if (room.member(id).read == event.seq) {
          totals[id] = {.count = past.count, .own = member.own, .mentions = member.mentions};
        }
      }
    }
    return totals;
  }

  void check_member(const AccountId& id, const Member& member) {
    EXPECT_EQ(room.badge_of(id), naive_badge(id));
    EXPECT_LE(member.read, member.delivered);
    EXPECT_LE(member.delivered, member.visible_head(room.channel.head));
    auto& [delivered, read] = cursors[id];
    EXPECT_GE(member.delivered, delivered);
    EXPECT_GE(member.read, read);
    delivered = member.delivered;
    read = member.read;
    EXPECT_EQ(member.active(), member.intervals.back().to == 0);
    for (std::size_t i = 1; i < member.intervals.size(); ++i) {
      EXPECT_LT(member.intervals[i - 1].to, member.intervals[i].from);
    }
    EXPECT_LE(member.hidden.size(), room.limits.hidden_ranges);
    for (std::size_t i = 1; i < member.hidden.size(); ++i) {
      EXPECT_LT(member.hidden[i - 1].to + 1, member.hidden[i].from);
    }
    if (member.active()) {
      EXPECT_EQ(Floors(room.channel).for_viewer(id, member.hide_read), naive_floor(id));
    }
  }
  void check() {
    const Channel& channel = room.channel;
    EXPECT_EQ(channel.head, room.log.size());
    EXPECT_LE(channel.active_members(), room.limits.members);
    EXPECT_LE(channel.invitations.size(), room.limits.invitations);
    const auto totals = totals_at_cursors();
    std::size_t owners = 0;
    for (const auto& [id, member] : channel.members) {
      owners += member.role == Role::owner ? 1 : 0;
      check_member(id, member);
      EXPECT_EQ(member.at_read, totals.at(id));
    }
    if (channel.kind == ChannelKind::group) {
      EXPECT_EQ(owners, channel.active_members() == 0 ? 0u : 1u);
    }
  }

  // Registers are no part of the log; everything else is, and without content.
  void check_replay() const {
    Channel replayed;
    replayed.id = room.channel.id;
    Seq next = 1;
    for (Event event : room.log) {
      EXPECT_EQ(event.seq, next++);
      event.content.reset();
      apply(replayed, event);
    }
    ASSERT_EQ(replayed.members.size(), room.channel.members.size());
    for (auto& [id, member] : replayed.members) {
      const Member& now = room.member(id);
      Member expected = now;
      expected.delivered = member.delivered;
      expected.read = member.read;
      expected.delivered_at = member.delivered_at;
      expected.read_at = member.read_at;
      expected.at_read = member.at_read;
      expected.marked_unread = member.marked_unread;
      expected.pinned = member.pinned;
      expected.hide_read = member.hide_read;
      expected.hidden = member.hidden;
      EXPECT_EQ(member, expected);
      member = now;
    }
    EXPECT_EQ(replayed, room.channel);
  }
};

class ChannelProperty : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ChannelProperty, HoldsForRandomCommands) {
  Walk walk(GetParam());
  for (int step = 0; step < kSteps && !HasFailure(); ++step) {
    walk.room.now += Duration(static_cast<std::int64_t>(walk.random.below(5)) - 1);
    SCOPED_TRACE(step);
    if (walk.random.one_in(3)) {
      walk.move();
    } else {
      walk.ask();
    }
    walk.check();
  }
  walk.check_replay();
  walk.check_visibility();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChannelProperty, testing::Range(std::uint64_t{1}, std::uint64_t{49}));

TEST(ChannelWalk, ReachesMessagesRefusalsAndEveryKindOfEvent) {
  std::set<std::size_t> bodies;
  std::size_t events = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Walk walk(seed);
    for (int step = 0; step < kSteps; ++step) walk.ask();
    for (const Event& event : walk.room.log) bodies.insert(event.body.index());
    events += walk.room.log.size();
  }
  bodies.insert(EventBody(event::Noted{}).index());  // needs an account channel
  EXPECT_EQ(bodies.size(), std::variant_size_v<EventBody>);
  EXPECT_GT(events, 40 * kSteps / 4u);
}

}  // namespace
}  // namespace parley::test
