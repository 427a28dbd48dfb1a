// What the RocksDB engine does when the disk under it fails.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "contract/channel_store_rocksdb.hpp"
#include "contract/channel_store_suite.hpp"
#include "disk/fault_env.hpp"

namespace parley::test {
namespace {

class RocksFaults : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void TearDown() override { store_.reset(); }

  void start() {
    RocksOptions options = small_rocks_options(directory_.path() + "/store");
    options.env = faults_.env();
    options.reserve_bytes = 1 << 20;
    options.write_buffer_bytes = write_buffer_bytes_;
    store_ = open_rocks(std::move(options));
    state_ = driver().take_over(7, store_->highest_epoch() + 1).value();
  }
  void lose_power_and_restart() {
    kill();
    start();
  }
  /// Ends like a process that is killed: what was committed lies in the log.
  void kill() {
    faults_.cut_power();
    store_.reset();
    faults_.restore_power();
  }
  StoreDriver driver() { return {*store_, executor_}; }

  /// Commits one event, the next; what became of it.
  ErrorCode post(std::size_t bytes = 100) {
    const Seq seq = state_.position + 1;
    ChannelBatch channel{.channel = channel_id(1),
                         .events = {{seq, noise(bytes)}},
                         .outcomes = {{account_id(1), send_id(static_cast<std::uint32_t>(seq)), std::to_string(seq)}},
                         .head = std::to_string(seq)};
    const auto result =
        driver().commit({.partition = 7, .epoch = state_.epoch, .position = seq, .channels = {channel}});
    if (!result) return result.error().code;
    state_.position = seq;
    return ErrorCode::ok;
  }
  /// What does not get smaller in a file.
  std::string noise(std::size_t bytes) {
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>(noise_());
    return text;
  }
  /// Everything up to `last`, nothing missing.
  void expect_posted(Seq last) {
    StoreQuery query{.channels = {channel_id(1)},
                     .events = {{.channel = channel_id(1),
                                 .from = 1,
                                 .to = last + 1,
                                 .max_events = 1'000'000,
                                 .max_bytes = UINT64_MAX,
                                 .newest_first = false}}};
    for (std::uint32_t seq = 1; seq <= last; ++seq)
      query.outcomes.push_back({channel_id(1), account_id(1), send_id(seq)});
    const auto answer = driver().read(query).value();
    EXPECT_EQ(answer.events[0].size(), last);
    for (std::size_t i = 0; i < last; ++i) EXPECT_EQ(answer.outcomes[i], std::to_string(i + 1));
    if (last > 0) EXPECT_EQ(answer.channels[0]->head, std::to_string(last));
  }

