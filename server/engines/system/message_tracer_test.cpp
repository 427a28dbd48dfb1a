#include "engines/system/message_tracer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley {
namespace {

template <class AnyId>
AnyId id(std::uint8_t number) {
  IdBytes bytes{};
  bytes[15] = number;
  return AnyId(bytes);
}

std::string stages(const MessageTracer::Seen& seen) {
  std::string all;
  for (const TraceStep& step : seen.steps) all += (all.empty() ? "" : " ") + std::string(step.stage);
  return all;
}

class Tracing : public testing::Test {
 protected:
  void commit(std::uint8_t send, Seq seq) { tracer_.committed(id<SendId>(send), channel_, seq); }

  MessageTracer tracer_;
  ChannelId channel_ = id<ChannelId>(9);
  AccountId anna_ = id<AccountId>(1), bert_ = id<AccountId>(2);
};

TEST_F(Tracing, OnlyWhatIsFollowedIsRememberedAndNothingIsArmedWithoutIt) {
  EXPECT_FALSE(tracer_.armed());
  const auto number = tracer_.follow(id<SendId>(1), AccountId{});
  EXPECT_TRUE(tracer_.armed());
  tracer_.received(id<SendId>(2), anna_);
  tracer_.received(id<SendId>(1), anna_);
  tracer_.reached(id<SendId>(1), TraceStage::queued);
  tracer_.reached(id<SendId>(2), TraceStage::queued);
  EXPECT_EQ(stages(tracer_.look(*number, 0)), "received queued");
  EXPECT_EQ(stages(tracer_.look(*number, 1)), "queued");
  tracer_.forget(*number);
  EXPECT_FALSE(tracer_.armed());
  EXPECT_EQ(stages(tracer_.look(*number, 0)), "");
}

TEST_F(Tracing, TheNextSendOfAnAccountIsFollowedAndNoLaterOne) {
  const auto number = tracer_.follow(SendId{}, anna_);
  tracer_.received(SendId{}, anna_);  // a job's
  tracer_.reached(SendId{}, TraceStage::queued);
  tracer_.received(id<SendId>(1), bert_);
  tracer_.received(id<SendId>(2), anna_);
  tracer_.received(id<SendId>(3), anna_);
  EXPECT_EQ(stages(tracer_.look(*number, 0)), "received");
  EXPECT_EQ(tracer_.look(*number, 0).send_id, id<SendId>(2));
}

TEST_F(Tracing, EachSessionAndMemberIsToldOnceAndFromTheEventOn) {
  const auto number = tracer_.follow(id<SendId>(1), AccountId{});
  tracer_.pushed(channel_, 7, 70, anna_);  // before it was committed: another event
  commit(1, 5);
  tracer_.pushed(channel_, 4, 70, anna_);
  tracer_.pushed(id<ChannelId>(8), 5, 70, anna_);
  tracer_.flushed(70);
  tracer_.pushed(channel_, 6, 70, anna_);  // in one frame with the next
  tracer_.pushed(channel_, 7, 70, anna_);
  tracer_.flushed(70);
  tracer_.flushed(70);
  tracer_.moved(channel_, bert_, 4, 0);
  tracer_.moved(channel_, bert_, 5, 0);
  tracer_.moved(channel_, bert_, 6, 6);
  const auto seen = tracer_.look(*number, 0);
  EXPECT_EQ(stages(seen), "committed pushed flushed delivered read");
  EXPECT_EQ(seen.steps[2].account, anna_);
  EXPECT_EQ(seen.steps[3].account, bert_);
  EXPECT_EQ(seen.seq, 5U);
}

TEST_F(Tracing, ARefusalIsToldAsOne) {
  const auto number = tracer_.follow(id<SendId>(1), AccountId{});
  commit(1, 0);
  tracer_.pushed(channel_, 5, 70, anna_);
  EXPECT_EQ(stages(tracer_.look(*number, 0)), "refused");
}

TEST_F(Tracing, MemoryIsBounded) {
  const auto number = tracer_.follow(id<SendId>(1), AccountId{});
  commit(1, 1);
  for (std::uint64_t session = 1; session <= 2 * MessageTracer::kMostSteps; ++session) {
    tracer_.pushed(channel_, 1, session, anna_);
  }
  EXPECT_EQ(tracer_.look(*number, 0).steps.size(), MessageTracer::kMostSteps);
  for (std::size_t i = 1; i < MessageTracer::kMostFollowed; ++i)
    ASSERT_TRUE(tracer_.follow(id<SendId>(2), AccountId{}));
  EXPECT_FALSE(tracer_.follow(id<SendId>(2), AccountId{}));
  tracer_.forget(*number);
  EXPECT_TRUE(tracer_.follow(id<SendId>(2), AccountId{}));
}

}  // namespace
}  // namespace parley
