// WebSocket framing: nothing crashes, memory stays within the limit, and the outcome does not depend on how the bytes
// were cut. First byte: role and limit; the rest is the stream.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "wire/websocket.hpp"

namespace {

using namespace parley;

struct Recorder : WebSocketSink {
  std::size_t limit = 0;
  std::vector<std::string> events;
  bool closed = false;

  void note(char kind, std::string_view payload) {
    PARLEY_ASSERT(!closed);
    events.push_back(kind + std::string(payload));
  }
  void on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) override {
    PARLEY_ASSERT(payload.size() <= limit);
    PARLEY_ASSERT(opcode == WebSocketOpcode::binary || is_valid_utf8(payload));
    note(opcode == WebSocketOpcode::text ? 't' : 'b', payload);
  }
  void on_web_socket_ping(std::string_view payload) override {
    PARLEY_ASSERT(payload.size() <= 125);
    note('i', payload);
  }
  void on_web_socket_pong(std::string_view payload) override { note('o', payload); }
  void on_web_socket_close(std::uint16_t code, std::string_view reason) override {
    PARLEY_ASSERT(code == kCloseNoStatus || is_valid_close_code(code));
    note('c', std::to_string(code) + std::string(reason));
    closed = true;
  }
};

struct Outcome {
  std::vector<std::string> events;
  int fault = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome feed(std::string bytes, std::size_t piece, WebSocketParser::Role role, std::size_t limit) {
  WebSocketParser parser(role, limit);
  Recorder recorder;
  recorder.limit = limit;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::span<char> part = std::span(bytes).subspan(at, std::min(piece, bytes.size() - at));
    if (const auto fault = parser.feed(part, recorder)) outcome.fault = fault->close_code;
    PARLEY_ASSERT(parser.held_bytes() <= 2 * limit + 1024);
  }
  outcome.events = std::move(recorder.events);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto role = (data[0] & 1U) != 0 ? WebSocketParser::Role::client : WebSocketParser::Role::server;
  const std::size_t limit = std::size_t{16} << (data[0] >> 4U);
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = feed(bytes, bytes.size() + 1, role, limit);
  PARLEY_ASSERT(feed(bytes, 1, role, limit) == whole);
  PARLEY_ASSERT(feed(bytes, 7, role, limit) == whole);
  return 0;
}
