// What is heard on the wire and must not be: SendWatch, ReceiptWatch and SessionEndWatch, a frame at a time. No seed
// breaks these orders.
#include <gtest/gtest.h>

#include "parley/errors.hpp"
#include "sim/receipt_watch.hpp"
#include "sim/send_watch.hpp"
#include "sim/session_end_watch.hpp"
#include "wire/frames.hpp"

namespace parley::sim {
namespace {

const std::string kChannel(ChannelId(IdBytes{7}).view());
const AccountId kMe(IdBytes{1});

/// One device and its connection; requests are numbered as the sends.
class Sends {
 public:
  std::string leaves(std::uint8_t send) {
    v1::ClientFrame frame;
    frame.set_request(send);
    frame.mutable_command()->set_channel_id(kChannel);
    frame.mutable_command()->set_send_id(std::string(id(send).view()));
    return watch_.asked(connection_, made_, frame);
  }
  std::string stored(std::uint8_t send, Seq seq) {
    v1::ServerFrame frame;
    frame.set_request(send);
    frame.mutable_outcome()->set_channel_id(kChannel);
    frame.mutable_outcome()->set_send_id(std::string(id(send).view()));
    frame.mutable_outcome()->set_seq(seq);
    return watch_.said(connection_, made_, kMe, frame);
  }
  std::string refused(std::uint8_t send, ErrorCode why) {
    v1::ServerFrame frame;
    frame.set_request(send);
    wire::from_error(why, *frame.mutable_error());
    return watch_.said(connection_, made_, kMe, frame);
  }
  void leaves_elsewhere(std::uint8_t send) { made_.leaves_elsewhere(id(send)); }
  void connect() { connection_ = {}; }

 private:
  static SendId id(std::uint8_t send) { return SendId(IdBytes{send}); }

