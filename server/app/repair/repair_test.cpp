// Repair of every kind of damage, on real files.
#include "app/repair/repair.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "app/store_lists.hpp"
#include "chat/room_for_test.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "engines/system/thread_executor.hpp"
#include "node/loaded_channel.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;
using test::kAnna;
using test::kBert;

/// What a channel's owner would have stored, to be damaged record by record.
struct StoredRoom {
  test::Room room{test::group({kBert, test::kCara})};
  ChannelBatch batch;

  explicit StoredRoom(Seq events) {
    while (room.log.size() < 40) (void)room.post(room.log.size() % 3 == 0 ? kBert : kAnna, "hello", {test::kCara});
    (void)room.run(kAnna, command::Edit{.target = 5, .content = test::text("better")});
    (void)room.run(kBert, command::React{.target = 5, .content = Content{.bytes = "+"}});
    (void)room.run(kAnna, command::Delete{.targets = {6}});
    while (room.log.size() < events) (void)room.post(kBert);
    EXPECT_TRUE(room.move(kAnna, 80, 70));
    LoadedChannel loaded(room.channel.id);
    batch.channel = room.channel.id;
    for (const Event& event : room.log) {
      auto record = loaded.append(event, wire::Salt{1, 2, 3}).record;
      if (event.seq == 6) record = wire::erase_content(record).value();
      batch.events.push_back({event.seq, std::move(record)});
      batch.outcomes.push_back(
          {event.account, event.send_id, wire::encode_outcome({event.seq, ErrorCode::ok, event.time})});
    }
    loaded.set_registers(kAnna, room.member(kAnna));
    loaded.collect(1, batch);
    batch.annotations.push_back({5, wire::encode_annotation({{41}, {{kBert, {.bytes = "+"}, 42}}})});
  }
  std::string& event(Seq seq) { return batch.events.at(seq - 1).record; }
};

