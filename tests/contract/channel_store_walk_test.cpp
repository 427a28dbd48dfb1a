// Random walks over the RocksDB engine on a disk that fails: power that goes at any moment, torn writes, syncs that
// fail, no room, flipped bits. A model knows what was promised.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "contract/channel_store_rocksdb.hpp"
#include "contract/channel_store_suite.hpp"
#include "disk/fault_env.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kChannels = 6;
constexpr PartitionId kPartitions = 3;
constexpr int kSteps = 40;

/// How long the walks are: PARLEY_WALKS multiplies it.
std::uint64_t walks() {
  const char* asked = std::getenv("PARLEY_WALKS");
  return asked == nullptr ? 3 : std::strtoull(asked, nullptr, 10);
}
std::uint64_t first_seed() {
  const char* asked = std::getenv("PARLEY_WALK_SEED");
  return asked == nullptr ? 1 : std::strtoull(asked, nullptr, 10);
}

struct ModelChannel {
  std::vector<std::string> events;                // of seq 1, 2 …
  std::map<std::uint32_t, std::string> outcomes;  // by send_id
  std::string head;
};

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : chance_(seed) { open(); }
  ~Walk() { store_.reset(); }

  void step() {
    switch (chance_() % 12) {
      case 0:
        return lose_power(chance_() % 200);
      case 1:
        return lose_power(0);
      case 2:
        return fail_syncs();
      case 3:
        return run_full();
      case 4:
        store_.reset();
        return open();
      case 5:
        EXPECT_TRUE(driver().reopen());
        return take_over();
      default:
        for (auto n = chance_() % 8; n > 0; --n) post();
    }
  }

  void check() {
    for (std::uint32_t n = 0; n < kChannels; ++n) check_channel(n);
  }

  /// Every answer of a damaged store is what was promised, or says `damaged`.
  void flip_and_check() {
    if (chance_() % 2 == 0) {
      store_.reset();
    } else {
      // What was committed last lies in the log then.
      faults_.cut_power();
      store_.reset();
      faults_.start_again();
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.is_regular_file() && entry.file_size() > 0 && !entry.path().filename().string().starts_with("LOG"))
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    const fs::path file = files.at(chance_() % files.size());
    const auto at = static_cast<std::streamoff>(chance_() % fs::file_size(file));
    std::fstream raw(file, std::ios::in | std::ios::out | std::ios::binary);
    raw.seekg(at);
    const char byte = static_cast<char>(raw.get() ^ (1 << chance_() % 8));
    raw.seekp(at);
    raw.put(byte);
    raw.close();
    SCOPED_TRACE("byte " + std::to_string(at) + " of " + file.filename().string());
    auto opened = RocksChannelStore::open(options());
    if (!opened) {
      EXPECT_TRUE(opened.error().code == ErrorCode::damaged || opened.error().code == ErrorCode::store_unavailable);
      return;
    }
    store_ = std::move(*opened);
    for (std::uint32_t n = 0; n < kChannels; ++n) {
      for (Seq seq = 1; seq <= model_[n].events.size(); ++seq) {
        const auto found = driver().read({.events = {one(n, seq)}});
        ASSERT_TRUE(found) << found.error().text();
        ASSERT_EQ(found->events[0].size(), 1U) << "an event is missing without a word";
        const std::string& record = found->events[0][0].record;
        EXPECT_TRUE(record.empty() || record == model_[n].events[seq - 1]) << "seq " << seq;
      }
      const auto stored = driver().read({.channels = {id(n)}});
      if (stored && !model_[n].head.empty()) EXPECT_EQ(stored->channels[0]->head, model_[n].head);
    }
  }

 private:
  static ChannelId id(std::uint32_t n) { return channel_id(n + 1, n % kPartitions); }
  static EventRange one(std::uint32_t n, Seq seq) { return {.channel = id(n), .from = seq, .to = seq}; }
  std::string path() const { return directory_.path() + "/store"; }
  StoreDriver driver() { return {*store_, executor_}; }
  RocksOptions options() {
    RocksOptions options = small_rocks_options(path());
    options.env = faults_.env();
    options.write_buffer_bytes = 256 << 10;
    options.wal_bytes = 256 << 10;
    options.retry_full_every = std::chrono::milliseconds(0);
    return options;
  }

  void open() {
    auto opened = RocksChannelStore::open(options());
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
    take_over();
  }

  /// What a partition committed last is uncertain while its answer was: now the store says.
  void take_over() {
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      auto state = driver().take_over(partition, ++epoch_);
      for (int tries = 0; !state && state.error().code == ErrorCode::disk_full && tries < 3; ++tries) {
        state = driver().take_over(partition, ++epoch_);
      }
      ASSERT_TRUE(state) << state.error().text();
      auto& known = states_[partition];
      known.epoch = epoch_;
      if (state->position == known.position + 1 && uncertain_.contains(partition)) {
        apply(uncertain_.at(partition));
        ++known.position;
      }
      uncertain_.erase(partition);
      ASSERT_EQ(state->position, known.position) << "partition " << partition << " stands where nobody left it";
    }
  }

  void apply(const PartitionBatch& batch) {
    for (const ChannelBatch& channel : batch.channels) {
      ModelChannel& model = *of_.at(channel.channel);
      for (const EventRow& row : channel.events) model.events.push_back(row.record);
      for (const EventRow& row : channel.rewritten) model.events.at(row.seq - 1) = row.record;
      for (const OutcomeRow& row : channel.outcomes) model.outcomes[number_of(row.send_id)] = row.record;
      model.head = channel.head;
    }
  }
  std::uint32_t number_of(const SendId& id) const { return numbers_.at(id); }

  std::string bytes(std::size_t count) {
    std::string out(count, '\0');
    for (char& c : out) c = static_cast<char>(chance_());
    return out;
  }

  PartitionBatch next_batch(PartitionId partition) {
    PartitionBatch batch{.partition = partition,
                         .epoch = states_[partition].epoch,
                         .position = states_[partition].position + 1,
                         .channels = {}};
    for (std::uint32_t n = partition; n < kChannels; n += kPartitions) {
      if (chance_() % 3 == 0 && n >= kPartitions) continue;
      ModelChannel& model = model_[n];
      ChannelBatch channel{.channel = id(n)};
      Seq seq = model.events.size();
      for (auto count = 1 + chance_() % 3; count > 0; --count) {
        channel.events.push_back({++seq, bytes(20 + chance_() % 6000)});
        const std::uint32_t number = ++sends_;
        numbers_[send_id(number)] = number;
        channel.outcomes.push_back({account_id(n), send_id(number), "posted " + std::to_string(seq)});
      }
      if (!model.events.empty() && chance_() % 8 == 0) {
        channel.rewritten.push_back({1 + chance_() % model.events.size(), bytes(10)});
      }
      channel.head = std::to_string(seq);
      batch.channels.push_back(std::move(channel));
    }
    return batch;
  }

  /// Commits in every partition, or in one.
  ErrorCode post() {
    std::vector<PartitionBatch> batches;
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      if (chance_() % 3 > 0) batches.push_back(next_batch(partition));
    }
    if (batches.empty()) batches.push_back(next_batch(0));
    const auto results = driver().commit(batches);
    ErrorCode worst = ErrorCode::ok;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      if (results[i]) {
        apply(batches[i]);
        ++states_[batches[i].partition].position;
        continue;
      }
      worst = results[i].error().code;
      if (worst == ErrorCode::store_unavailable) uncertain_.try_emplace(batches[i].partition, batches[i]);
    }
    return worst;
  }

  void lose_power(std::uint64_t after) {
    faults_.cut_power_after(after);
    for (int n = 0; n < 200 && post() == ErrorCode::ok; ++n) {
    }
    faults_.cut_power();
    store_.reset();
    restore_power();
    // Now and then again while it is opened.
    while (chance_() % 2 == 0) {
      faults_.cut_power_after(chance_() % 60);
      auto opened = RocksChannelStore::open(options());
      if (!opened) EXPECT_NE(opened.error().code, ErrorCode::damaged) << opened.error().text();
      faults_.cut_power();
      if (opened) opened->reset();
      restore_power();
    }
    open();
  }
  void restore_power() { faults_.restore_power(chance_() % 4 == 0 ? nullptr : &chance_); }

  void fail_syncs() {
    faults_.switches().syncs_fail = true;
    ErrorCode code = ErrorCode::ok;
    for (auto n = chance_() % 3; n > 0; --n) code = post();
    if (code != ErrorCode::ok) {
      EXPECT_FALSE(driver().reopen());
      check();  // what was promised can be read, and nothing that is uncertain
    }
    faults_.switches().syncs_fail = false;
    // A flush that failed beside the commits may still have stopped it, or stop the next one.
    if (post() == ErrorCode::ok) return;
    if (chance_() % 2 == 0) return lose_power(0);
    ASSERT_TRUE(driver().reopen());
    take_over();
  }

  void run_full() {
    faults_.switches().room_bytes = chance_() % 40'000;
    ErrorCode code = ErrorCode::ok;
    for (int n = 0; n < 200 && code == ErrorCode::ok; ++n) code = post();
    EXPECT_TRUE(code == ErrorCode::disk_full || code == ErrorCode::store_unavailable) << error_info(code).name;
    if (code == ErrorCode::disk_full) check();
    if (chance_() % 3 == 0) return give_room_and([&] { lose_power(0); });
    give_room_and([&] {
      if (uncertain_.empty() && post() == ErrorCode::ok) return;
      ASSERT_TRUE(driver().reopen());
      take_over();
    });
  }
  template <class Then>
  void give_room_and(Then then) {
    faults_.switches().room_bytes = UINT64_MAX;
    then();
  }

  void check_channel(std::uint32_t n) {
    const ModelChannel& model = model_[n];
    StoreQuery query{.channels = {id(n)},
                     .events = {{.channel = id(n),
                                 .from = 1,
                                 .to = model.events.size() + 10,
                                 .max_events = 1'000'000,
                                 .max_bytes = UINT64_MAX,
                                 .newest_first = false}}};
    std::vector<std::string> outcomes;
    for (const auto& [number, record] : model.outcomes) {
      query.outcomes.push_back({id(n), account_id(n), send_id(number)});
      outcomes.push_back(record);
    }
    const auto answer = driver().read(query);
    ASSERT_TRUE(answer) << answer.error().text();
    ASSERT_EQ(answer->events[0].size(), model.events.size());
    for (std::size_t i = 0; i < model.events.size(); ++i) {
      EXPECT_EQ(answer->events[0][i].seq, i + 1);
      EXPECT_TRUE(answer->events[0][i].record == model.events[i]) << "seq " << i + 1;
    }
    for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(answer->outcomes[i], outcomes[i]);
    if (!model.head.empty()) EXPECT_EQ(answer->channels[0]->head, model.head);
  }

  std::mt19937_64 chance_;
  TemporaryDirectory directory_;
  FaultEnv faults_;
  ManualExecutor executor_;
  std::unique_ptr<RocksChannelStore> store_;
  Epoch epoch_ = 0;
  std::uint32_t sends_ = 0;
  std::map<SendId, std::uint32_t> numbers_;
  std::map<PartitionId, PartitionState> states_;
  std::map<PartitionId, PartitionBatch> uncertain_;
  std::array<ModelChannel, kChannels> model_;
  std::map<ChannelId, ModelChannel*> of_ = [this] {
    std::map<ChannelId, ModelChannel*> of;
    for (std::uint32_t n = 0; n < kChannels; ++n) of[id(n)] = &model_[n];
    return of;
  }();
};

TEST(RocksWalk, OnADiskThatFailsInEveryWayNothingPromisedIsLost) {
  for (std::uint64_t seed = first_seed(); seed < first_seed() + walks() && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("PARLEY_WALK_SEED=" + std::to_string(seed));
    Walk walk(seed);
    for (int step = 0; step < kSteps && !testing::Test::HasFailure(); ++step) {
      walk.step();
      if (!testing::Test::HasFailure()) walk.check();
    }
  }
}

TEST(RocksWalk, AFlippedBitAnywhereIsNeverServed) {
  for (std::uint64_t seed = first_seed(); seed < first_seed() + 2 * walks() && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("PARLEY_WALK_SEED=" + std::to_string(seed));
    Walk walk(seed);
    for (int step = 0; step < 6; ++step) walk.step();
    walk.flip_and_check();
  }
}

}  // namespace
}  // namespace parley::test
