#include <gtest/gtest.h>

#include "gateway/server_for_test.hpp"

namespace parley {
namespace {

using test::TestClient;
using test::TestServer;

const std::string kHost = "Host: localhost\r\n";
std::string get(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\n" + kHost + headers + "\r\n";
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
bool is_status(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

TEST(GatewayHttp, AnswersAndKeepsTheConnection) {
  TestServer server;
  TestClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(get("/a?b=" + std::to_string(i)));
    const std::string answer = client.read_response();
    EXPECT_TRUE(is_status(answer, 200)) << answer;
    EXPECT_TRUE(has(answer, "GET /a?b=" + std::to_string(i))) << answer;
    EXPECT_TRUE(has(answer, "X-Content-Type-Options: nosniff\r\n")) << answer;
    EXPECT_TRUE(has(answer, "Cache-Control: no-store\r\n")) << answer;
    EXPECT_FALSE(has(answer, "Server:")) << answer;
  }
}

TEST(GatewayHttp, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server;
  TestClient client(server.port());
  client.send(get("/1") + get("/later") + "POST /3 HTTP/1.1\r\n" + kHost + "Content-Length: 4\r\n\r\nbody" + get("/4"));
  EXPECT_TRUE(has(client.read_response(), "GET /1?"));
  EXPECT_TRUE(has(client.read_response(), "GET /later?"));
  EXPECT_TRUE(has(client.read_response(), "POST /3? body"));
  EXPECT_TRUE(has(client.read_response(), "GET /4?"));
}

TEST(GatewayHttp, ThousandPipelinedRequestsNeedNoDeepStack) {
  TestServer server;
  TestClient client(server.port());
  std::string all;
  for (int i = 0; i < 1000; ++i) all += get("/x");
  client.send(all);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(is_status(client.read_response(), 200));
}

TEST(GatewayHttp, ChunkedBodyArrivesWhole) {
  TestServer server;
  TestClient client(server.port());
  client.send("POST /c HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.send("6\r\n world\r\n0\r\n\r\n");
  EXPECT_TRUE(has(client.read_response(), "POST /c? hello world"));
}

TEST(GatewayHttp, HeadIsGetWithoutTheBody) {
  TestServer server;
  TestClient client(server.port());
  client.send("HEAD /h HTTP/1.1\r\n" + kHost + "\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_TRUE(has(head, "Content-Length: 8\r\n")) << head;
  client.send(get("/next"));
  EXPECT_TRUE(has(client.read_response(), "GET /next?"));
}

TEST(GatewayHttp, SharedBodyIsSentWholeWhereThereIsToBeOne) {
  TestServer server;
  TestClient client(server.port());
  client.send("HEAD /shared HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Content-Length: 4194304\r\n"));
  client.send(get("/shared?304"));
  EXPECT_FALSE(has(client.read_until("\r\n\r\n"), "Content-Length"));
  client.send(get("/shared") + get("/next"));
  const std::string answer = client.read_response();
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + std::string(4 << 20, 's')));
  EXPECT_TRUE(has(client.read_response(), "GET /next?"));
}

TEST(GatewayHttp, ExpectedContinueIsSaidBeforeTheBody) {
  TestServer server;
  TestClient client(server.port());
  client.send("POST /e HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_TRUE(has(client.read_response(), "POST /e? ok"));
}

TEST(GatewayHttp, TooLargeBodyIsRefusedBeforeItIsSent) {
  GatewayOptions options;
  options.http_body_bytes = 100;
  TestServer server(options);
  TestClient client(server.port());
  client.send("POST /e HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_TRUE(is_status(answer, 413)) << answer;
  EXPECT_TRUE(has(answer, R"("name":"too_large")")) << answer;
}

TEST(GatewayHttp, TooLongHeadersAre431) {
  TestServer server;
  TestClient client(server.port());
  client.send("GET / HTTP/1.1\r\n" + kHost + "X: " + std::string(100'000, 'x'));
  const std::string answer = client.read_response();
  EXPECT_TRUE(is_status(answer, 431)) << answer;
  EXPECT_TRUE(has(answer, R"("name":"headers_too_large")")) << answer;
}

TEST(GatewayHttp, NonsenseIs400AndEchoesNothing) {
  TestServer server;
  TestClient client(server.port());
  client.send("GET <script> HTTP/9\r\n\r\n");
  const std::string answer = client.read_response();
  EXPECT_TRUE(is_status(answer, 400)) << answer;
  EXPECT_FALSE(has(answer, "script")) << answer;
  EXPECT_TRUE(has(answer, "Connection: close")) << answer;
}

TEST(GatewayHttp, SlowHeadersAreCutWith408) {
  TestServer server;
  TestClient client(server.port());
  client.send(get("/1"));
  client.read_response();
  client.send("GET /2 HT");
  // Even a byte now and then does not buy more time.
  for (int i = 0; i < 4; ++i) {
    server.clock.advance(5'000);
    client.send("T");
  }
  const std::string answer = client.read_response();
  EXPECT_TRUE(is_status(answer, 408)) << answer;
  client.end();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(GatewayHttp, SlowBodyIsCutWith408) {
  TestServer server;
  TestClient client(server.port());
  client.send("POST /b HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n");
  client.read_until("\r\n\r\n");
  client.send("abc");
  server.clock.advance(16'000);
  EXPECT_TRUE(is_status(client.read_response(), 408));
}

TEST(GatewayHttp, SilentConnectionIsClosed) {
  TestServer server;
  TestClient fresh(server.port());
  TestClient kept(server.port());
  kept.send(get("/1"));
  kept.read_response();
  fresh.send("");
  EXPECT_EQ(pass_time_until_end(server, fresh, 80'000), "");
  EXPECT_EQ(kept.read_to_end(), "");
}

TEST(GatewayHttp, ForgottenOrThrowingHandlerIs500) {
  TestServer server;
  TestClient client(server.port());
  client.send(get("/never") + get("/throw") + get("/split"));
  for (int i = 0; i < 3; ++i) {
    const std::string answer = client.read_response();
    EXPECT_TRUE(is_status(answer, 500)) << answer;
    EXPECT_TRUE(has(answer, R"("name":"internal")")) << answer;
    EXPECT_FALSE(has(answer, "Set-Cookie")) << answer;
  }
}

TEST(GatewayHttp, LargeAnswersWaitForTheReader) {
  TestServer server;
  TestClient slow(server.port(), 4096);
  slow.send(get("/big") + get("/after"));
  TestClient other(server.port());
  other.send(get("/other"));
  EXPECT_TRUE(has(other.read_response(), "GET /other?"));
  EXPECT_EQ(slow.read_response().size() > 8U << 20U, true);
  EXPECT_TRUE(has(slow.read_response(), "GET /after?"));
}

TEST(GatewayHttp, ReaderOfALargeAnswerThatStopsIsDropped) {
  TestServer server;
  TestClient slow(server.port(), 4096);
  slow.send(get("/big"));
  slow.read_until("\r\n\r\n");
  // Until the answer no longer moves, each look at the deadline may find that it did.
  while (server.gateway->connections() != 0) {
    server.clock.advance(16'000);
    server.gateway->wait_until_closed(Duration(5));
  }
  EXPECT_LT(slow.read_to_end().size(), 8U << 20U);
}

TEST(GatewayHttp, ConnectionCloseIsHonoured) {
  TestServer server;
  TestClient client(server.port());
  client.send(get("/1", "Connection: close\r\n"));
  const std::string answer = client.read_to_end();
  EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
}

TEST(GatewayHttp, RequestFollowedByEndOfInputIsAnswered) {
  TestServer server;
  TestClient client(server.port());
  client.send(get("/later"));
  client.end();
  EXPECT_TRUE(has(client.read_to_end(), "GET /later?"));
}

TEST(GatewayHttp, CorsIsByConfiguration) {
  GatewayOptions options;
  options.allowed_origins = {"https://chat.example"};
  TestServer server(options);
  TestClient client(server.port());
  client.send("OPTIONS /v1/x HTTP/1.1\r\n" + kHost +
              "Origin: https://chat.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  std::string answer = client.read_until("\r\n\r\n");
  EXPECT_TRUE(is_status(answer, 204)) << answer;
  EXPECT_TRUE(has(answer, "Access-Control-Allow-Origin: https://chat.example\r\n")) << answer;
  client.send("OPTIONS /v1/x HTTP/1.1\r\n" + kHost +
              "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  answer = client.read_response();
  EXPECT_TRUE(is_status(answer, 403)) << answer;
  EXPECT_FALSE(has(answer, "Access-Control-Allow-Origin")) << answer;
  client.send(get("/peer", "Origin: https://chat.example\r\n"));
  answer = client.read_response();
  EXPECT_TRUE(has(answer, "127.0.0.1 plain own")) << answer;
  EXPECT_TRUE(has(answer, "Vary: Origin\r\n")) << answer;
  client.send(get("/peer", "Origin: https://evil.example\r\n"));
  answer = client.read_response();
  EXPECT_TRUE(has(answer, "127.0.0.1 plain foreign")) << answer;
  EXPECT_FALSE(has(answer, "Access-Control-Allow-Origin")) << answer;
}

TEST(GatewayHttp, UpgradeThatIsNoneIs426AndForeignOriginIs403) {
  TestServer server;
  const std::string handshake =
      "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  TestClient client(server.port());
  client.send(get("/v1/ws"));
  EXPECT_TRUE(is_status(client.read_response(), 426));
  client.send(get("/v1/ws", handshake + "Sec-WebSocket-Version: 8\r\n"));
  std::string answer = client.read_response();
  EXPECT_TRUE(is_status(answer, 426)) << answer;
  EXPECT_TRUE(has(answer, "Sec-WebSocket-Version: 13\r\n")) << answer;
  client.send(
      get("/v1/ws",
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n"));
  EXPECT_TRUE(is_status(client.read_response(), 400));
  client.send(get("/v1/ws", handshake + "Sec-WebSocket-Version: 13\r\nOrigin: http://evil.example\r\n"));
  answer = client.read_response();
  EXPECT_TRUE(is_status(answer, 403)) << answer;
  EXPECT_TRUE(has(answer, R"("name":"origin_not_allowed")")) << answer;
  client.send(
      get("/v1/ws",
          handshake +
              "Sec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\nSec-WebSocket-Protocol: chat, parley.v1\r\n"));
  answer = client.read_until("\r\n\r\n");
  EXPECT_TRUE(is_status(answer, 101)) << answer;
  EXPECT_TRUE(has(answer, "Sec-WebSocket-Protocol: parley.v1\r\n")) << answer;
}

TEST(GatewayHttp, ConnectionsBeyondTheLimitsAreToldWhy) {
  GatewayOptions options;
  options.limits.connections = 4;
  options.limits.unauthenticated_per_address = 2;
  TestServer server(options);
  TestClient first(server.port());
  first.send(get("/1"));
  first.read_response();
  auto second = TestClient::web_socket(server.port(), false);
  TestClient third(server.port());
  third.send(get("/3"));
  std::string answer = third.read_to_end();
  EXPECT_TRUE(is_status(answer, 429)) << answer;
  EXPECT_TRUE(has(answer, R"("name":"too_many_requests")")) << answer;
  // Whoever has said hello counts for the server only.
  second.send_frame(WebSocketOpcode::text, "hello");
  EXPECT_EQ(second.read_frame(), "text:hello");
  auto fourth = TestClient::web_socket(server.port());
  TestClient fifth(server.port());
  fifth.send(get("/5"));
  answer = fifth.read_response();
  EXPECT_TRUE(is_status(answer, 200)) << answer;
  TestClient sixth(server.port());
  sixth.send(get("/6"));
  answer = sixth.read_to_end();
  EXPECT_TRUE(is_status(answer, 503)) << answer;
  EXPECT_TRUE(has(answer, R"("name":"overloaded")")) << answer;
}

}  // namespace
}  // namespace parley