  std::size_t write_buffer_bytes_ = 8 << 20;
  TemporaryDirectory directory_;
  FaultEnv faults_;
  ManualExecutor executor_;
  std::unique_ptr<RocksChannelStore> store_;
  PartitionState state_;
  std::mt19937 noise_;
};

TEST_F(RocksFaults, APowerCutLosesNothingThatWasCommitted) {
  for (int round = 0; round < 5; ++round) {
    for (int n = 0; n < 20; ++n) ASSERT_EQ(post(), ErrorCode::ok);
    lose_power_and_restart();
    EXPECT_EQ(state_.position, static_cast<Position>(20 * (round + 1)));
    expect_posted(state_.position);
  }
}

TEST_F(RocksFaults, APowerCutAmidFlushesAndCompactionsLosesNothing) {
  store_.reset();
  write_buffer_bytes_ = 256 << 10;
  start();
  for (int round = 0; round < 4; ++round) {
    for (int n = 0; n < 150; ++n) ASSERT_EQ(post(4 << 10), ErrorCode::ok);
    lose_power_and_restart();
    expect_posted(static_cast<Seq>(150 * (round + 1)));
  }
}

TEST_F(RocksFaults, APowerCutWithCommitsInFlightLeavesAPrefix) {
  constexpr Position kCalls = 300;
  std::atomic<Position> promised = 0;
  std::size_t answered = 0;
  for (Position n = 1; n <= kCalls; ++n) {
    ChannelBatch channel{.channel = channel_id(1),
                         .events = {{n, "event"}},
                         .outcomes = {{account_id(1), send_id(static_cast<std::uint32_t>(n)), std::to_string(n)}},
                         .head = std::to_string(n)};
    store_->commit({{.partition = 7, .epoch = state_.epoch, .position = n, .channels = {channel}}}, executor_,
                   [&, n](const auto& results) {
                     ++answered;
                     if (results.at(0)) promised = n;
                   });
    if (n == kCalls / 2) faults_.cut_power();
  }
  ASSERT_TRUE(executor_.run_until([&] { return answered == kCalls; }));
  store_.reset();
  faults_.restore_power();
  start();
  EXPECT_GE(state_.position, promised);
  EXPECT_LT(state_.position, kCalls);
  expect_posted(state_.position);
}

TEST_F(RocksFaults, ThePowerCutTestWouldFindAMissingSync) {
  ASSERT_EQ(post(), ErrorCode::ok);
  faults_.switches().syncs_lie = true;
  ASSERT_EQ(post(), ErrorCode::ok);
  faults_.cut_power();
  store_.reset();
  faults_.switches().syncs_lie = false;
  faults_.restore_power();
  start();
  EXPECT_EQ(state_.position, 1U);
}

TEST_F(RocksFaults, ADiskWithoutReserveRefusesAndStaysReadableAndRecovers) {
  ASSERT_EQ(post(), ErrorCode::ok);
  faults_.switches().free_bytes = 1000;
  EXPECT_EQ(post(), ErrorCode::disk_full);
  EXPECT_EQ(driver().take_over(9, 100).error().code, ErrorCode::disk_full);
  expect_posted(1);
  faults_.switches().free_bytes = UINT64_MAX;
  EXPECT_EQ(post(), ErrorCode::ok);
  expect_posted(2);
}

TEST_F(RocksFaults, ALogWithoutRoomRefusesAndStaysReadableAndRecovers) {
  ASSERT_EQ(post(), ErrorCode::ok);
  faults_.switches().log_is_full = true;
  for (int n = 0; n < 3; ++n) EXPECT_EQ(post(), ErrorCode::disk_full);
  expect_posted(1);
  faults_.switches().log_is_full = false;
  for (int n = 0; n < 20; ++n) EXPECT_EQ(post(), ErrorCode::ok);
  expect_posted(21);
  lose_power_and_restart();
  expect_posted(21);
}

TEST_F(RocksFaults, ADiskThatEndsAmidACompactionOrAFlushLeavesTheStoreReadableAndItRecovers) {
  for (const std::uint64_t room : {0, 100, 5'000, 1'500'000}) {
    for (int n = 0; n < 200; ++n) ASSERT_EQ(post(16 << 10), ErrorCode::ok);
    faults_.switches().room_bytes = room;
    EXPECT_EQ(store_->flush().error().code, ErrorCode::disk_full) << room;
    expect_posted(state_.position);
    faults_.switches().room_bytes = UINT64_MAX;
    ASSERT_EQ(post(), ErrorCode::ok) << room;
    ASSERT_TRUE(store_->flush()) << room;

    faults_.switches().room_bytes = room;
    EXPECT_EQ(store_->compact().error().code, ErrorCode::disk_full) << room;
    expect_posted(state_.position);
    faults_.switches().room_bytes = UINT64_MAX;
    ASSERT_EQ(post(), ErrorCode::ok) << room;
    ASSERT_TRUE(store_->compact()) << room;
  }
  lose_power_and_restart();
  expect_posted(state_.position);
}

TEST_F(RocksFaults, ADiskThatEndsWhileTheStoreIsOpenedIsToldByNameAndLosesNothing) {
  RocksOptions options = small_rocks_options(directory_.path() + "/store");
  options.env = faults_.env();
  for (const bool killed : {false, true}) {
    for (int n = 0; n < 200; ++n) ASSERT_EQ(post(16 << 10), ErrorCode::ok);
    if (killed) kill();
    store_.reset();
    for (const std::uint64_t room : {0, 10, 100, 1'000, 5'000, 1'500'000, 3'000'000}) {
      faults_.switches().room_bytes = room;
      const auto opened = RocksChannelStore::open(options);
      if (!opened) EXPECT_EQ(opened.error().code, ErrorCode::disk_full) << room << " " << opened.error().text();
      EXPECT_TRUE(room > 100 || !opened) << room;
    }
    faults_.switches().room_bytes = UINT64_MAX;
    start();
    expect_posted(state_.position);
  }
}

TEST_F(RocksFaults, AStoreIsNotOpenedOnADiskWithNoRoomForIt) {
  ASSERT_EQ(post(), ErrorCode::ok);
  store_.reset();
  faults_.switches().free_bytes = 1000;
  RocksOptions options = small_rocks_options(directory_.path() + "/store");
  options.env = faults_.env();
  options.reserve_bytes = 1 << 20;
  const auto opened = RocksChannelStore::open(options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::disk_full);
  options.read_only = true;
  EXPECT_TRUE(RocksChannelStore::open(options));
  faults_.switches().free_bytes = UINT64_MAX;
  start();
  expect_posted(1);
}

TEST_F(RocksFaults, AfterAFailedSyncNothingIsWrittenUntilReopened) {
  ASSERT_EQ(post(), ErrorCode::ok);
  faults_.switches().log_sync_fails = true;
  EXPECT_EQ(post(), ErrorCode::store_unavailable);
  faults_.switches().log_sync_fails = false;
  EXPECT_EQ(post(), ErrorCode::store_unavailable);
  EXPECT_EQ(driver().take_over(9, 100).error().code, ErrorCode::store_unavailable);
  EXPECT_FALSE(store_->scan());
  EXPECT_FALSE(store_->flush());
  EXPECT_FALSE(store_->snapshot(directory_.path() + "/snapshot"));
  EXPECT_FALSE(store_->purge_rewritten());
  expect_posted(1);
  ASSERT_TRUE(driver().reopen());
  state_ = driver().take_over(7, state_.epoch + 1).value();
  EXPECT_GE(state_.position, 1U);
  EXPECT_LE(state_.position, 2U);
  expect_posted(state_.position);
  EXPECT_EQ(post(), ErrorCode::ok);
  expect_posted(state_.position);
  lose_power_and_restart();
  expect_posted(state_.position);
}

TEST_F(RocksFaults, WhileSyncsKeepFailingWhatWasPostedIsReadAndNothingElse) {
  for (int n = 0; n < 5; ++n) ASSERT_EQ(post(), ErrorCode::ok);
  faults_.switches().syncs_fail = true;
  ASSERT_EQ(post(), ErrorCode::store_unavailable);
  for (int tries = 0; tries < 3; ++tries) {
    EXPECT_EQ(driver().reopen().error().code, ErrorCode::store_unavailable);
    expect_posted(5);  // and not the sixth, which the log may hold or not
    EXPECT_EQ(driver().channels_of(account_id(1)).value().size(), 0U);
    EXPECT_EQ(post(), ErrorCode::store_unavailable);
    EXPECT_EQ(driver().take_over(9, 100).error().code, ErrorCode::store_unavailable);
  }
  faults_.switches().syncs_fail = false;
  ASSERT_TRUE(driver().reopen());
  state_ = driver().take_over(7, state_.epoch + 1).value();
  EXPECT_GE(state_.position, 5U);
  EXPECT_LE(state_.position, 6U);
  expect_posted(state_.position);
  EXPECT_EQ(post(), ErrorCode::ok);
  lose_power_and_restart();
  expect_posted(state_.position);
}

TEST_F(RocksFaults, AStoreIsNotClosedToBeReopenedOnADiskWithoutRoom) {
  ASSERT_EQ(post(), ErrorCode::ok);
  faults_.switches().log_sync_fails = true;
  EXPECT_EQ(post(), ErrorCode::store_unavailable);
  faults_.switches().log_sync_fails = false;
  faults_.switches().free_bytes = 1000;
  EXPECT_EQ(driver().reopen().error().code, ErrorCode::disk_full);
  expect_posted(1);
  faults_.switches().free_bytes = UINT64_MAX;
  EXPECT_TRUE(driver().reopen());
}

TEST_F(RocksFaults, ReopeningADiskThatStillFailsCanBeTriedAgain) {
  ASSERT_EQ(post(), ErrorCode::ok);
  faults_.cut_power();
  EXPECT_EQ(post(), ErrorCode::store_unavailable);
  EXPECT_EQ(driver().reopen().error().code, ErrorCode::store_unavailable);
  expect_posted(1);
  faults_.restore_power();
  EXPECT_TRUE(driver().reopen());
  state_ = driver().take_over(7, state_.epoch + 1).value();
  EXPECT_EQ(post(), ErrorCode::ok);
}

TEST_F(RocksFaults, ADiskThatFailsAgainWhileTheStoreIsOpenedLeavesItReadable) {
  for (int n = 0; n < 5; ++n) ASSERT_EQ(post(), ErrorCode::ok);
  faults_.cut_power();
  ASSERT_EQ(post(), ErrorCode::store_unavailable);
  for (int tries = 0; tries < 3; ++tries) {
    faults_.restore_power();
    faults_.cut_power_after(8);  // the trial of the disk passes, opening does not
    EXPECT_FALSE(driver().reopen());
    expect_posted(5);
    EXPECT_EQ(post(), ErrorCode::store_unavailable);
  }
  faults_.restore_power();
  ASSERT_TRUE(driver().reopen());
  state_ = driver().take_over(7, state_.epoch + 1).value();
  EXPECT_EQ(state_.position, 5U);
  EXPECT_EQ(post(), ErrorCode::ok);
  expect_posted(6);
}

TEST_F(RocksFaults, WhatMayNotBeOnTheDiskIsNotReadFromALogThatHoldsIt) {
  for (int n = 0; n < 5; ++n) ASSERT_EQ(post(), ErrorCode::ok);
  faults_.switches().log_sync_fails = true;
  ASSERT_EQ(post(), ErrorCode::store_unavailable);  // written, and not synced
  faults_.switches().log_sync_fails = false;
  faults_.cut_power_after(8);
  EXPECT_FALSE(driver().reopen());
  EXPECT_EQ(driver().read({.channels = {channel_id(1)}}).error().code, ErrorCode::store_unavailable);
  faults_.restore_power();
  ASSERT_TRUE(driver().reopen());
  state_ = driver().take_over(7, state_.epoch + 1).value();
  expect_posted(state_.position);
  EXPECT_GE(state_.position, 5U);
}

TEST_F(RocksFaults, AFlippedByteInTheMiddleOfTheLogIsNotMistakenForATornTail) {
  for (int n = 0; n < 200; ++n) ASSERT_EQ(post(1000), ErrorCode::ok);
  kill();
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() + "/store")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 100'000) log = entry.path();
  }
  ASSERT_FALSE(log.empty());
  std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(50'000);
  file.write("???", 3);
  file.close();
  const auto opened = RocksChannelStore::open(small_rocks_options(directory_.path() + "/store"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::damaged);
}

TEST_F(RocksFaults, ATornTailIsForgotten) {
  for (int n = 0; n < 20; ++n) ASSERT_EQ(post(1000), ErrorCode::ok);
  kill();
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() + "/store")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 10'000) log = entry.path();
  }
  ASSERT_FALSE(log.empty());
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 500);
  start();
  EXPECT_EQ(state_.position, 19U);
  expect_posted(19);
}

