#include "app/verify.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "chat/room_for_test.hpp"
#include "contract/manual_executor.hpp"
#include "engines/memory/channel_store.hpp"
#include "node/loaded_channel.hpp"
#include "wire/records.hpp"

namespace parley {
namespace {

using test::kAnna;
using test::kBert;

/// A group of three with 90 messages, of which one was edited and reacted to and one, edited too, was deleted.
class Verify : public ::testing::Test {
 protected:
  static constexpr Seq kTalkedAbout = 5;
  static constexpr Seq kDeleted = 6;

  Verify()
      : disk(std::make_shared<MemoryDisk>(test::make_id<Incarnation>(9))), room(test::group({kBert, test::kCara})) {
    while (room.log.size() < 40) (void)room.post(room.log.size() % 3 == 0 ? kBert : kAnna, "hello", {test::kCara});
    run(kAnna, command::Edit{.target = authored(kTalkedAbout), .content = test::text("better")});
    run(kBert, command::React{.target = kTalkedAbout, .content = Content{.bytes = "👍"}});
    run(kAnna, command::Edit{.target = authored(kDeleted), .content = test::text("worse")});
    run(kAnna, command::Delete{.targets = {kDeleted}});
    while (room.log.size() < 90) (void)room.post(kBert);
    EXPECT_TRUE(room.move(kAnna, 80, 70));
    store();
  }

  /// Edits are by the author.
  Seq authored(Seq seq) {
    EXPECT_EQ(room.log.at(seq - 1).account, kAnna) << seq;
    return seq;
  }
  void run(const AccountId& who, CommandBody body) {
    auto event = room.run(who, std::move(body));
    ASSERT_TRUE(event) << event.error().text();
  }

  /// As an owner would have stored it.
  void store() {
    LoadedChannel loaded(room.channel.id);
    auto& log = disk->image.channels[room.channel.id];
    for (const Event& event : room.log) {
      log.events[event.seq] = loaded.append(event, wire::Salt{1, 2, 3}).record;
      log.outcomes[{event.account, event.send_id}] = wire::encode_outcome({event.seq, ErrorCode::ok, event.time});
    }
    loaded.set_registers(kAnna, room.member(kAnna));
    ChannelBatch batch;
    loaded.collect(1, batch);
    log.head = batch.head;
    log.card = batch.card;
    for (const MemberRow& row : batch.members) log.members[row.account] = row.record;
    for (const Seq seq : {kDeleted, Seq{43}}) log.events[seq] = wire::erase_content(log.events[seq]).value();
    log.annotations[kTalkedAbout] = wire::encode_annotation({{41}, {{kBert, {.bytes = "👍"}, 42}}});
    log.annotations[kDeleted] = wire::encode_annotation({{43}, {}});
    for (const AccountId& account : batch.joined) disk->image.lists[account][room.channel.id] = true;
    disk->image.partitions[partition_of(room.channel.id)] = {1, 1};
  }

  MemoryDisk::StoredLog& log() { return disk->image.channels.at(room.channel.id); }
  std::string& event(Seq seq) { return log().events.at(seq); }

  VerifyReport verify() {
    found.clear();
    MemoryChannelStore store(disk);
    test::ManualExecutor executor;
    const ListReader lists = [&](const AccountId& account) {
      Result<std::vector<ChannelId>> answer;
      store.channels_of(account, executor, [&](Result<std::vector<ChannelId>> list) { answer = std::move(list); });
      executor.run_until_idle();
      return answer;
    };
    const auto scan = store.scan();
    return verify_store(*scan, lists, [&](const Damage& damage) { found.push_back(damage); });
  }

  /// There is damage, and the first at `seq` says `what`.
  void expect_damage(Seq seq, const std::string& what) {
    const VerifyReport report = verify();
    EXPECT_EQ(report.damaged, found.size());
    ASSERT_FALSE(found.empty()) << "nothing was found";
    EXPECT_EQ(found[0].seq, seq) << found[0].what;
    EXPECT_NE(found[0].what.find(what), std::string::npos) << found[0].what;
  }

