// Bits that flip in what RocksDB writes at the end of: the list of files (MANIFEST) and the log. RocksDB takes some of
// them for writes that a loss of power cut short, and would open an older store without a word.
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "contract/channel_store_rocksdb.hpp"
#include "contract/channel_store_suite.hpp"
#include "disk/fault_env.hpp"
#include "engines/rocksdb/salvage.hpp"
#include "engines/rocksdb/torn_tail.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

constexpr Position kPosted = 30;
constexpr std::size_t kWritableOneIn = 101;  // bits

class RocksFlips : public testing::Test {
 protected:
  void SetUp() override {
    start();
    for (Position n = 1; n <= kPosted; ++n) {
      post(n);
      // So that the list of files has several records.
      if (n % 10 == 0 && n < kPosted) reopen();
    }
  }
  void TearDown() override { store_.reset(); }

  std::string path() const { return directory_.path() + "/store"; }
  RocksOptions options() const {
    RocksOptions options = small_rocks_options(path());
    options.env = faults_.env();
    return options;
  }
  void start() {
    store_ = open_rocks(options());
    epoch_ = StoreDriver{*store_, executor_}.take_over(7, store_->highest_epoch() + 1).value().epoch;
  }
  void reopen() {
    store_.reset();
    start();
  }
  void kill() {
    faults_.cut_power();
    store_.reset();
    faults_.restore_power();
  }
  void post(Position n) {
    const ChannelBatch channel{.channel = channel_id(1),
                               .events = {{n, "event " + std::to_string(n)}},
                               .outcomes = {{account_id(1), send_id(static_cast<std::uint32_t>(n)), "posted"}},
                               .head = std::to_string(n)};
    const PartitionBatch batch{.partition = 7, .epoch = epoch_, .position = n, .channels = {channel}};
    ASSERT_TRUE((StoreDriver{*store_, executor_}.commit(batch)));
  }

  fs::path list_of_files() const {
    std::string current;
    std::getline(std::ifstream(path() + "/CURRENT"), current);
    return fs::path(path()) / current;
  }
  fs::path log() const {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().extension() == ".log" && entry.file_size() > 0) newest = std::max(newest, entry.path());
    }
    return newest;
  }
  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }

  /// The head that is served; "": there is none. `damaged`, if that is what is said.
  std::string head_of(const fs::path& store, bool read_only) const {
    RocksOptions copy = options();
    copy.path = store;
    copy.create_if_missing = false;
    copy.read_only = read_only;
    copy.env = nullptr;
    auto opened = RocksChannelStore::open(copy);
    if (!opened) return std::string(error_info(opened.error().code).name);
    ManualExecutor executor;
    const auto found = StoreDriver{**opened, executor}.read({.channels = {channel_id(1)}});
    if (!found) return std::string(error_info(found.error().code).name);
    return found->channels[0] ? found->channels[0]->head : "";
  }

  /// Flips each bit of `file`, and looks what the store says then. Where it is opened for writing it is a copy of it.
  void flip_each_bit(const fs::path& file) {
    const std::string sound = read(file);
    const fs::path copy = directory_.path() + "/copy";
    for (std::size_t bit = 0; bit < sound.size() * 8 && !HasFailure(); ++bit) {
      SCOPED_TRACE("bit " + std::to_string(bit % 8) + " of byte " + std::to_string(bit / 8));
      std::string flipped = sound;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1U << bit % 8));
      write(file, flipped);
      EXPECT_EQ(head_of(path(), true), "damaged");
      if (bit % kWritableOneIn == 0) {
        fs::remove_all(copy);
        fs::copy(path(), copy, fs::copy_options::recursive);
        EXPECT_EQ(head_of(copy, false), "damaged");
      }
    }
    write(file, sound);
    EXPECT_EQ(head_of(path(), true), std::to_string(kPosted));
  }

  /// With one word about what was wrong.
  void expect_all_salvaged(bool left_out) {
    const std::string scratch = directory_.path() + "/salvage";
    std::vector<std::string> notes;
    {
      const auto salvage = RocksSalvage::open(path(), scratch, [&](std::string what, bool is_left_out) {
        EXPECT_EQ(is_left_out, left_out) << what;
        notes.push_back(std::move(what));
      });
      ASSERT_TRUE(salvage) << salvage.error().text();
      EXPECT_EQ(notes.size(), 1U);
      EXPECT_EQ((*salvage)->head(channel_id(1)).value(), std::to_string(kPosted));
      EXPECT_EQ((*salvage)->events(channel_id(1), 1, 1000).rows.size(), kPosted);
      EXPECT_EQ((*salvage)->outcomes(channel_id(1)).rows.size(), kPosted);
    }
    fs::remove_all(scratch);
  }

  TemporaryDirectory directory_;
  FaultEnv faults_;
  ManualExecutor executor_;
  std::unique_ptr<RocksChannelStore> store_;
  Epoch epoch_ = 0;
};

