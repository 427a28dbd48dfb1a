// Listeners behind proxies: who is believed, who counts for what, and what happens to those who lie.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/server_for_test.hpp"

namespace parley {
namespace {

using test::TestClient;
using test::TestServer;

const std::string kPeer = "GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kHeader = "PROXY TCP4 192.0.2.1 198.51.100.7 51000 443\r\n";

GatewayOptions behind(const std::string& trusted, bool proxy = true) {
  GatewayOptions options;
  options.listen.push_back({"127.0.0.1", 0, false, proxy});
  options.trusted_proxies = NetworkList::parse({trusted}).value();
  return options;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string peer_seen(TestClient& client, const std::string& before = "", const std::string& headers = "") {
  client.send(before + "GET /peer HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  const std::string answer = client.read_response();
  return answer.substr(answer.rfind('\n') + 1);
}

TEST(GatewayProxy, AddressOfTheHeaderIsTheClientsForEveryRequest) {
  TestServer server(behind("127.0.0.1"));
  TestClient client(server.port());
  EXPECT_EQ(peer_seen(client, kHeader), "192.0.2.1 plain own");
  EXPECT_EQ(peer_seen(client), "192.0.2.1 plain own");
}

TEST(GatewayProxy, HeaderMayComeInPiecesAndWithTheRequestBehindIt) {
  TestServer server(behind("127.0.0.1"));
  TestClient client(server.port());
  for (const char c : kHeader) client.send(std::string(1, c));
  EXPECT_EQ(peer_seen(client), "192.0.2.1 plain own");
}

TEST(GatewayProxy, ClientBehindAProxyProtocolCannotLieInAHeader) {
  TestServer server(behind("127.0.0.1"));
  TestClient client(server.port());
  EXPECT_EQ(peer_seen(client, kHeader, "X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\n"),
            "192.0.2.1 plain own");
}

TEST(GatewayProxy, HealthCheckOfTheProxyIsItsOwn) {
  TestServer server(behind("127.0.0.1"));
  TestClient client(server.port());
  EXPECT_EQ(peer_seen(client, "PROXY UNKNOWN\r\n"), "127.0.0.1 plain own");
}

TEST(GatewayProxy, StrangerIsTurnedAwayWhateverItSends) {
  TestServer server(behind("10.0.0.0/8"));
  TestClient client(server.port());
  client.send(kHeader + kPeer);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(GatewayProxy, ConnectionWithoutTheHeaderIsClosedWithoutAnAnswer) {
  TestServer server(behind("127.0.0.1"));
  TestClient client(server.port());
  client.send(kPeer);
  EXPECT_EQ(client.read_to_end(), "");
  TestClient cut(server.port());
  cut.send(kHeader.substr(0, 20));
  cut.end();
  EXPECT_EQ(cut.read_to_end(), "");
}

TEST(GatewayProxy, HeaderThatDoesNotComeInTimeEndsTheConnection) {
  GatewayOptions options = behind("127.0.0.1");
  options.limits.http_request_ms = 1000;
  TestServer server(std::move(options));
  TestClient client(server.port());
  client.send("PROXY TCP4 ");
  EXPECT_EQ(pass_time_until_end(server, client, 100'000), "");
}

TEST(GatewayProxy, HeaderOfTheProtocolOnAPlainListenerIsABadRequest) {
  TestServer server(behind("127.0.0.1", false));
  TestClient client(server.port());
  client.send(kHeader + kPeer);
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 "));
}

TEST(GatewayProxy, RequestsOfOneConnectionMayBeOfDifferentClients) {
  TestServer server(behind("127.0.0.1", false));
  TestClient client(server.port());
  EXPECT_EQ(peer_seen(client, "", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"),
            "192.0.2.1 secure own");
  EXPECT_EQ(peer_seen(client, "", "X-Forwarded-For: 192.0.2.2\r\n"), "192.0.2.2 plain own");
  EXPECT_EQ(peer_seen(client), "127.0.0.1 plain own");
}

TEST(GatewayProxy, StrangersHeaderIsNotBelieved) {
  TestServer server(behind("10.0.0.0/8", false));
  TestClient client(server.port());
  EXPECT_EQ(peer_seen(client, "", "X-Forwarded-For: 192.0.2.1\r\n"), "127.0.0.1 plain own");
}

TEST(GatewayProxy, SessionKnowsItsRealAddress) {
  TestServer server(behind("127.0.0.1", false));
  auto client = TestClient::web_socket(server.port(), true, "X-Forwarded-For: 192.0.2.1\r\n");
  server.journal.wait_for("opened 192.0.2.1 ");
}

TEST(GatewayProxy, ConnectionsWithoutHelloCountForTheRealAddress) {
  GatewayOptions options = behind("127.0.0.1", false);
  options.limits.unauthenticated_per_address = 2;
  TestServer server(std::move(options));
  const auto knock = [&](const std::string& address) {
    TestClient client(server.port());
    client.send(
        "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: " +
        address + "\r\n\r\n");
    const std::string head = client.read_until("\r\n\r\n");
    return std::pair(head.substr(9, 3), std::move(client));
  };
  const auto first = knock("192.0.2.1");
  const auto second = knock("192.0.2.1");
  EXPECT_EQ(first.first + second.first, "101101");
  EXPECT_EQ(knock("192.0.2.1").first, "429");
  EXPECT_EQ(knock("192.0.2.2").first, "101");
}

TEST(GatewayProxy, ConnectionsOfTheProxyProtocolCountForTheRealAddressAndAreGivenBack) {
  GatewayOptions options = behind("127.0.0.1");
  options.limits.unauthenticated_per_address = 1;
  TestServer server(std::move(options));
  {
    TestClient first(server.port());
    EXPECT_EQ(peer_seen(first, kHeader), "192.0.2.1 plain own");
    TestClient second(server.port());
    second.send(kHeader + kPeer);
    EXPECT_TRUE(has(second.read_to_end(), "HTTP/1.1 429 "));
    TestClient other(server.port());
    EXPECT_EQ(peer_seen(other, "PROXY TCP4 192.0.2.2 198.51.100.7 1 2\r\n"), "192.0.2.2 plain own");
  }
  EXPECT_TRUE(server.gateway->wait_until_closed(Duration(10'000)));
  TestClient again(server.port());
  EXPECT_EQ(peer_seen(again, kHeader), "192.0.2.1 plain own");
}

// ---- sockets that were handed over -------------------------------------------------------------------------------

int listening_socket(std::uint16_t& port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(to);
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<const sockaddr*>(&to), size), 0);
  EXPECT_EQ(::listen(descriptor, 16), 0);
  EXPECT_EQ(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&to), &size), 0);
  port = ntohs(to.sin_port);
  return descriptor;
}

TEST(GatewayInherited, SocketIsServedAndStaysOpenForWhoHandedItOver) {
  std::uint16_t port = 0;
  const int kept = listening_socket(port);
  TestClient early(port);
  early.send(kPeer);
  {
    GatewayOptions options;
    options.listen.push_back({"127.0.0.1", port, false});
    TestServer server(std::move(options), 2, {::dup(kept)});
    EXPECT_TRUE(has(early.read_response(), "127.0.0.1 plain own"));
    server.gateway->stop_accepting();
    TestClient late(port);
    late.send(kPeer);
  }
  TestClient waiting(port);
  ::close(kept);
}

TEST(GatewayInherited, SocketThatNobodyListensForIsAnError) {
  std::uint16_t port = 0;
  const int kept = listening_socket(port);
  try {
    TestServer server({}, 2, {kept});
    FAIL() << "clients would wait for ever";
  } catch (const std::runtime_error& error) {
    EXPECT_TRUE(has(error.what(), "127.0.0.1:" + std::to_string(port))) << error.what();
  }
}

}  // namespace
}  // namespace parley
