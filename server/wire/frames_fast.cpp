#include <algorithm>

#include "parley/v1/events.pb.h"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/protobytes.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kIdBytes = 16;

std::size_t event_size(const EventBytes& event) {
  return bytes_field_size(v1::Event::kHeaderFieldNumber, event.header.size()) +
         (event.content.empty() ? 0 : bytes_field_size(v1::Event::kContentFieldNumber, event.content.size())) +
         (event.digest.empty() ? 0 : bytes_field_size(v1::Event::kDigestFieldNumber, event.digest.size()));
}

}  // namespace

std::string encode_events_frame(const ChannelId& channel, std::span<const EventBytes> events) {
  std::size_t size = bytes_field_size(v1::Events::kChannelIdFieldNumber, kIdBytes);
  for (const EventBytes& event : events) size += bytes_field_size(v1::Events::kEventsFieldNumber, event_size(event));

  std::string out;
  out.reserve(bytes_field_size(v1::ServerFrame::kEventsFieldNumber, size));
  put_length(out, v1::ServerFrame::kEventsFieldNumber, size);
  put_bytes_field(out, v1::Events::kChannelIdFieldNumber, channel.view());
  for (const EventBytes& event : events) {
    put_length(out, v1::Events::kEventsFieldNumber, event_size(event));
    put_bytes_field(out, v1::Event::kHeaderFieldNumber, event.header);
    if (!event.content.empty()) put_bytes_field(out, v1::Event::kContentFieldNumber, event.content);
    if (!event.digest.empty()) put_bytes_field(out, v1::Event::kDigestFieldNumber, event.digest);
  }
  return out;
}

std::string encode_outcome_frame(std::uint64_t request, const ChannelId& channel, const SendId& send_id,
                                 const StoredOutcome& outcome) {
  const std::string_view refused =
      outcome.refused == ErrorCode::ok ? std::string_view() : error_info(outcome.refused).name;
  const auto time = static_cast<std::uint64_t>(to_unix_ms(outcome.time));
  const std::size_t size = bytes_field_size(v1::Outcome::kChannelIdFieldNumber, kIdBytes) +
                           bytes_field_size(v1::Outcome::kSendIdFieldNumber, kIdBytes) +
                           varint_field_size(v1::Outcome::kSeqFieldNumber, outcome.seq) +
                           varint_field_size(v1::Outcome::kTimeFieldNumber, time) +
                           (refused.empty() ? 0 : bytes_field_size(v1::Outcome::kRefusedFieldNumber, refused.size()));

  std::string out;
  out.reserve(varint_field_size(v1::ServerFrame::kRequestFieldNumber, request) +
              bytes_field_size(v1::ServerFrame::kOutcomeFieldNumber, size));
  put_varint_field(out, v1::ServerFrame::kRequestFieldNumber, request);
  put_length(out, v1::ServerFrame::kOutcomeFieldNumber, size);
  put_bytes_field(out, v1::Outcome::kChannelIdFieldNumber, channel.view());
  put_bytes_field(out, v1::Outcome::kSendIdFieldNumber, send_id.view());
  put_varint_field(out, v1::Outcome::kSeqFieldNumber, outcome.seq);
  put_varint_field(out, v1::Outcome::kTimeFieldNumber, time);
  if (!refused.empty()) put_bytes_field(out, v1::Outcome::kRefusedFieldNumber, refused);
  return out;
}

}  // namespace parley::wire
