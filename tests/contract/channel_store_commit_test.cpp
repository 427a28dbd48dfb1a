#include <algorithm>

#include "contract/channel_store_suite.hpp"

namespace parley::test {
namespace {

class ChannelStoreCommit : public ChannelStoreContract {};
INSTANTIATE_TEST_SUITE_P(Engines, ChannelStoreCommit, testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

ChannelBatch full_batch(ChannelId channel) {
  return {.channel = channel,
          .events = {{1, "first"}, {2, "second"}},
          .rewritten = {},
          .outcomes = {{account_id(1), send_id(1), "posted 1"}, {account_id(2), send_id(1), "posted 2"}},
          .head = "head 2",
          .card = "card",
          .members = {{account_id(1), "one"}, {account_id(2), "two"}},
          .annotations = {{1, "liked"}},
          .joined = {account_id(1), account_id(2)}};
}

StoreQuery query_all(ChannelId channel) {
  return {.channels = {channel},
          .outcomes = {{channel, account_id(1), send_id(1)}, {channel, account_id(2), send_id(1)}},
          .summaries = {{channel, account_id(1)}},
          .events = {{.channel = channel, .from = 1, .to = 10}},
          .annotations = {{channel, 1, 10}}};
}

void expect_full(const StoreAnswer& answer) {
  ASSERT_TRUE(answer.channels.at(0));
  EXPECT_EQ(answer.channels[0]->head, "head 2");
  EXPECT_EQ(answer.channels[0]->card, "card");
  ASSERT_EQ(answer.channels[0]->members.size(), 2U);
  EXPECT_EQ(answer.channels[0]->members[1].account, account_id(2));
  EXPECT_EQ(answer.channels[0]->members[1].record, "two");
  EXPECT_EQ(answer.outcomes, (std::vector<std::optional<std::string>>{"posted 1", "posted 2"}));
  ASSERT_TRUE(answer.summaries.at(0));
  EXPECT_EQ(answer.summaries[0]->member, "one");
  ASSERT_EQ(seqs(answer.events.at(0)), (std::vector<Seq>{1, 2}));
  EXPECT_EQ(answer.events[0][1].record, "second");
  ASSERT_EQ(answer.annotations.at(0).size(), 1U);
  EXPECT_EQ(answer.annotations[0][0].record, "liked");
}

TEST_P(ChannelStoreCommit, EverythingIsSeenAfterCompletion) {
  ASSERT_TRUE(put(full_batch(channel_id(1))));
  expect_full(driver().read(query_all(channel_id(1))).value());
  EXPECT_EQ(driver().channels_of(account_id(2)).value(), std::vector{channel_id(1)});
}

TEST_P(ChannelStoreCommit, EverythingSurvivesARestart) {
  const Incarnation before = store().incarnation();
  ASSERT_TRUE(put(full_batch(channel_id(1))));
  restart();
  expect_full(driver().read(query_all(channel_id(1))).value());
  EXPECT_EQ(driver().channels_of(account_id(2)).value(), std::vector{channel_id(1)});
  EXPECT_EQ(store().incarnation(), before);
  EXPECT_FALSE(before.is_nil());
}

TEST_P(ChannelStoreCommit, KeysSetAgainAreReplacedAndOthersStay) {
  ASSERT_TRUE(put(full_batch(channel_id(1))));
  ASSERT_TRUE(put({.channel = channel_id(1),
                   .events = {{3, "third"}},
                   .rewritten = {{1, "erased"}},
                   .outcomes = {},
                   .head = "head 3",
                   .card = "",
                   .members = {{account_id(2), "two again"}},
                   .annotations = {{1, "liked twice"}},
                   .joined = {account_id(1)}}));
  const auto answer = driver().read(query_all(channel_id(1))).value();
  EXPECT_EQ(answer.channels[0]->head, "head 3");
  EXPECT_EQ(answer.channels[0]->card, "card");
  EXPECT_EQ(answer.channels[0]->members[0].record, "one");
  EXPECT_EQ(answer.channels[0]->members[1].record, "two again");
  EXPECT_EQ(answer.annotations[0][0].record, "liked twice");
  ASSERT_EQ(seqs(answer.events[0]), (std::vector<Seq>{1, 2, 3}));
  EXPECT_EQ(answer.events[0][0].record, "erased");
  EXPECT_EQ(answer.outcomes[0], "posted 1");
  EXPECT_EQ(driver().channels_of(account_id(1)).value().size(), 1U);
}

TEST_P(ChannelStoreCommit, BatchesOfOneCallAreAnsweredOneByOneInOrder) {
  auto a = next_batch(1, {{.channel = channel_id(1, 1), .head = "a"}});
  auto stale = next_batch(2, {{.channel = channel_id(2, 2), .head = "b"}});
  stale.epoch = 0;
  auto c = next_batch(3, {{.channel = channel_id(3, 3), .head = "c"}});
  const auto results = driver().commit({a, stale, c});
  ASSERT_EQ(results.size(), 3U);
  EXPECT_TRUE(results[0]);
  EXPECT_EQ(results[1].error().code, ErrorCode::stale_owner);
  EXPECT_TRUE(results[2]);
  const auto answer = driver().read({.channels = {channel_id(1, 1), channel_id(2, 2), channel_id(3, 3)}}).value();
  EXPECT_TRUE(answer.channels[0]);
  EXPECT_FALSE(answer.channels[1]);
  EXPECT_TRUE(answer.channels[2]);
}

TEST_P(ChannelStoreCommit, ARefusedBatchLeavesNothingBehind) {
  ASSERT_TRUE(driver().take_over(7, 5));
  PartitionBatch batch{.partition = 7, .epoch = 4, .position = 1, .channels = {full_batch(channel_id(1))}};
  EXPECT_EQ(driver().commit(batch).error().code, ErrorCode::stale_owner);
  const auto answer = driver().read(query_all(channel_id(1))).value();
  EXPECT_FALSE(answer.channels[0]);
  EXPECT_FALSE(answer.outcomes[0]);
  EXPECT_FALSE(answer.summaries[0]);
  EXPECT_TRUE(answer.events[0].empty());
  EXPECT_TRUE(answer.annotations[0].empty());
  EXPECT_TRUE(driver().channels_of(account_id(1)).value().empty());
  EXPECT_EQ(scan()->partition_state(7)->position, 0U);
}

TEST_P(ChannelStoreCommit, AnEmptyCallCompletes) {
  EXPECT_TRUE(driver().commit(std::vector<PartitionBatch>{}).empty());
}

TEST_P(ChannelStoreCommit, ABatchWithoutChannelsMovesThePosition) {
  ASSERT_TRUE(driver().commit(next_batch(9, {})));
  EXPECT_EQ(scan()->partition_state(9)->position, 1U);
}

TEST_P(ChannelStoreCommit, CallsCommitAndCompleteInTheOrderCalled) {
  constexpr std::uint32_t kCalls = 200;
  (void)driver().take_over(7, 1);
  std::vector<std::uint32_t> order;
  std::size_t failed = 0;
  for (std::uint32_t i = 1; i <= kCalls; ++i) {
    ChannelBatch channel{.channel = channel_id(1), .events = {{i, "event"}}, .head = std::to_string(i)};
    store().commit({{.partition = 7, .epoch = 1, .position = i, .channels = {channel}}}, executor_,
                   [&, i](std::vector<Result<void>> results) {
                     order.push_back(i);
                     if (!results.at(0)) ++failed;
                   });
  }
  ASSERT_TRUE(executor_.run_until([&] { return order.size() == kCalls; }));
  EXPECT_EQ(failed, 0U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(driver().read({.channels = {channel_id(1)}}).value().channels[0]->head, std::to_string(kCalls));
  EXPECT_EQ(scan()->partition_state(7)->position, kCalls);
}

TEST_P(ChannelStoreCommit, AReadFromACompletionSeesTheCommit) {
  (void)driver().take_over(7, 1);
  std::optional<std::string> head;
  store().commit({{.partition = 7, .epoch = 1, .position = 1, .channels = {{.channel = channel_id(1), .head = "new"}}}},
                 executor_, [&](std::vector<Result<void>>) {
                   store().read({.channels = {channel_id(1)}}, executor_,
                                [&](Result<StoreAnswer> answer) { head = answer->channels.at(0)->head; });
                 });
  ASSERT_TRUE(executor_.run_until([&] { return head.has_value(); }));
  EXPECT_EQ(head, "new");
}

TEST_P(ChannelStoreCommit, AMebibyteRecordComesBackWhole) {
  std::string record(1 << 20, '\0');
  for (std::size_t i = 0; i < record.size(); ++i) record[i] = static_cast<char>(i * 2654435761U >> 13);
  ASSERT_TRUE(put({.channel = channel_id(1), .events = {{1, record}}}));
  restart();
  const auto rows = events({.channel = channel_id(1), .from = 1, .to = 1, .max_bytes = 1});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].record == record);
}

TEST_P(ChannelStoreCommit, AThousandMembersComeBackAscending) {
  ChannelBatch batch{.channel = channel_id(1), .head = "h"};
  for (std::uint32_t n = 1000; n > 0; --n) {
    batch.members.push_back({account_id(n), std::to_string(n)});
    batch.joined.push_back(account_id(n));
  }
  ASSERT_TRUE(put(batch));
  const auto answer = driver().read({.channels = {channel_id(1)}}).value();
  const auto& members = answer.channels[0]->members;
  ASSERT_EQ(members.size(), 1000U);
  for (std::uint32_t n = 1; n <= 1000; ++n) {
    EXPECT_EQ(members[n - 1].account, account_id(n));
    EXPECT_EQ(members[n - 1].record, std::to_string(n));
  }
}

}  // namespace
}  // namespace parley::test
