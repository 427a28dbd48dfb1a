#include <utility>

#include "parley/v1/events.pb.h"
#include "parley/v1/records.pb.h"
#include "wire/frames_event.hpp"
#include "wire/protobuf_parse.hpp"
#include "wire/protobytes.hpp"
#include "wire/record_frame.hpp"
#include "wire/records.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kSaltBytes = std::tuple_size_v<Salt>;

std::string_view view_of(const Salt& salt) {
  return {reinterpret_cast<const char*>(salt.data()), salt.size()};
}

Digest to_digest(std::string_view bytes) {
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

// Built by hand, so that header and content are copied into the record once and nothing else is.
std::string encode_record(std::string_view header, std::string_view salt, std::string_view content,
                          std::string_view digest) {
  std::string out;
  // Tag and length take at most 6 bytes (a header or content is far below 2^35 bytes).
  out.reserve(kRecordFrame + header.size() + salt.size() + content.size() + digest.size() + 4 * 6);
  out.resize(kRecordFrame);
  put_bytes_field(out, v1::EventRecord::kHeaderFieldNumber, header);
  if (!content.empty()) {
    put_bytes_field(out, v1::EventRecord::kSaltFieldNumber, salt);
    put_bytes_field(out, v1::EventRecord::kContentFieldNumber, content);
  }
  if (!digest.empty()) put_bytes_field(out, v1::EventRecord::kDigestFieldNumber, digest);
  close_frame(out);
  return out;
}

Result<v1::EventRecord> parse_record(std::string_view record) {
  const Result<std::string_view> payload = open_frame(record);
  if (!payload) return fail(payload.error());
  Result<v1::EventRecord> message;
  if (!parse_protobuf(*payload, *message)) {
    return fail(ErrorCode::damaged, "event record: payload is not protobuf");
  }
  const std::size_t hash = message->content_hash().size();
  const std::size_t digest = message->digest().size();
  if (hash != 0 && hash != kDigestBytes) return fail(ErrorCode::damaged, "event record: content hash");
  if (digest != 0 && digest != kDigestBytes) return fail(ErrorCode::damaged, "event record: digest");
  if (message->salt().size() != (message->content().empty() ? 0 : kSaltBytes)) {
    return fail(ErrorCode::damaged, "event record: salt");
  }
  return message;
}

Result<Event> parse_event(std::string_view header, std::string_view content) {
  // Scratch messages keep their memory from event to event.
  static thread_local v1::EventHeader header_message;
  static thread_local v1::Content content_message;
  if (!parse_protobuf(header, header_message)) {
    return fail(ErrorCode::damaged, "event record: header is not protobuf");
  }
  if (!content.empty() && !parse_protobuf(content, content_message)) {
    return fail(ErrorCode::damaged, "event record: content is not protobuf");
  }
  Result<Event> event = to_event(header_message, content.empty() ? nullptr : &content_message);
  if (!event) return fail(ErrorCode::damaged, "event record: " + event.error().detail);
  return event;
}

Result<OpenedEvent> open(v1::EventRecord& record) {
  if (record.has_lost()) return fail(ErrorCode::damaged, "event record: lost, says a repair");
  Result<Event> event = parse_event(record.header(), record.content());
  if (!event) return fail(std::move(event).error());
  Result<OpenedEvent> opened;
  opened->event = std::move(*event);
  opened->content_deleted = record.content().empty() && !record.content_hash().empty();
  if (!record.digest().empty()) opened->digest = to_digest(record.digest());
  opened->header = std::move(*record.mutable_header());
  opened->content = std::move(*record.mutable_content());
  opened->content_hash = std::move(*record.mutable_content_hash());
  return opened;
}

Digest hash_of(const v1::EventRecord& record) {
  return sha256({record.salt(), record.content()});
}

}  // namespace

Digest chain(const Digest& previous, std::string_view header, std::string_view content_hash) {
  return sha256({view(previous), header, content_hash});
}

SealedEvent seal(const Event& event, const Digest& previous, const Salt& salt) {
  static thread_local v1::EventHeader header;
  header.Clear();
  from_header(event, header);

  SealedEvent sealed;
  header.SerializeToString(&sealed.header);
  Digest hash;
  std::string_view content_hash;
  if (event.content) {
    sealed.content = encode_content(*event.content);
    hash = sha256({view_of(salt), sealed.content});
    content_hash = view(hash);
  }
  sealed.digest = chain(previous, sealed.header, content_hash);
  const bool keeps_digest = event.seq % kDigestEvery == 0;
  sealed.record = encode_record(sealed.header, view_of(salt), sealed.content,
                                keeps_digest ? view(sealed.digest) : std::string_view());
  return sealed;
}

Result<OpenedEvent> open_event(std::string_view record) {
  Result<v1::EventRecord> parsed = parse_record(record);
  if (!parsed) return fail(std::move(parsed).error());
  return open(*parsed);
}

Result<OpenedEvent> verify_event(std::string_view record) {
  Result<v1::EventRecord> parsed = parse_record(record);
  if (!parsed) return fail(std::move(parsed).error());
  if (!parsed->content().empty()) {
    const Digest hash = hash_of(*parsed);
    if (!parsed->content_hash().empty() && parsed->content_hash() != view(hash)) {
      return fail(ErrorCode::damaged, "event record: content does not fit its hash");
    }
    parsed->set_content_hash(std::string(view(hash)));
  }
  return open(*parsed);
}

Result<std::string> erase_content(std::string_view record) {
  Result<v1::EventRecord> parsed = parse_record(record);
  if (!parsed) return fail(std::move(parsed).error());
  if (!parsed->content().empty() && parsed->content_hash().empty()) {
    parsed->set_content_hash(std::string(view(hash_of(*parsed))));
  }
  parsed->clear_salt();
  parsed->clear_content();
  std::string out(kRecordFrame, '\0');
  parsed->AppendToString(&out);
  close_frame(out);
  return out;
}

std::string encode_lost(Time repaired, std::string_view why) {
  v1::EventRecord record;
  record.mutable_lost()->set_repaired(to_unix_ms(repaired));
  record.mutable_lost()->set_why(std::string(why));
  std::string out(kRecordFrame, '\0');
  record.AppendToString(&out);
  close_frame(out);
  return out;
}

std::optional<LostEvent> lost_event(std::string_view record) {
  const Result<v1::EventRecord> parsed = parse_record(record);
  if (!parsed || !parsed->has_lost()) return std::nullopt;
  return LostEvent{from_unix_ms(parsed->lost().repaired()), parsed->lost().why()};
}

}  // namespace parley::wire
