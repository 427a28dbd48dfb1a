// For tests: a gateway on a loopback port with an echo behind it, and a blocking client.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "gateway/gateway.hpp"
#include "wire/websocket.hpp"

namespace parley::test {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return from_unix_ms(1'700'000'000'000 + ms_); }
  [[nodiscard]] Duration uptime() const override { return Duration(ms_); }
  void advance(std::int64_t ms) { ms_ += ms; }

 private:
  std::atomic<std::int64_t> ms_{1'000'000};
};

/// What the handlers of a test saw; waits for a condition on it.
class Journal {
 public:
  void note(const std::string& event);
  /// Fails the test when it does not come true in ten seconds.
  void wait_for(const std::string& event, std::size_t times = 1);
  std::size_t count(const std::string& event);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
};

/// Echoes. "hello" establishes, "close" closes with 4001, "drown" sends 4 MiB and notes "queued" if they wait.
class EchoHandler final : public ConnectionHandler {
 public:
  EchoHandler(Connection& connection, Journal& journal) : connection_(connection), journal_(journal) {}
  void on_message(FrameKind kind, std::string_view payload) override;
  void on_heard() override { journal_.note("heard"); }
  void on_drained() override { journal_.note("drained"); }
  void on_closed() override { journal_.note("closed"); }

 private:
  Connection& connection_;
  Journal& journal_;
};

/// GET and POST answer "METHOD path?query body"; /later on a later turn, /never not at all, /throw with an exception,
/// /big with 8 MiB, /shared with 4 MiB that are shared, /peer with what is known of the peer.
class EchoHttp final : public HttpHandler {
 public:
  void handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) override;
};

class TestServer {
 public:
  explicit TestServer(GatewayOptions options = {}, std::size_t threads = 2, std::vector<int> inherited = {});
  ~TestServer();

  ManualClock clock;
  Metrics metrics;
  Journal journal;
  EchoHttp http;
  IoPool pool;
  std::unique_ptr<Gateway> gateway;
  [[nodiscard]] std::uint16_t port() const { return gateway->listening().at(0).port; }
};

class TestClient;

/// Lets `step_ms` pass again and again, since the first may pass before the server knows of the client, until the
/// server ends the connection; what it still said.
std::string pass_time_until_end(TestServer& server, TestClient& client, std::int64_t step_ms);

/// Throws std::runtime_error when nothing comes for ten seconds.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port, int receive_buffer = 0);
  ~TestClient();
  TestClient(TestClient&& other) noexcept;

  void send(std::string_view bytes);
  /// Everything up to and with `end`; what follows is kept.
  std::string read_until(std::string_view end);
  std::string read_bytes(std::size_t count);
  /// Everything until the peer closes; a reset counts as closing.
  std::string read_to_end();
  /// One HTTP answer: head and body.
  std::string read_response();
  void end() const;
  [[nodiscard]] int descriptor() const { return descriptor_; }

  // --- WebSocket
  /// Shakes hands and, unless told otherwise, says hello.
  static TestClient web_socket(std::uint16_t port, bool hello = true, const std::string& headers = "");
  void send_frame(WebSocketOpcode opcode, std::string_view payload, bool final = true);
  /// Next frame as "text:…", "binary:…", "ping:…", "pong:…", "close:code"; "end" when the socket closes.
  std::string read_frame();

 private:
  bool fill();

  int descriptor_ = -1;
  std::string buffer_;
};

}  // namespace parley::test
