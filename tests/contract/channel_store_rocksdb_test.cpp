// What the RocksDB engine promises beyond the port.
#include "contract/channel_store_rocksdb.hpp"

#include <rocksdb/db.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>

#include "contract/channel_store_suite.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

class RocksStore : public testing::Test {
 protected:
  std::string path() const { return directory_.path() + "/a/b/store"; }
  RocksOptions options() const { return small_rocks_options(path()); }
  void start() { store_ = open_rocks(options()); }
  StoreDriver driver() { return {*store_, executor_}; }
  Result<void> put(ChannelBatch channel) {
    if (state_.epoch == 0) state_ = driver().take_over(7, 1).value();
    return driver().commit(
        {.partition = 7, .epoch = state_.epoch, .position = ++state_.position, .channels = {std::move(channel)}});
  }
  /// Some file of the store holds `bytes`.
  bool files_hold(const std::string& bytes) const {
    for (const auto& entry : fs::directory_iterator(path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(in), {});
      if (content.find(bytes) != std::string::npos) return true;
    }
    return false;
  }
  void overwrite_meta(const std::string& key, const std::string& value) {
    rocksdb::DB* raw = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, {}}, {"events", {}}, {"outcomes", {}}};
    ASSERT_TRUE(rocksdb::DB::Open({}, path(), families, &handles, &raw).ok());
    ASSERT_TRUE(raw->Put({}, handles[0], key, value).ok());
    for (auto* handle : handles) raw->DestroyColumnFamilyHandle(handle);
    delete raw;
  }

  TemporaryDirectory directory_;
  ManualExecutor executor_;
  std::unique_ptr<RocksChannelStore> store_;
  PartitionState state_;
};

TEST_F(RocksStore, ASecondOpenIsRefusedAndSaysWhatToDo) {
  start();
  const auto second = RocksChannelStore::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::store_unavailable);
  EXPECT_NE(second.error().text().find("stop it, or use another data directory"), std::string::npos)
      << second.error().text();
  store_.reset();
  EXPECT_TRUE(RocksChannelStore::open(options()));
}

TEST_F(RocksStore, NothingIsMadeUnlessAskedFor) {
  RocksOptions only_existing = options();
  only_existing.create_if_missing = false;
  EXPECT_EQ(RocksChannelStore::open(only_existing).error().code, ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(path()));
  start();
  store_.reset();
  EXPECT_TRUE(RocksChannelStore::open(only_existing));
}

TEST_F(RocksStore, ANewerFormatIsRefusedInClearWords) {
  start();
  store_.reset();
  overwrite_meta("mformat", std::string("\0\0\0\0\0\0\0\2", 8));
  const auto opened = RocksChannelStore::open(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::store_unavailable);
  EXPECT_NE(opened.error().text().find("newer version"), std::string::npos) << opened.error().text();
}

TEST_F(RocksStore, AnUnknownFamilyMeansANewerFormat) {
  start();
  store_.reset();
  {
    rocksdb::DB* raw = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DBOptions make;
    make.create_missing_column_families = true;
    ASSERT_TRUE(
        rocksdb::DB::Open(make, path(),
                          {{rocksdb::kDefaultColumnFamilyName, {}}, {"events", {}}, {"outcomes", {}}, {"media", {}}},
                          &handles, &raw)
            .ok());
    for (auto* handle : handles) raw->DestroyColumnFamilyHandle(handle);
    delete raw;
  }
  const auto opened = RocksChannelStore::open(options());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().text().find("newer version"), std::string::npos) << opened.error().text();
}

TEST_F(RocksStore, AForeignDatabaseIsNotTouched) {
  fs::create_directories(path());
  rocksdb::DB* raw = nullptr;
  rocksdb::Options make;
  make.create_if_missing = true;
  ASSERT_TRUE(rocksdb::DB::Open(make, path(), &raw).ok());
  ASSERT_TRUE(raw->Put({}, "someone", "else's").ok());
  delete raw;
  EXPECT_EQ(RocksChannelStore::open(options()).error().code, ErrorCode::damaged);
}

TEST_F(RocksStore, ReadOnlyLooksAtARunningStoreAndCannotWrite) {
  start();
  ASSERT_TRUE(put({.channel = channel_id(1), .events = {{1, "e"}}, .head = "h"}));
  RocksOptions looking = options();
  looking.read_only = true;
  auto reader = open_rocks(looking);
  StoreDriver reading(*reader, executor_);
  EXPECT_EQ(reading.read({.channels = {channel_id(1)}})->channels[0]->head, "h");
  EXPECT_EQ(reader->scan().value()->all_channels()->size(), 1U);
  EXPECT_EQ(reader->incarnation(), store_->incarnation());
  EXPECT_EQ(reading.take_over(7, 50).error().code, ErrorCode::store_unavailable);
  ASSERT_TRUE(put({.channel = channel_id(1), .head = "h2"}));
}

