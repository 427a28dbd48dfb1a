#include <limits>

#include "contract/channel_store_suite.hpp"

namespace parley::test {
namespace {

constexpr Seq kLastSeq = std::numeric_limits<Seq>::max();

class ChannelStoreRead : public ChannelStoreContract {};
INSTANTIATE_TEST_SUITE_P(Engines, ChannelStoreRead, testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

TEST_P(ChannelStoreRead, AnEmptyQueryHasAnEmptyAnswer) {
  const auto answer = driver().read({}).value();
  EXPECT_TRUE(answer.channels.empty());
  EXPECT_TRUE(answer.events.empty());
}

TEST_P(ChannelStoreRead, WhatIsMissingIsMissingAtItsIndex) {
  ASSERT_TRUE(put({.channel = channel_id(2),
                   .events = {{1, "e"}},
                   .outcomes = {{account_id(1), send_id(1), "o"}},
                   .head = "h",
                   .card = "c"}));
  const auto answer = driver()
                          .read({.channels = {channel_id(1), channel_id(2), channel_id(3)},
                                 .outcomes = {{channel_id(2), account_id(1), send_id(2)},
                                              {channel_id(2), account_id(1), send_id(1)},
                                              {channel_id(1), account_id(1), send_id(1)}},
                                 .summaries = {{channel_id(3), account_id(1)}, {channel_id(2), account_id(1)}},
                                 .events = {{.channel = channel_id(1), .from = 1, .to = 9},
                                            {.channel = channel_id(2), .from = 1, .to = 1}},
                                 .annotations = {{channel_id(2), 1, 9}}})
                          .value();
  EXPECT_FALSE(answer.channels[0]);
  EXPECT_TRUE(answer.channels[1]);
  EXPECT_FALSE(answer.channels[2]);
  EXPECT_EQ(answer.outcomes, (std::vector<std::optional<std::string>>{std::nullopt, "o", std::nullopt}));
  EXPECT_FALSE(answer.summaries[0]);
  ASSERT_TRUE(answer.summaries[1]);
  EXPECT_EQ(answer.summaries[1]->head, "h");
  EXPECT_EQ(answer.summaries[1]->card, "c");
  EXPECT_EQ(answer.summaries[1]->member, "");
  EXPECT_TRUE(answer.events[0].empty());
  EXPECT_EQ(answer.events[1].size(), 1U);
  EXPECT_TRUE(answer.annotations[0].empty());
}

TEST_P(ChannelStoreRead, APageKeepsTheUpperEndWhenNewestFirst) {
  put_events(channel_id(1), 100);
  EXPECT_EQ(seqs(events({.channel = channel_id(1), .from = 1, .to = 100, .max_events = 3})),
            (std::vector<Seq>{98, 99, 100}));
  EXPECT_EQ(seqs(events({.channel = channel_id(1), .from = 1, .to = 50, .max_events = 3})),
            (std::vector<Seq>{48, 49, 50}));
}

TEST_P(ChannelStoreRead, APageKeepsTheLowerEndOtherwise) {
  put_events(channel_id(1), 100);
  EXPECT_EQ(seqs(events({.channel = channel_id(1), .from = 40, .to = 100, .max_events = 3, .newest_first = false})),
            (std::vector<Seq>{40, 41, 42}));
}

TEST_P(ChannelStoreRead, RangesIncludeBothEndsAndNothingElse) {
  put_events(channel_id(1), 20);
  for (const bool newest_first : {true, false}) {
    EXPECT_EQ(seqs(events({.channel = channel_id(1), .from = 5, .to = 7, .newest_first = newest_first})),
              (std::vector<Seq>{5, 6, 7}));
    EXPECT_EQ(seqs(events({.channel = channel_id(1), .from = 20, .to = 20, .newest_first = newest_first})),
              (std::vector<Seq>{20}));
    EXPECT_EQ(seqs(events({.channel = channel_id(1), .from = 19, .to = kLastSeq, .newest_first = newest_first})),
              (std::vector<Seq>{19, 20}));
    EXPECT_EQ(seqs(events({.channel = channel_id(1), .from = 0, .to = 2, .newest_first = newest_first})),
              (std::vector<Seq>{1, 2}));
    EXPECT_TRUE(events({.channel = channel_id(1), .from = 7, .to = 5, .newest_first = newest_first}).empty());
    EXPECT_TRUE(events({.channel = channel_id(1), .from = 21, .to = 30, .newest_first = newest_first}).empty());
    EXPECT_TRUE(
        events({.channel = channel_id(1), .from = 1, .to = 20, .max_events = 0, .newest_first = newest_first}).empty());
  }
}

TEST_P(ChannelStoreRead, APageEndsBeforeItsBytesWouldBePassed) {
  put_events(channel_id(1), 20, 100);
  for (const bool newest_first : {true, false}) {
    const auto size = [&](std::uint64_t bytes) {
      return events({.channel = channel_id(1), .from = 1, .to = 20, .max_bytes = bytes, .newest_first = newest_first})
          .size();
    };
    EXPECT_EQ(size(300), 3U);
    EXPECT_EQ(size(399), 3U);
    EXPECT_EQ(size(400), 4U);
    EXPECT_EQ(size(100), 1U);
    EXPECT_EQ(size(1), 1U);
    EXPECT_EQ(size(0), 1U);
  }
}

TEST_P(ChannelStoreRead, ChannelsDoNotBleedIntoEachOther) {
  put_events(channel_id(1, 7), 3);
  put_events(channel_id(2, 7), 5);
  put_events(channel_id(3, 7), 2);
  ASSERT_TRUE(put({.channel = channel_id(1), .members = {{account_id(1), "m"}}, .annotations = {{2, "a"}}}));
  ASSERT_TRUE(put({.channel = channel_id(3), .members = {{account_id(9), "m"}}, .annotations = {{1, "a"}}}));
  for (const bool newest_first : {true, false}) {
    EXPECT_EQ(events({.channel = channel_id(2), .from = 0, .to = kLastSeq, .newest_first = newest_first}).size(), 5U);
    EXPECT_TRUE(events({.channel = channel_id(2), .from = 6, .to = kLastSeq, .newest_first = newest_first}).empty());
  }
  const auto answer = driver().read({.channels = {channel_id(2)}, .annotations = {{channel_id(2), 0, kLastSeq}}});
  EXPECT_FALSE(answer->channels[0]);
  EXPECT_TRUE(answer->annotations[0].empty());
}

TEST_P(ChannelStoreRead, IdsAtTheEndOfTheKeySpaceAreOrdinary) {
  IdBytes ones;
  ones.fill(0xFF);
  const ChannelId channel(ones);
  const AccountId account(ones);
  ASSERT_TRUE(put({.channel = channel,
                   .events = {{1, "a"}, {kLastSeq, "z"}},
                   .outcomes = {{account, SendId(ones), "o"}},
                   .head = "h",
                   .members = {{account, "m"}},
                   .annotations = {{kLastSeq, "n"}},
                   .joined = {account}}));
  EXPECT_EQ(seqs(events({.channel = channel, .from = 0, .to = kLastSeq})), (std::vector<Seq>{1, kLastSeq}));
  EXPECT_EQ(seqs(events({.channel = channel, .from = 0, .to = kLastSeq, .newest_first = false})),
            (std::vector<Seq>{1, kLastSeq}));
  const auto answer = driver().read({.channels = {channel}, .annotations = {{channel, 0, kLastSeq}}}).value();
  EXPECT_EQ(answer.channels[0]->members.size(), 1U);
  EXPECT_EQ(answer.annotations[0].size(), 1U);
  EXPECT_EQ(driver().channels_of(account).value(), std::vector{channel});
  EXPECT_EQ(scan()->all_channels().value(), std::vector{channel});
  EXPECT_EQ(scan()->outcomes_of(channel)->size(), 1U);
}

TEST_P(ChannelStoreRead, AnnotationsOfARangeComeAscending) {
  ChannelBatch batch{.channel = channel_id(1)};
  for (const Seq target : {300, 2, 256, 255, 1}) batch.annotations.push_back({target, std::to_string(target)});
  ASSERT_TRUE(put(batch));
  const auto answer = driver().read({.annotations = {{channel_id(1), 2, 256}}}).value();
  ASSERT_EQ(answer.annotations[0].size(), 3U);
  EXPECT_EQ(answer.annotations[0][0].target, 2U);
  EXPECT_EQ(answer.annotations[0][1].target, 255U);
  EXPECT_EQ(answer.annotations[0][2].record, "256");
}

TEST_P(ChannelStoreRead, ThousandsOfOutcomesAreAnsweredInOneCall) {
  ChannelBatch batch{.channel = channel_id(1)};
  for (std::uint32_t n = 0; n < 3000; n += 3)
    batch.outcomes.push_back({account_id(n % 7), send_id(n), std::to_string(n)});
  ASSERT_TRUE(put(batch));
  StoreQuery query;
  for (std::uint32_t n = 3000; n-- > 0;) query.outcomes.push_back({channel_id(1), account_id(n % 7), send_id(n)});
  query.outcomes.push_back(query.outcomes.front());
  const auto answer = driver().read(query).value();
  ASSERT_EQ(answer.outcomes.size(), 3001U);
  for (std::uint32_t n = 0; n < 3000; ++n) {
    const auto& record = answer.outcomes[2999 - n];
    ASSERT_EQ(record.has_value(), n % 3 == 0) << n;
    if (record) EXPECT_EQ(*record, std::to_string(n));
  }
  EXPECT_EQ(answer.outcomes.front(), answer.outcomes.back());
}

TEST_P(ChannelStoreRead, AnAccountsChannelsComeAscendingAndOnlyTheirs) {
  for (const std::uint32_t n : {5, 1, 3}) {
    ASSERT_TRUE(put({.channel = channel_id(n, n), .joined = {account_id(2), account_id(n + 10)}}));
  }
  EXPECT_EQ(driver().channels_of(account_id(2)).value(),
            (std::vector{channel_id(1, 1), channel_id(3, 3), channel_id(5, 5)}));
  EXPECT_EQ(driver().channels_of(account_id(13)).value(), std::vector{channel_id(3, 3)});
  EXPECT_TRUE(driver().channels_of(account_id(1)).value().empty());
}

TEST_P(ChannelStoreRead, AScanSeesOneMoment) {
  put_events(channel_id(2), 3);
  ASSERT_TRUE(put({.channel = channel_id(1),
                   .outcomes = {{account_id(2), send_id(1), "b"}, {account_id(1), send_id(9), "a"}},
                   .head = "h"}));
  ASSERT_TRUE(put({.channel = channel_id(2), .head = "before"}));
  const auto before = scan();
  ASSERT_TRUE(put({.channel = channel_id(2), .events = {{4, "late"}}, .head = "after"}));
  ASSERT_TRUE(put({.channel = channel_id(3), .head = "late"}));
  EXPECT_EQ(before->all_channels().value(), (std::vector{channel_id(1), channel_id(2)}));
  const auto answer =
      before->read_now({.channels = {channel_id(2)}, .events = {{.channel = channel_id(2), .from = 1, .to = 9}}});
  EXPECT_EQ(answer->channels[0]->head, "before");
  EXPECT_EQ(answer->events[0].size(), 3U);
  const auto outcomes = before->outcomes_of(channel_id(1)).value();
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[0].account, account_id(1));
  EXPECT_EQ(outcomes[1].record, "b");
  EXPECT_EQ(scan()->all_channels()->size(), 3U);
}

TEST_P(ChannelStoreRead, AnAnswerIsOfOneMoment) {
  // Head and event are committed together, so no answer may hold a head without its event.
  (void)driver().take_over(7, 1);
  constexpr Position kCommits = 100;
  std::size_t done = 0;
  std::size_t torn = 0;
  for (Position n = 1; n <= kCommits; ++n) {
    ChannelBatch channel{.channel = channel_id(1), .events = {{n, "event"}}, .head = std::to_string(n)};
    store().commit({{.partition = 7, .epoch = 1, .position = n, .channels = {channel}}}, executor_,
                   [&](const auto&) { ++done; });
    store().read({.channels = {channel_id(1)},
                  .events = {{.channel = channel_id(1), .from = 1, .to = kLastSeq, .max_events = 1}}},
                 executor_, [&](Result<StoreAnswer> answer) {
                   ++done;
                   const auto& channel_now = answer->channels.at(0);
                   const Seq head = channel_now ? std::stoull(channel_now->head) : 0;
                   const Seq last = answer->events.at(0).empty() ? 0 : answer->events[0][0].seq;
                   if (head != last) ++torn;
                 });
  }
  ASSERT_TRUE(executor_.run_until([&] { return done == 2 * kCommits; }));
  EXPECT_EQ(torn, 0U);
}

}  // namespace
}  // namespace parley::test