TEST_F(RocksFaults, AStoreClosedInOrderLeavesNothingInTheLog) {
  for (int n = 0; n < 20; ++n) ASSERT_EQ(post(1000), ErrorCode::ok);
  store_.reset();
  std::uintmax_t logged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() + "/store")) {
    if (entry.path().extension() == ".log") logged += entry.file_size();
  }
  EXPECT_LT(logged, 1000U);
  start();
  expect_posted(20);
}

TEST_F(RocksFaults, ATornTailWithHolesIsForgottenAndKept) {
  for (int n = 0; n < 20; ++n) ASSERT_EQ(post(3000), ErrorCode::ok);
  kill();
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() + "/store")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 10'000) log = entry.path();
  }
  ASSERT_FALSE(log.empty());
  std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(log)) - 2000);
  file << std::string(512, '\0');
  file.close();
  start();
  EXPECT_EQ(state_.position, 19U);
  expect_posted(19);
  EXPECT_FALSE(std::filesystem::is_empty(directory_.path() + "/store/torn"));
}

TEST_F(RocksFaults, AStoreThatLostItsCurrentFileIsNotMadeAnew) {
  for (int n = 0; n < 20; ++n) ASSERT_EQ(post(), ErrorCode::ok);
  store_.reset();
  std::filesystem::remove(directory_.path() + "/store/CURRENT");
  const auto opened = RocksChannelStore::open(small_rocks_options(directory_.path() + "/store"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::damaged);
}

}  // namespace
}  // namespace parley::test
