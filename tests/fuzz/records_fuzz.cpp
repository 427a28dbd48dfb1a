// All decoders of stored records, on the bytes as they are and, because a checksum keeps almost all of those out, on
// the bytes as the payload of a sound frame. Nothing crashes, and what is decoded encodes to something that decodes
// equal.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "wire/record_frame.hpp"
#include "wire/records.hpp"

namespace {

using namespace parley;

void check_event(std::string_view record) {
  const Result<wire::OpenedEvent> opened = wire::open_event(record);
  const Result<wire::OpenedEvent> verified = wire::verify_event(record);
  PARLEY_ASSERT(opened || !verified);
  const Result<std::string> erased = wire::erase_content(record);
  PARLEY_ASSERT(erased || !opened);
  if (!opened) return;

  const Result<wire::OpenedEvent> after = wire::verify_event(*erased);
  PARLEY_ASSERT(after && after->header == opened->header);
  PARLEY_ASSERT(!verified || after->content_hash == verified->content_hash);
  PARLEY_ASSERT(after->content.empty() && !after->event.content && after->event.body == opened->event.body);

  const wire::SealedEvent sealed = wire::seal(opened->event, Digest{}, wire::Salt{1});
  const Result<wire::OpenedEvent> again = wire::verify_event(sealed.record);
  PARLEY_ASSERT(again && again->event == opened->event);
}

void check_states(std::string_view record) {
  if (const auto outcome = wire::decode_outcome(record)) {
    const auto again = wire::decode_outcome(wire::encode_outcome(*outcome));
    PARLEY_ASSERT(again && again->seq == outcome->seq && again->refused == outcome->refused);
  }
  if (const auto head = wire::decode_head(record)) {
    const auto again = wire::decode_head(wire::encode_head(*head));
    PARLEY_ASSERT(again && again->seq == head->seq && again->digest == head->digest);
  }
  if (const auto member = wire::decode_member(record)) {
    PARLEY_ASSERT(wire::decode_member(wire::encode_member(*member)) == member);
  }
  if (const auto annotation = wire::decode_annotation(record)) {
    const auto again = wire::decode_annotation(wire::encode_annotation(*annotation));
    PARLEY_ASSERT(again && again->edits == annotation->edits && again->reactions == annotation->reactions);
  }
  Channel channel;
  if (wire::decode_card(record, channel)) {
    Channel again;
    PARLEY_ASSERT(wire::decode_card(wire::encode_card(channel), again) && again == channel);
  }
}

void check(std::string_view record) {
  check_event(record);
  check_states(record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  std::string framed(wire::kRecordFrame, '\0');
  framed.append(bytes);
  wire::close_frame(framed);
  check(framed);
  return 0;
}