TEST_F(RocksFlips, NoBitOfTheListOfFilesOpensAnOlderStore) {
  store_.reset();
  flip_each_bit(list_of_files());
}

TEST_F(RocksFlips, NoBitOfALogOpensAnOlderStore) {
  kill();
  flip_each_bit(log());
}

TEST_F(RocksFlips, WhateverIsMissingOfTheEndIsNoFlip) {
  kill();
  for (const fs::path& file : {log(), list_of_files()}) {
    const std::string whole = read(file);
    const fs::path torn = directory_.path() + "/torn";
    for (std::size_t size = 0; size < whole.size(); ++size) {
      write(torn, whole.substr(0, size));
      EXPECT_NE(rocks::examine_log(torn).state, rocks::LogEnd::State::damaged) << size;
      write(torn, whole.substr(0, size) + std::string(whole.size() - size, '\0'));
      const rocks::LogEnd end = rocks::examine_log(torn);
      if (end.state != rocks::LogEnd::State::damaged) continue;
      // All that is missing of a record may be a single bit; flipped back, nothing is.
      ASSERT_TRUE(end.flip) << size << " and zeros";
      EXPECT_EQ(whole[end.flip->at], static_cast<char>(end.flip->mask)) << size << " and zeros";
    }
    write(torn, whole);
    EXPECT_EQ(rocks::examine_log(torn).state, rocks::LogEnd::State::sound);
  }
}

TEST_F(RocksFlips, DamageOfSeveralBytesBeforeReadableRecordsIsNoTornTail) {
  store_.reset();
  const fs::path file = list_of_files();
  std::string bytes = read(file);
  bytes.replace(4, 2, "\xF0\xF0");  // the length of the first record: beyond the end
  write(file, bytes);
  EXPECT_EQ(head_of(path(), true), "damaged");
}

TEST_F(RocksFlips, NoBitOfWhatNamesTheListOfFilesIsPassedOver) {
  store_.reset();
  flip_each_bit(fs::path(path()) / "CURRENT");
}

TEST_F(RocksFlips, ARepairFlipsTheBitBack) {
  store_.reset();
  for (const fs::path& file : {list_of_files(), fs::path(path()) / "CURRENT"}) {
    const std::string sound = read(file);
    std::string bytes = sound;
    bytes[bytes.size() - 3] ^= 4;
    write(file, bytes);
    expect_all_salvaged(false);
    EXPECT_EQ(read(file), bytes) << "the damaged store itself is left as it is";
    write(file, sound);
  }
}

TEST_F(RocksFlips, ARepairWithoutAListOfFilesReadsOnOverTablesThatWereMergedIntoOthers) {
  const auto merge = [&] {
    store_.reset();
    rocksdb::DB* raw = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, {}}, {"events", {}}, {"outcomes", {}}};
    ASSERT_TRUE(rocksdb::DB::Open({}, path(), families, &handles, &raw).ok());
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    for (auto* handle : handles) ASSERT_TRUE(raw->CompactRange(all, handle, nullptr, nullptr).ok());
    for (auto* handle : handles) raw->DestroyColumnFamilyHandle(handle);
    delete raw;
  };
  merge();
  // As a process leaves them that dies before it has deleted them.
  const fs::path before = directory_.path() + "/before";
  fs::copy(path(), before);
  merge();
  for (const auto& entry : fs::directory_iterator(before)) {
    if (entry.path().extension() == ".sst") fs::copy(entry.path(), path(), fs::copy_options::skip_existing);
  }
  fs::remove(list_of_files());
  expect_all_salvaged(true);
}

}  // namespace
}  // namespace parley::test
