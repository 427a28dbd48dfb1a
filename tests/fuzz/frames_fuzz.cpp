// Frames of a client, binary and JSON: nothing crashes; what is understood survives being written and read again, and a
// command that is accepted is accepted again, unchanged.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace {

using namespace parley;
using wire::Encoding;

const AccountId kSender(IdBytes{0xA1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});

void check_command(const v1::Command& message) {
  const Result<Command> command = wire::to_command(message, kSender);
  if (!command) {
    PARLEY_ASSERT(!command.error().detail.empty());
    return;
  }
  v1::Command once;
  wire::from_command(*command, once);
  const Result<Command> again = wire::to_command(once, kSender);
  PARLEY_ASSERT(again.has_value());
  v1::Command twice;
  wire::from_command(*again, twice);
  PARLEY_ASSERT(once.SerializeAsString() == twice.SerializeAsString());
}

void check_client_frame(Encoding encoding, std::string_view bytes) {
  v1::ClientFrame frame;
  if (!wire::parse(encoding, bytes, frame)) return;
  const std::string binary = wire::serialize(Encoding::binary, frame);
  v1::ClientFrame again;
  PARLEY_ASSERT(wire::parse(Encoding::binary, binary, again).has_value());
  PARLEY_ASSERT(wire::serialize(Encoding::binary, again) == binary);
  const std::string json = wire::serialize(Encoding::json, frame);
  PARLEY_ASSERT(wire::parse(Encoding::json, json, again).has_value());
  if (frame.has_command()) check_command(frame.command());
}

void check_server_frame(std::string_view bytes) {
  v1::ServerFrame frame;
  if (!wire::parse(Encoding::binary, bytes, frame)) return;
  PARLEY_ASSERT(!wire::binary_to_json(bytes).empty());
  if (frame.has_error()) wire::to_error(frame.error());
  if (!frame.has_events()) return;
  for (const v1::Event& event : frame.events().events()) {
    const Result<Event> read = wire::to_event(event.header(), event.has_content() ? &event.content() : nullptr);
    if (!read) continue;
    v1::Event written;
    wire::from_event(*read, written);
    PARLEY_ASSERT(wire::to_event(written.header(), written.has_content() ? &written.content() : nullptr) == read);
  }
}

void check_version(std::string_view bytes) {
  const Result<wire::InboxVersion> version = wire::decode_version(bytes);
  if (version) PARLEY_ASSERT(wire::encode_version(*version) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with('{')) {
    check_client_frame(Encoding::json, bytes);
  } else {
    check_client_frame(Encoding::binary, bytes);
    check_server_frame(bytes);
    check_version(bytes);
  }
  return 0;
}