  std::shared_ptr<MemoryDisk> disk;
  test::Room room;
  std::vector<Damage> found;
};

TEST_F(Verify, StoreAsWrittenIsClean) {
  const VerifyReport report = verify();
  for (const Damage& damage : found) ADD_FAILURE() << damage.seq << " " << damage.what;
  EXPECT_EQ(report.channels, 1U);
  EXPECT_EQ(report.events, 90U);
  EXPECT_EQ(report.messages, 85U);
  EXPECT_EQ(report.outcomes, 90U);
  EXPECT_EQ(report.memberships, 3U);
}

TEST_F(Verify, AnyFlippedByteOfAnyRecordIsFound) {
  auto& stored = log();
  const std::vector<std::string*> records = {&event(1),
                                             &event(64),
                                             &event(90),
                                             &stored.head,
                                             &stored.card,
                                             &stored.members.at(kBert),
                                             &stored.annotations.at(kTalkedAbout),
                                             &stored.outcomes.begin()->second};
  for (std::string* record : records) {
    for (std::size_t i = 0; i < record->size(); i += 5) {
      record->at(i) = static_cast<char>(record->at(i) ^ 1);
      EXPECT_GT(verify().damaged, 0U) << "byte " << i;
      record->at(i) = static_cast<char>(record->at(i) ^ 1);
    }
  }
  EXPECT_EQ(verify().damaged, 0U);
}

TEST_F(Verify, DamagedEventIsNamed) {
  event(17).back() ^= 1;
  expect_damage(17, "checksum");
}

TEST_F(Verify, MissingEventIsNamed) {
  log().events.erase(33);
  expect_damage(33, "the event is missing");
}

TEST_F(Verify, MissingTailIsNamed) {
  log().events.erase(log().events.find(80), log().events.end());
  expect_damage(80, "80 to 90 are missing");
  EXPECT_EQ(found.size(), 1U);
}

TEST_F(Verify, EventAfterTheHeadIsFound) {
  log().events[91] = event(90);
  expect_damage(91, "after the head");
}

TEST_F(Verify, EventUnderAnotherSeqIsFound) {
  event(20) = event(21);
  expect_damage(20, "says that it is 21");
}

TEST_F(Verify, ForgedContentBreaksTheChainAtItsDigest) {
  Event forged = room.log[29];
  forged.content = test::text("what I never said");
  event(30) = wire::seal(forged, Digest{}, wire::Salt{}).record;
  expect_damage(64, "digest of the chain");
}

TEST_F(Verify, ForgeryAfterTheLastDigestIsFoundAtTheHead) {
  Event forged = room.log[79];
  forged.content = test::text("what I never said");
  event(80) = wire::seal(forged, Digest{}, wire::Salt{}).record;
  expect_damage(90, "digest of the chain in the head");
}

TEST_F(Verify, ContentTakenOutWithoutADeletionIsFound) {
  event(12) = wire::erase_content(event(12)).value();
  expect_damage(12, "nobody deleted it");
}

TEST_F(Verify, DeletedContentThatIsStillThereIsFound) {
  Event left = room.log[kDeleted - 1];
  event(kDeleted) = wire::seal(left, Digest{}, wire::Salt{1, 2, 3}).record;
  expect_damage(kDeleted, "its content was deleted, but is still there");
}

TEST_F(Verify, AReactionThatWasReplacedAndIsStillThereIsFound) {
  const std::string before = event(42);
  run(kBert, command::React{.target = kTalkedAbout, .content = Content{.bytes = "👎"}});
  store();
  event(42) = wire::erase_content(event(42)).value();
  log().annotations[kTalkedAbout] = wire::encode_annotation({{41}, {{kBert, {.bytes = "👎"}, 91}}});
  EXPECT_EQ(verify().damaged, 0U) << found[0].what;
  event(42) = before;
  expect_damage(42, "its content was deleted, but is still there");
}

TEST_F(Verify, MissingOutcomeIsFound) {
  const Event& sent = room.log[50];
  log().outcomes.erase({sent.account, sent.send_id});
  expect_damage(51, "no outcome is stored");
}

TEST_F(Verify, OutcomeOfAnotherSeqIsFound) {
  const Event& sent = room.log[50];
  log().outcomes[{sent.account, sent.send_id}] = wire::encode_outcome({52, ErrorCode::ok, sent.time});
  expect_damage(51, "says seq 52");
}

TEST_F(Verify, OutcomeWithoutAnEventIsFoundAndARefusalIsNone) {
  log().outcomes[{kBert, test::make_id<SendId>(900)}] =
      wire::encode_outcome({0, ErrorCode::not_allowed, test::at_ms(1)});
  EXPECT_EQ(verify().damaged, 0U);
  log().outcomes[{kBert, test::make_id<SendId>(901)}] = wire::encode_outcome({7, ErrorCode::ok, test::at_ms(1)});
  expect_damage(7, "but the event is another's");
}

TEST_F(Verify, AHeadThatKnowsNotOfAnOutcomeIsFound) {
  auto head = wire::decode_head(log().head).value();
  head.greatest_send = test::make_id<SendId>(1);
  log().head = wire::encode_head(head);
  expect_damage(0, "is greater than the greatest");
}

TEST_F(Verify, WrongCountInTheHeadIsFound) {
  auto head = wire::decode_head(log().head).value();
  ++head.count;
  log().head = wire::encode_head(head);
  expect_damage(90, "counts 86 messages; there are 85");
}

TEST_F(Verify, WrongTotalsOfAMemberAreFound) {
  auto member = wire::decode_member(log().members.at(test::kCara)).value();
  --member.mentions;
  log().members[test::kCara] = wire::encode_member(member);
  expect_damage(90, "totals are");
}

TEST_F(Verify, WrongTotalsAtACursorAreFound) {
  auto member = wire::decode_member(log().members.at(kAnna)).value();
  ++member.at_read.count;
  log().members[kAnna] = wire::encode_member(member);
  expect_damage(70, "remembered at the read cursor");
}

TEST_F(Verify, CursorAfterTheHeadIsFound) {
  auto member = wire::decode_member(log().members.at(kAnna)).value();
  member.delivered = 91;
  log().members[kAnna] = wire::encode_member(member);
  expect_damage(0, "after the head");
}

TEST_F(Verify, WrongRoleAndUnknownMemberAreFound) {
  auto member = wire::decode_member(log().members.at(kBert)).value();
  member.role = Role::admin;
  log().members[kBert] = wire::encode_member(member);
  expect_damage(90, "role");
  log().members.erase(kBert);
  expect_damage(90, "there is no record");
}

TEST_F(Verify, CardThatIsNotWhatTheEventsMakeIsFound) {
  Channel other = room.channel;
  other.title = "Runs";
  log().card = wire::encode_card(other);
  expect_damage(90, "card");
}

TEST_F(Verify, WrongOrMissingAnnotationIsFound) {
  log().annotations[kTalkedAbout] = wire::encode_annotation({{41}, {}});
  expect_damage(kTalkedAbout, "not what the events make");
  log().annotations.erase(kTalkedAbout);
  expect_damage(kTalkedAbout, "missing");
}

TEST_F(Verify, ListsOfAccountsAreCompared) {
  disk->image.lists[kBert].clear();
  expect_damage(0, "lacks it");
  disk->image.lists[kBert][room.channel.id] = true;
  disk->image.lists[kBert][test::make_id<ChannelId>(77)] = true;
  expect_damage(0, "never was a member");
}

TEST_F(Verify, PositionAfterThePartitionsIsFound) {
  disk->image.partitions[partition_of(room.channel.id)] = {1, 0};
  expect_damage(0, "commit position");
}

TEST_F(Verify, DamageOfOneEventIsNotToldAgainForAllThatFollow) {
  event(17).back() ^= 1;
  EXPECT_EQ(verify().damaged, 1U);
}

}  // namespace
}  // namespace parley