TEST_F(RocksStore, LookingAtAStoreUnderLoadSeesOneStateAndNoFalseDamage) {
  RocksOptions busy = options();
  busy.write_buffer_bytes = 128 << 10;  // flushes and compactions all the time
  busy.wal_bytes = 64 << 10;
  store_ = open_rocks(busy);
  // Some for each look: on a machine whose disk is faster than its processors nobody would ever see files that stay.
  constexpr Seq kPerLook = 100;
  std::mutex mutex;
  std::condition_variable_any more;
  Seq due = 0;
  const std::jthread writer([&](const std::stop_token& enough) {
    const std::string body(2'000, 'x');
    for (Seq seq = 1; !enough.stop_requested(); ++seq) {
      {
        std::unique_lock lock(mutex);
        if (!more.wait(lock, enough, [&] { return seq <= due; })) return;
      }
      ASSERT_TRUE(put({.channel = channel_id(1), .events = {{seq, body}}, .head = std::to_string(seq)}));
    }
  });
  RocksOptions looking = busy;
  looking.read_only = true;
  for (int n = 0; n < 15;) {
    {
      const std::lock_guard lock(mutex);
      due += kPerLook;
    }
    more.notify_one();
    const auto reader = RocksChannelStore::open(looking);
    // On a slow machine files come and go while it looks for them: then it says that, and may be asked again.
    if (!reader && reader.error().code == ErrorCode::overloaded) continue;
    ++n;
    ASSERT_TRUE(reader || reader.error().code == ErrorCode::not_found) << reader.error().text();
    if (!reader) continue;
    const auto scan = (*reader)->scan().value();
    const auto state = scan->read_now({.channels = {channel_id(1)}});
    ASSERT_TRUE(state) << state.error().text();
    if (!state->channels[0]) continue;
    const Seq head = std::stoull(state->channels[0]->head);
    const auto rows = scan->read_now({.events = {{channel_id(1), 1, UINT64_MAX, UINT32_MAX, UINT64_MAX, false}}});
    ASSERT_TRUE(rows) << rows.error().text();
    EXPECT_EQ(rows->events[0].size(), head);
    const auto files = (*reader)->verify_files();
    EXPECT_TRUE(files) << files.error().text();
  }
}

TEST_F(RocksStore, AStoreKeepsTheIncarnationItWasMadeWith) {
  RocksOptions made = options();
  made.incarnation = Incarnation(IdBytes{7});
  EXPECT_EQ(open_rocks(made)->incarnation(), made.incarnation);
  EXPECT_EQ(open_rocks(options())->incarnation(), made.incarnation);
}

TEST_F(RocksStore, TellsTheHighestEpochAfterARestart) {
  start();
  EXPECT_EQ(store_->highest_epoch(), 0U);
  ASSERT_TRUE(driver().take_over(3, 41));
  ASSERT_TRUE(driver().take_over(4, 12));
  EXPECT_EQ(store_->highest_epoch(), 41U);
  store_.reset();
  start();
  EXPECT_EQ(store_->highest_epoch(), 41U);
}

TEST_F(RocksStore, AFullReadQueueSaysOverloadedAndAnswersTheRest) {
  RocksOptions narrow = options();
  narrow.read_threads = 1;
  narrow.read_queue = 4;
  store_ = open_rocks(narrow);
  constexpr std::size_t kReads = 5000;
  std::size_t answered = 0;
  std::size_t refused = 0;
  for (std::size_t n = 0; n < kReads; ++n) {
    store_->read({.channels = {channel_id(1)}}, executor_, [&](Result<StoreAnswer> answer) {
      ++answered;
      if (!answer) {
        EXPECT_EQ(answer.error().code, ErrorCode::overloaded);
        ++refused;
      }
    });
  }
  ASSERT_TRUE(executor_.run_until([&] { return answered == kReads; }));
  EXPECT_LT(refused, kReads);
}

TEST_F(RocksStore, ClosingFinishesWhatWasAccepted) {
  start();
  ASSERT_TRUE(driver().take_over(7, 1));
  std::size_t good = 0;
  for (Position n = 1; n <= 100; ++n) {
    store_->commit({{.partition = 7, .epoch = 1, .position = n, .channels = {}}}, executor_,
                   [&](const auto& results) { good += results.at(0).has_value(); });
  }
  store_.reset();
  executor_.run_until_idle();
  EXPECT_EQ(good, 100U);
  start();
  EXPECT_EQ(driver().take_over(7, 2)->position, 100U);
}

TEST_F(RocksStore, TellsWhatAWriteTook) {
  std::vector<CommitSample> samples;
  RocksOptions watched = options();
  watched.on_commit = [&](const CommitSample& sample) { samples.push_back(sample); };
  store_ = open_rocks(watched);
  ASSERT_TRUE(put({.channel = channel_id(1), .events = {{1, "e"}}, .outcomes = {{account_id(1), send_id(1), "o"}}}));
  store_.reset();
  ASSERT_EQ(samples.size(), 2U);  // the take-over and the commit
  EXPECT_EQ(samples[1].batches, 1U);
  EXPECT_EQ(samples[1].keys, 3U);
  EXPECT_GT(samples[1].bytes, 100U);
  EXPECT_GE(samples[1].write, samples[1].sync);
  EXPECT_GT(samples[1].sync.count(), 0);
}

TEST_F(RocksStore, AScanHoldsUpReopening) {
  start();
  auto scan = store_->scan().value();
  EXPECT_FALSE(driver().reopen());
  EXPECT_TRUE(scan->all_channels());
  scan.reset();
  EXPECT_TRUE(driver().reopen());
  EXPECT_TRUE(store_->scan());
}

std::string random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST_F(RocksStore, ContentTakenOutLeavesTheFilesWhenPurged) {
  start();
  const std::string secret = random_bytes(30'000, 1);  // does not compress, so it stands in the files as it is
  const std::string kept = random_bytes(30'000, 2);
  const std::string probe = secret.substr(15'000, 64);
  ASSERT_TRUE(put({.channel = channel_id(1), .events = {{1, secret}, {2, kept}}}));
  ASSERT_TRUE(driver().reopen());  // moves it from the log into a table
  EXPECT_TRUE(files_hold(probe));
  ASSERT_TRUE(put({.channel = channel_id(1), .rewritten = {{1, "gone"}}}));
  EXPECT_TRUE(files_hold(probe));
  {
    const auto scan = store_->scan().value();
    EXPECT_EQ(store_->purge_rewritten().value(), 1U) << "a scan begun after the deletion needs nothing old";
  }
  EXPECT_FALSE(files_hold(probe));
  EXPECT_TRUE(files_hold(kept.substr(15'000, 64)));
  EXPECT_EQ(store_->purge_rewritten().value(), 0U);
  const auto rows = driver().read({.events = {{.channel = channel_id(1), .from = 1, .to = 2}}})->events[0];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].record, "gone");
}

TEST_F(RocksStore, ReactionsTakenOutLeaveTheFilesWithTheContent) {
  start();
  const std::string secret = random_bytes(30'000, 1);
  const std::string probe = secret.substr(15'000, 64);
  ASSERT_TRUE(put({.channel = channel_id(1), .events = {{1, "said"}}, .annotations = {{1, secret}}}));
  ASSERT_TRUE(driver().reopen());
  ASSERT_TRUE(put({.channel = channel_id(1), .rewritten = {{1, "gone"}}, .annotations = {{1, "none"}}}));
  EXPECT_TRUE(files_hold(probe));
  EXPECT_EQ(store_->purge_rewritten().value(), 1U);
  EXPECT_FALSE(files_hold(probe));
}

TEST_F(RocksStore, PurgingWaitsForAScanThatSeesTheContent) {
  start();
  const std::string secret = random_bytes(30'000, 1);
  ASSERT_TRUE(put({.channel = channel_id(1), .events = {{1, secret}}}));
  auto scan = store_->scan().value();
  ASSERT_TRUE(put({.channel = channel_id(1), .rewritten = {{1, "gone"}}}));
  EXPECT_EQ(store_->purge_rewritten().value(), 0U);
  EXPECT_EQ(scan->read_now({.events = {{.channel = channel_id(1), .from = 1, .to = 1}}})->events[0][0].record, secret);
  scan.reset();
  EXPECT_EQ(store_->purge_rewritten().value(), 1U);
  EXPECT_FALSE(files_hold(secret.substr(15'000, 64)));
}

TEST_F(RocksStore, PurgesByItselfWhenItIsTime) {
  RocksOptions soon = options();
  soon.purge_after = std::chrono::milliseconds(0);
  soon.purge_every = std::chrono::milliseconds(5);
  const std::string secret = random_bytes(30'000, 1);
  start();
  ASSERT_TRUE(put({.channel = channel_id(1), .events = {{1, secret}}}));
  ASSERT_TRUE(put({.channel = channel_id(1), .rewritten = {{1, "gone"}}}));
  store_.reset();
  store_ = open_rocks(soon);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (files_hold(secret.substr(15'000, 64)) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_FALSE(files_hold(secret.substr(15'000, 64)));
}

}  // namespace
}  // namespace parley::test