  SendWatch watch_;
  SendWatch::Connection connection_;
  SendWatch::Made made_;
};

TEST(SendWatch, SendsThatAreStoredAsTheyLeftAreFine) {
  Sends sends;
  for (const std::uint8_t send : {1, 2, 3}) EXPECT_EQ(sends.leaves(send), "");
  // Their answers may come in any order.
  EXPECT_EQ(sends.stored(2, 5), "");
  EXPECT_EQ(sends.stored(1, 4), "");
  EXPECT_EQ(sends.stored(3, 9), "");
}

TEST(SendWatch, SendsThatAreStoredInAnotherOrderAreTold) {
  Sends sends;
  for (const std::uint8_t send : {1, 2, 3}) sends.leaves(send);
  EXPECT_EQ(sends.stored(1, 5), "");
  EXPECT_EQ(sends.stored(3, 6), "");
  EXPECT_EQ(sends.stored(2, 7), "P2: sends are stored in another order, seq 7");
}

TEST(SendWatch, WhatMayHaveComeByAnotherWayHasNoOrderHere) {
  Sends sends;
  sends.leaves(1);
  sends.connect();
  for (const std::uint8_t send : {2, 1, 3}) sends.leaves(send);
  EXPECT_EQ(sends.stored(2, 8), "");
  EXPECT_EQ(sends.stored(1, 9), "");
  sends.leaves_elsewhere(3);
  EXPECT_EQ(sends.stored(3, 4), "");
}

TEST(SendWatch, ASendThatGoesBeforeOneThatHasToComeAgainIsTold) {
  Sends sends;
  for (const std::uint8_t send : {1, 2, 3, 4}) sends.leaves(send);
  EXPECT_EQ(sends.stored(1, 5), "");
  EXPECT_EQ(sends.refused(2, ErrorCode::store_unavailable), "");
  EXPECT_EQ(sends.stored(3, 6), "");
  // It has, so what is behind it may follow.
  sends.leaves(2);
  EXPECT_EQ(sends.stored(4, 8), "");
  EXPECT_EQ(sends.stored(2, 7), "P2: a send is stored before one that has to come again, seq 6");
}

TEST(SendWatch, ASendThatWasRefusedItselfGoesBeforeNoneThatHasToComeAgainEither) {
  Sends sends;
  for (const std::uint8_t send : {1, 2}) sends.leaves(send);
  EXPECT_EQ(sends.refused(1, ErrorCode::overloaded), "");
  EXPECT_EQ(sends.refused(2, ErrorCode::overloaded), "");
  sends.leaves(2);
  EXPECT_EQ(sends.stored(2, 6), "");
  sends.leaves(1);
  EXPECT_EQ(sends.stored(1, 7), "P2: a send is stored before one that has to come again, seq 6");
}

TEST(SendWatch, WhatAnotherOwnerHadStoredBeforeItWasRefusedIsFine) {
  Sends sends;
  for (const std::uint8_t send : {1, 2}) sends.leaves(send);
  EXPECT_EQ(sends.refused(1, ErrorCode::overloaded), "");
  EXPECT_EQ(sends.stored(2, 6), "");
  sends.leaves(1);
  EXPECT_EQ(sends.stored(1, 5), "");
}

TEST(SendWatch, WhatIsRefusedForEverHoldsNothingUp) {
  Sends sends;
  for (const std::uint8_t send : {1, 2}) sends.leaves(send);
  sends.refused(1, ErrorCode::channel_unknown);
  EXPECT_EQ(sends.stored(2, 6), "");
}

std::string move(ReceiptWatch::Connection& connection, std::uint64_t request, Seq delivered, Duration at) {
  v1::ClientFrame frame;
  frame.set_request(request);
  frame.mutable_move_cursor()->set_channel_id(kChannel);
  frame.mutable_move_cursor()->set_delivered(delivered);
  return ReceiptWatch::asked(connection, frame, Duration(250), kNever + at);
}

void answer(ReceiptWatch::Connection& connection, std::uint64_t request) {
  v1::ServerFrame frame;
  frame.set_request(request);
  frame.mutable_registers();
  EXPECT_EQ(ReceiptWatch::said(connection, kMe, frame), "");
}

std::string ticks(ReceiptWatch::Connection& connection, Seq delivered) {
  v1::ServerFrame frame;
  frame.mutable_receipts_moved()->set_channel_id(kChannel);
  frame.mutable_receipts_moved()->set_delivered_by_all(delivered);
  return ReceiptWatch::said(connection, kMe, frame);
}

TEST(ReceiptWatch, ACursorIsToldOncePerInterval) {
  ReceiptWatch::Connection connection;
  EXPECT_EQ(move(connection, 1, 1, Duration(0)), "");
  EXPECT_EQ(move(connection, 2, 2, Duration(300)), "P5: a cursor is told before the last one is answered");
  answer(connection, 1);
  answer(connection, 2);
  EXPECT_EQ(move(connection, 3, 3, Duration(500)), "P5: a cursor is told again after 200 ms");
  answer(connection, 3);
  EXPECT_EQ(move(connection, 4, 4, Duration(750)), "");
}

TEST(ReceiptWatch, TicksAreToldWhenTheyMove) {
  ReceiptWatch::Connection connection;
  EXPECT_EQ(ticks(connection, 1), "");
  EXPECT_EQ(ticks(connection, 2), "");
  EXPECT_EQ(ticks(connection, 2), "P5: ticks are told that have not moved");
}

std::string joins(ReceiptWatch::Connection& connection, const AccountId& who) {
  v1::ServerFrame frame;
  frame.mutable_events()->set_channel_id(kChannel);
  auto& added = *frame.mutable_events()->add_events()->mutable_header()->mutable_members_added();
  added.add_members()->set_account(std::string(who.view()));
  return ReceiptWatch::said(connection, kMe, frame);
}

TEST(ReceiptWatch, WhoComesBackIsToldTicksAnew) {
  ReceiptWatch::Connection connection;
  ticks(connection, 2);
  EXPECT_EQ(joins(connection, kMe), "");
  EXPECT_EQ(ticks(connection, 2), "");
  EXPECT_EQ(joins(connection, AccountId(IdBytes{2})), "");
  EXPECT_EQ(ticks(connection, 2), "P5: ticks are told that have not moved");
}

/// A session that is told, at 0 s, that it ends at 60 s.
class SessionEnd : public testing::Test {
 protected:
  SessionEnd() { welcome(60); }
  void welcome(int ends) {
    v1::ServerFrame frame;
    frame.mutable_welcome()->set_session_ends(std::int64_t{ends} * 1000);
    EXPECT_EQ(SessionEndWatch::said(connection_, frame), "");
  }
  void looked(int from, int to) {
    for (int s = from; s <= to; ++s) SessionEndWatch::server_looked(connection_, kNever + std::chrono::seconds(s));
  }
  std::string event() {
    v1::ServerFrame frame;
    frame.mutable_events();
    return SessionEndWatch::said(connection_, frame);
  }
  std::string error() {
    v1::ServerFrame frame;
    frame.mutable_error();
    return SessionEndWatch::said(connection_, frame);
  }

 private:
  SessionEndWatch::Connection connection_;
};

TEST_F(SessionEnd, WhatIsToldLongAfterItIsTold) {
  looked(1, 79);
  EXPECT_EQ(event(), "");
  looked(80, 80);
  EXPECT_EQ(event(), "P9: something is told to a session whose token has ended");
  EXPECT_EQ(error(), "");
}

TEST_F(SessionEnd, ANewTokenPutsItOff) {
  looked(1, 59);
  welcome(120);
  looked(60, 139);
  EXPECT_EQ(event(), "");
  looked(140, 140);
  EXPECT_NE(event(), "");
}

TEST_F(SessionEnd, ServersClockThatJumpsBackPutsItOff) {
  looked(1, 79);
  looked(30, 79);
  EXPECT_EQ(event(), "");
}

}  // namespace
}  // namespace parley::sim