class Repaired : public testing::Test {
 protected:
  Repaired() {
    std::string name = (fs::temp_directory_path() / "parley-repair-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    data = name;
  }
  ~Repaired() override { fs::remove_all(data); }

  void store() {
    fs::remove_all(data / "channels");
    auto made = RocksRebuild::create(data / "channels", Incarnation(IdBytes{7}));
    ASSERT_TRUE(made) << made.error().text();
    ASSERT_TRUE((*made)->put(stored.batch));
    ASSERT_TRUE((*made)->put(partition_of(stored.batch.channel), {1, 1}));
    ASSERT_TRUE((*made)->finish());
  }
  RepairReport repair(bool really) {
    notes.clear();
    const auto report =
        repair_store(data, really, test::at_ms(5), [&](const RepairNote& note) { notes.push_back(note); });
    EXPECT_TRUE(report) << report.error().text();
    return report ? *report : RepairReport{};
  }
  /// The store as it is answers with, on the same questions.
  template <class Ask>
  auto ask(Ask what) {
    RocksOptions options;
    options.path = data / "channels";
    options.create_if_missing = false;
    auto opened = RocksChannelStore::open(options).value();
    auto scan = opened->scan().value();
    return what(*opened, *scan);
  }
  std::vector<EventRow> events() {
    return ask([&](RocksChannelStore&, ChannelStoreScan& scan) {
      return scan.read_now({.events = {{stored.batch.channel, 1, 1000, 1000, 1U << 30U, false}}}).value().events[0];
    });
  }
  /// A dry run changes nothing; the real one leaves a clean store.
  RepairReport expect_repaired(RepairNote::Kind kind, Seq seq) {
    store();
    const RepairReport dry = repair(false);
    EXPECT_TRUE(dry.needed);
    EXPECT_TRUE(dry.kept.empty());
    EXPECT_EQ(std::distance(fs::directory_iterator(data), {}), 1) << "a dry run left something behind";
    EXPECT_TRUE(std::ranges::any_of(notes, [&](const auto& note) { return note.kind == kind && note.seq == seq; }));
    const RepairReport done = repair(true);
    for (const Damage& damage : done.after) ADD_FAILURE() << damage.seq << " " << damage.what;
    EXPECT_TRUE(fs::exists(done.kept / "channels" / "CURRENT"));
    EXPECT_TRUE(fs::exists(done.kept / "repair.json"));
    EXPECT_FALSE(repair(false).needed) << "a second repair has nothing to do";
    return done;
  }

  fs::path data;
  StoredRoom stored{90};
  std::vector<RepairNote> notes;
};

TEST_F(Repaired, ASoundStoreIsLeftAlone) {
  store();
  EXPECT_FALSE(repair(true).needed);
  EXPECT_TRUE(notes.empty());
}

TEST_F(Repaired, ADamagedEventKeepsItsSeqAndIsNeverInvented) {
  stored.event(17).back() ^= 1;
  const RepairReport done = expect_repaired(RepairNote::Kind::lost, 17);
  EXPECT_EQ(done.lost, 1U);
  EXPECT_TRUE(done.new_incarnation);
  const auto rows = events();
  ASSERT_EQ(rows.size(), 90U);
  EXPECT_FALSE(wire::open_event(rows[16].record));
  EXPECT_TRUE(wire::lost_event(rows[16].record));
  EXPECT_EQ(rows[17].record, stored.event(18));
}

TEST_F(Repaired, MissingEventsInTheMiddleAndAtTheEndAreLost) {
  stored.batch.events.erase(stored.batch.events.begin() + 84, stored.batch.events.end());
  stored.batch.events.erase(stored.batch.events.begin() + 30, stored.batch.events.begin() + 33);
  EXPECT_EQ(expect_repaired(RepairNote::Kind::lost, 85).lost, 2U);
  EXPECT_EQ(events().size(), 90U);
}

TEST_F(Repaired, TheHeadIsMadeAnewFromTheEvents) {
  const auto right = wire::decode_head(stored.batch.head).value();
  stored.batch.head.back() ^= 1;
  EXPECT_EQ(expect_repaired(RepairNote::Kind::rebuilt, 90).lost, 0U);
  const auto head = ask([&](RocksChannelStore&, ChannelStoreScan& scan) {
    return wire::decode_head(scan.read_now({.channels = {stored.batch.channel}}).value().channels[0]->head).value();
  });
  EXPECT_EQ(head.seq, right.seq);
  EXPECT_EQ(head.count, right.count);
  EXPECT_EQ(head.digest, right.digest);
}

TEST_F(Repaired, AHeadThatStandsTooLowIsRaised) {
  auto head = wire::decode_head(stored.batch.head).value();
  head.seq = head.members_as_of = 80;
  stored.batch.head = wire::encode_head(head);
  expect_repaired(RepairNote::Kind::rebuilt, 90);
}

TEST_F(Repaired, AHeadThatIsLostWithTheLastEventsIsWhatOutcomesKnow) {
  stored.batch.head.clear();
  stored.batch.events.pop_back();
  expect_repaired(RepairNote::Kind::lost, 90);
  EXPECT_EQ(events().size(), 90U);
}

TEST_F(Repaired, MissingOutcomesAreMadeAnewAndForeignOnesTakenOut) {
  stored.batch.outcomes.erase(stored.batch.outcomes.begin() + 50);
  stored.batch.outcomes.push_back(
      {kBert, test::make_id<SendId>(901), wire::encode_outcome({7, ErrorCode::ok, test::at_ms(1)})});
  expect_repaired(RepairNote::Kind::rebuilt, 51);
}

TEST_F(Repaired, CardMembersListsAndAnnotationsAreMadeAnew) {
  stored.batch.card.back() ^= 1;
  stored.batch.annotations[0].record.back() ^= 1;
  for (MemberRow& row : stored.batch.members) {
    if (row.account == kBert) row.record.back() ^= 1;
  }
  stored.batch.joined.clear();
  const RepairReport done = expect_repaired(RepairNote::Kind::rebuilt, 5);
  EXPECT_EQ(done.lost + done.remains, 0U);
}

TEST_F(Repaired, TotalsThatDoNotFitAreMadeAnew) {
  for (MemberRow& row : stored.batch.members) {
    auto member = wire::decode_member(row.record).value();
    ++member.own;
    ++member.at_read.count;
    row.record = wire::encode_member(member);
  }
  expect_repaired(RepairNote::Kind::rebuilt, 0);
}

TEST_F(Repaired, ContentThatADeletionShouldHaveTakenIsTakenOut) {
  stored.event(6) = wire::seal(stored.room.log[5], Digest{}, wire::Salt{1, 2, 3}).record;
  expect_repaired(RepairNote::Kind::rebuilt, 6);
  EXPECT_TRUE(wire::open_event(events()[5].record)->content_deleted);
}

TEST_F(Repaired, AMemberWhoMayHaveBeenRemovedIsNotLetInAgain) {
  // What was lost was no message: it may have been a removal.
  StoredRoom removed(90);
  ASSERT_TRUE(removed.room.run(kAnna, command::RemoveMember{.account = test::kCara}));
  LoadedChannel loaded(removed.room.channel.id);
  stored.batch = ChannelBatch{.channel = removed.room.channel.id};
  for (const Event& event : removed.room.log) {
    auto record = loaded.append(event, wire::Salt{1, 2, 3}).record;
    if (event.seq == 6) record = wire::erase_content(record).value();
    stored.batch.events.push_back({event.seq, std::move(record)});
    stored.batch.outcomes.push_back(
        {event.account, event.send_id, wire::encode_outcome({event.seq, ErrorCode::ok, event.time})});
  }
  loaded.collect(1, stored.batch);
  stored.batch.annotations.push_back({5, wire::encode_annotation({{41}, {{kBert, {.bytes = "+"}, 42}}})});
  stored.event(91).back() ^= 1;
  for (MemberRow& row : stored.batch.members) {
    if (row.account == test::kCara) row.record.back() ^= 1;
  }
  store();
  const RepairReport done = repair(true);
  EXPECT_EQ(done.remains, 1U);
  const auto channel = ask([&](RocksChannelStore&, ChannelStoreScan& scan) {
    return *scan.read_now({.channels = {stored.batch.channel}}).value().channels[0];
  });
  EXPECT_EQ(channel.members.size(), 2U);
}

TEST_F(Repaired, APartitionGoesOnAfterMembersThatAreReadOneByOne) {
  // So many that they fill several blocks: of which the first is lost, and with it the list that tells the others.
  std::vector<AccountId> many;
  for (int n = 10; n < 109; ++n) many.push_back(test::account(n));
  const test::Room room = test::group(many);
  LoadedChannel loaded(room.channel.id);
  stored.batch = ChannelBatch{.channel = room.channel.id};
  for (const Event& event : room.log) {
    stored.batch.events.push_back({event.seq, loaded.append(event, wire::Salt{1, 2, 3}).record});
    stored.batch.outcomes.push_back(
        {event.account, event.send_id, wire::encode_outcome({event.seq, ErrorCode::ok, event.time})});
  }
  loaded.collect(1, stored.batch);
  for (MemberRow& row : stored.batch.members) {
    Member member = wire::decode_member(row.record).value();
    member.position = 9;
    row.record = wire::encode_member(member);
  }
  store();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(data / "channels")) {
    if (entry.path().extension() == ".sst") files.push_back(entry.path().filename());
  }
  for (const fs::path& file : files) {
    store();
    std::fstream raw(data / "channels" / file, std::ios::in | std::ios::out | std::ios::binary);
    raw.seekp(100);
    raw << "damaged";
    raw.close();
    const RepairReport done = repair(true);
    EXPECT_TRUE(done.needed);
    for (const Damage& damage : done.after) ADD_FAILURE() << file << " " << damage.seq << " " << damage.what;
  }
}

