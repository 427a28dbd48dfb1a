#include <gtest/gtest.h>

#include <thread>

#include "gateway/server_for_test.hpp"

namespace parley {
namespace {

using test::TestClient;
using test::TestServer;
using Op = WebSocketOpcode;

std::string masked(Op opcode, std::string_view payload, bool final = true) {
  std::string bytes;
  append_masked_web_socket_frame(bytes, opcode, payload, {9, 8, 7, 6}, final);
  return bytes;
}

TEST(GatewayWebSocket, EchoesTextAndBinaryOfAllSizes) {
  TestServer server;
  auto client = TestClient::web_socket(server.port());
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 5000UL, 65535UL, 65536UL, 100'000UL}) {
    const std::string payload(size, 'x');
    client.send_frame(Op::text, payload);
    EXPECT_EQ(client.read_frame(), "text:" + payload);
    client.send_frame(Op::binary, payload);
    EXPECT_EQ(client.read_frame(), "binary:" + payload);
  }
  server.journal.wait_for("drained");
  EXPECT_GE(server.journal.count("heard"), 1U);
}

TEST(GatewayWebSocket, FramesSentWithTheHandshakeAreNotLost) {
  TestServer server;
  TestClient client(server.port());
  client.send(
      "GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      masked(Op::text, "hello") + masked(Op::text, "early").substr(0, 8));
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_frame(), "text:hello");
  client.send(masked(Op::text, "early").substr(8));
  EXPECT_EQ(client.read_frame(), "text:early");
}

TEST(GatewayWebSocket, FragmentsWithAPingBetweenThemAreOneMessage) {
  TestServer server;
  auto client = TestClient::web_socket(server.port());
  client.send(masked(Op::text, "one ", false) + masked(Op::ping, "p") + masked(Op::continuation, "two"));
  EXPECT_EQ(client.read_frame(), "pong:p");
  EXPECT_EQ(client.read_frame(), "text:one two");
}

TEST(GatewayWebSocket, PeersCloseIsAnsweredAndTheSocketCloses) {
  TestServer server;
  auto client = TestClient::web_socket(server.port());
  client.send_frame(Op::close,
                    "\x03\xE8"
                    "bye");
  EXPECT_EQ(client.read_frame(), "close:1000");
  EXPECT_EQ(client.read_frame(), "end");
  server.journal.wait_for("closed");
  EXPECT_TRUE(server.gateway->wait_until_closed(Duration(10'000)));
  EXPECT_EQ(server.journal.count("closed"), 1U);
}

TEST(GatewayWebSocket, SessionsCloseWaitsForThePeers) {
  TestServer server;
  auto client = TestClient::web_socket(server.port());
  client.send_frame(Op::text, "close");
  EXPECT_EQ(client.read_frame(), "close:4001");
  client.send_frame(Op::text, "ignored");
  client.send_frame(Op::close, "\x0F\xA1");
  EXPECT_EQ(client.read_frame(), "end");
  server.journal.wait_for("closed");
  EXPECT_EQ(server.journal.count("closed"), 1U);
}

TEST(GatewayWebSocket, PeerThatDoesNotFinishTheCloseIsDropped) {
  TestServer server;
  auto client = TestClient::web_socket(server.port());
  client.send_frame(Op::text, "close");
  EXPECT_EQ(client.read_frame(), "close:4001");
  server.clock.advance(6'000);
  EXPECT_EQ(client.read_frame(), "end");
  server.journal.wait_for("closed");
}

TEST(GatewayWebSocket, BreachesCloseWithTheirCode) {
  TestServer server;
  const auto outcome = [&](const std::string& bytes) {
    auto client = TestClient::web_socket(server.port());
    client.send(bytes);
    const std::string frame = client.read_frame();
    client.end();
    EXPECT_EQ(client.read_frame(), "end");
    return frame;
  };
  EXPECT_EQ(outcome(masked(Op::continuation, "x")), "close:1002");
  EXPECT_EQ(outcome(std::string("\x81\x01x")), "close:1002");
  EXPECT_EQ(outcome(std::string("\xC1\x80\0\0\0\0", 6)), "close:1002");
  EXPECT_EQ(outcome(masked(Op::text, "\xC3\x28")), "close:1007");
  EXPECT_EQ(outcome(masked(Op::binary, std::string(100'001, 'x'))), "close:1009");
  server.journal.wait_for("closed", 5);
}

TEST(GatewayWebSocket, BeforeHelloLessIsAllowed) {
  TestServer server;
  auto one = TestClient::web_socket(server.port(), false);
  one.send_frame(Op::text, std::string(8193, 'x'));
  EXPECT_EQ(one.read_frame(), "close:1009");
  auto many = TestClient::web_socket(server.port(), false);
  for (int i = 0; i < 9; ++i) many.send_frame(Op::text, std::string(1000, 'x'));
  std::string frame;
  do {
    frame = many.read_frame();
  } while (frame.starts_with("text:"));
  EXPECT_EQ(frame, "close:1009");
}

TEST(GatewayWebSocket, NoHelloInTimeClosesWith4408) {
  TestServer server;
  auto client = TestClient::web_socket(server.port(), false);
  server.clock.advance(11'000);
  EXPECT_EQ(client.read_frame(), "close:4408");
  server.journal.wait_for("closed");
}

TEST(GatewayWebSocket, SilentPeerIsPingedAndADeadOneIsDropped) {
  TestServer server;
  auto client = TestClient::web_socket(server.port());
  server.clock.advance(31'000);
  EXPECT_EQ(client.read_frame(), "ping:");
  client.send_frame(Op::pong, "");
  client.send_frame(Op::text, "alive");
  EXPECT_EQ(client.read_frame(), "text:alive");
  server.clock.advance(31'000);
  EXPECT_EQ(client.read_frame(), "ping:");
  server.clock.advance(15'000);
  EXPECT_EQ(client.read_frame(), "end");
  server.journal.wait_for("closed");
}

TEST(GatewayWebSocket, ClientThatNeverReadsDisturbsNobody) {
  TestServer server({}, 1);
  auto deaf = TestClient::web_socket(server.port());
  for (int i = 0; i < 16; ++i) deaf.send_frame(Op::text, "drown");
  server.journal.wait_for("queued");
  auto other = TestClient::web_socket(server.port());
  for (int i = 0; i < 100; ++i) {
    other.send_frame(Op::text, std::to_string(i));
    ASSERT_EQ(other.read_frame(), "text:" + std::to_string(i));
  }
  // It hears everything when it reads after all.
  for (int i = 0; i < 64; ++i) ASSERT_EQ(deaf.read_frame().size(), 5U + (1U << 20U)) << i;
}

TEST(GatewayWebSocket, PingsOfAPeerThatDoesNotReadAreNotHoarded) {
  TestServer server({}, 1);
  auto client = TestClient::web_socket(server.port());
  client.send_frame(Op::text, "drown");
  server.journal.wait_for("queued");
  std::string pings;
  for (int i = 0; i < 10'000; ++i) pings += masked(Op::ping, std::string(100, 'p'));
  client.send(pings);
  client.send_frame(Op::text, "end");
  std::size_t pongs = 0;
  std::string frame;
  while ((frame = client.read_frame()) != "text:end") pongs += frame.starts_with("pong") ? 1 : 0;
  EXPECT_LT(pongs, 10'000U);
}

TEST(GatewayWebSocket, ManyConnectionsComeAndGo) {
  TestServer server;
  constexpr int kRounds = 20;
  constexpr int kEach = 25;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<TestClient> clients;
    for (int i = 0; i < kEach; ++i) clients.push_back(TestClient::web_socket(server.port()));
    for (auto& client : clients) {
      client.send_frame(Op::text, "x");
      ASSERT_EQ(client.read_frame(), "text:x");
    }
    for (int i = 0; i < kEach; i += 2) clients[static_cast<std::size_t>(i)].send_frame(Op::close, "");
  }
  EXPECT_TRUE(server.gateway->wait_until_closed(Duration(10'000)));
  server.journal.wait_for("closed", kRounds * kEach);
  EXPECT_EQ(server.journal.count("closed"), static_cast<std::size_t>(kRounds * kEach));
  EXPECT_EQ(server.metrics.gauge("parley_connections", "", {{"state", "established"}}).value(), 0);
  EXPECT_EQ(server.metrics.gauge("parley_connections", "", {{"state", "greeting"}}).value(), 0);
  EXPECT_EQ(server.metrics.gauge("parley_connections", "", {{"state", "http"}}).value(), 0);
}

TEST(GatewayWebSocket, DrainTellsEveryoneAndDropsTheStubborn) {
  TestServer server;
  auto polite = TestClient::web_socket(server.port());
  auto stubborn = TestClient::web_socket(server.port());
  TestClient idle(server.port());
  idle.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.read_response();
  server.gateway->stop_accepting();
  EXPECT_THROW(TestClient late(server.port()), std::system_error);
  server.gateway->close_all(4001, "draining", Duration(50));
  EXPECT_EQ(polite.read_frame(), "close:4001");
  polite.send_frame(Op::close, "\x0F\xA1");
  EXPECT_EQ(polite.read_frame(), "end");
  EXPECT_EQ(stubborn.read_frame(), "close:4001");
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_TRUE(server.gateway->wait_until_closed(Duration(10'000)));
  EXPECT_EQ(stubborn.read_frame(), "end");
  EXPECT_EQ(server.journal.count("closed"), 2U);
}

TEST(GatewayWebSocket, HandlersHearTheEndAlsoWhenTheGatewayIsDestroyed) {
  test::Journal* journal = nullptr;
  auto server = std::make_unique<TestServer>();
  journal = &server->journal;
  auto client = TestClient::web_socket(server->port());
  server->pool.stop();
  server->gateway.reset();
  EXPECT_EQ(journal->count("closed"), 1U);
}

TEST(GatewayWebSocket, PortInUseIsAnErrorThatNamesIt) {
  TestServer server;
  test::EchoHttp http;
  GatewayOptions options;
  options.listen.push_back({"127.0.0.1", server.port(), false});
  Gateway second(server.pool, server.clock, server.metrics, options, nullptr, http);
  const auto listening = second.listen();
  ASSERT_FALSE(listening);
  EXPECT_NE(listening.error().text().find("127.0.0.1:" + std::to_string(server.port())), std::string::npos);
}

TEST(IoThread, PostsFromManyThreadsKeepTheirOrder) {
  IoPool pool(1);
  std::vector<int> seen[4];
  std::atomic<int> left{4000};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; ++i) {
        pool.at(0).post([&, t, i] {
          seen[t].push_back(i);
          --left;
          left.notify_one();
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int now = left; now != 0; now = left) left.wait(now);
  for (const auto& one : seen) {
    ASSERT_EQ(one.size(), 1000U);
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
  }
}

TEST(IoThread, StopDestroysWaitingTasks) {
  const auto held = std::make_shared<int>(1);
  {
    IoPool pool(1);
    pool.at(0).post_after(Duration(3'600'000), [held] {});
    pool.stop();
    pool.at(0).post([held] {});
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace parley
