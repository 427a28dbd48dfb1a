// Headers of the PROXY protocol: nothing crashes, limits hold, and what is found does not depend on how the bytes were
// cut.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "gateway/proxy_protocol.hpp"

namespace {

using namespace parley;
using State = ProxyHeaderParser::State;

struct Outcome {
  State state = State::incomplete;
  std::size_t taken = 0;
  std::optional<AddressKey> client;
  bool secure = false;
  bool operator==(const Outcome&) const = default;
};

Outcome feed(std::string_view bytes, std::size_t piece) {
  ProxyHeaderParser parser;
  Outcome outcome;
  while (outcome.taken < bytes.size() && parser.state() == State::incomplete) {
    const std::string_view offered = bytes.substr(outcome.taken, piece);
    const std::size_t taken = parser.feed(offered);
    PARLEY_ASSERT(taken <= offered.size());
    PARLEY_ASSERT(taken == offered.size() || parser.state() != State::incomplete);
    outcome.taken += taken;
  }
  PARLEY_ASSERT(outcome.taken <= ProxyHeaderParser::kMaxBinary);
  outcome.state = parser.state();
  if (outcome.state == State::complete) {
    outcome.client = parser.header().client;
    outcome.secure = parser.header().secure;
    if (outcome.client) PARLEY_ASSERT(parse_address(address_text(*outcome.client)) == outcome.client);
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = feed(bytes, 1 << 16);
  PARLEY_ASSERT(feed(bytes, 1) == whole);
  PARLEY_ASSERT(feed(bytes, 13) == whole);
  (void)NetworkList::parse({std::string(bytes.substr(0, 64))});
  return 0;
}