TEST_F(Repaired, AStoreWithoutItsListOfFilesIsMadeAnew) {
  for (const std::string name : {"CURRENT", "MANIFEST"}) {
    store();
    for (const auto& entry : fs::directory_iterator(data / "channels")) {
      if (entry.path().filename().string().starts_with(name)) fs::remove(entry.path());
    }
    const RepairReport done = repair(true);
    EXPECT_TRUE(done.needed && done.after.empty());
    EXPECT_EQ(done.lost, 0U);
    EXPECT_EQ(events().size(), 90U);
  }
}

TEST_F(Repaired, AnyFlippedBitOfAnyFileIsRepairedOrNamed) {
  std::mt19937 chance(std::random_device{}());
  const auto seed = chance();
  chance.seed(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (int round = 0; round < 20; ++round) {
    store();
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(data / "channels")) {
      const auto name = entry.path().filename().string();
      if (entry.path().extension() == ".sst" || name == "CURRENT" || name.starts_with("MANIFEST")) {
        files.push_back(entry.path());
      }
    }
    std::ranges::sort(files);
    const fs::path file = files[chance() % files.size()];
    std::fstream raw(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(chance() % fs::file_size(file));
    raw.seekg(at);
    const char byte = static_cast<char>(raw.get() ^ (1 << chance() % 8));
    raw.seekp(at);
    raw.put(byte);
    raw.close();
    SCOPED_TRACE("byte " + std::to_string(at) + " of " + file.filename().string());
    const RepairReport done = repair(true);
    for (const Damage& damage : done.after) ADD_FAILURE() << damage.seq << " " << damage.what;
    const auto rows = events();
    ASSERT_LE(rows.size(), 90U);
    for (const EventRow& row : rows) {
      EXPECT_TRUE(wire::lost_event(row.record) || row.record == stored.event(row.seq)) << row.seq;
    }
    if (rows.size() < 90) EXPECT_TRUE(done.new_incarnation);
    fs::remove_all(done.kept);
  }
}

}  // namespace
}  // namespace parley
