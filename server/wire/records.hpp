// Records of the channel store: bytes <-> chat types. Every stored value is [format byte][8 bytes XXH3-64, little
// endian, of format byte and payload][payload: a message of records.proto]. Decoders return `damaged` when the checksum
// or the payload does not fit and never crash on any input. Pure.
//
// Hash chain (P10): digest(n) = SHA-256(digest(n-1) ‖ header bytes ‖ content hash), digest(0) = 32 zero bytes,
// content hash = SHA-256(salt ‖ content bytes), or nothing where the event has no content. Computed over the stored
// bytes; stored in the event every 64 events, and in the head.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "chat/channel.hpp"
#include "chat/event.hpp"

namespace parley::wire {

using Salt = std::array<std::uint8_t, 16>;
inline constexpr Seq kDigestEvery = 64;

/// An event ready to be stored and to be told.
struct SealedEvent {
  std::string record;   // the stored value
  std::string header;   // v1.EventHeader, the bytes that were hashed
  std::string content;  // v1.Content, empty where there is none
  Digest digest{};      // of the chain, with this event
};
SealedEvent seal(const Event& event, const Digest& previous, const Salt& salt);

/// A stored event, read back.
struct OpenedEvent {
  Event event;
  std::string header;   // v1.EventHeader bytes
  std::string content;  // v1.Content bytes; empty where there is none or it was deleted
  // 32 bytes where the content was deleted or, from verify_event, is there; empty where the event never had content
  std::string content_hash;
  bool content_deleted = false;
  std::optional<Digest> digest;
};
Result<OpenedEvent> open_event(std::string_view record);
/// Also computes the hash of the content present, which the chain covers.
Result<OpenedEvent> verify_event(std::string_view record);
/// The same event without salt and content. Unknown fields survive.
Result<std::string> erase_content(std::string_view record);
/// What a repair writes in the place of an event that is lost. `open_event` calls it damaged, so nobody serves it.
std::string encode_lost(Time repaired, std::string_view why);
struct LostEvent {
  Time repaired = kNever;
  std::string why;
};
/// nullopt: `record` is an event, or damaged.
std::optional<LostEvent> lost_event(std::string_view record);
Digest chain(const Digest& previous, std::string_view header, std::string_view content_hash);

struct StoredOutcome {
  Seq seq = 0;  // 0: refused
  ErrorCode refused = ErrorCode::ok;
  Time time = kNever;
};
std::string encode_outcome(const StoredOutcome& outcome);
Result<StoredOutcome> decode_outcome(std::string_view record);

struct Head {
  Seq seq = 0;
  Time time = kNever;
  std::uint64_t count = 0;
  Position position = 0;  // commit position of the last change that all members see
  Digest digest{};        // of the chain at seq
  Seq members_as_of = 0;  // member records are exact up to this seq
  std::optional<SendId>
      greatest_send;  // of those of version 7 that have an outcome here; nil: none, nullopt: not known
};
std::string encode_head(const Head& head);
Result<Head> decode_head(std::string_view record);

/// Card: everything of Channel but id, members, head, time and count.
std::string encode_card(const Channel& channel);
/// Fills those fields of `channel`.
Result<void> decode_card(std::string_view record, Channel& channel);

std::string encode_member(const Member& member);
Result<Member> decode_member(std::string_view record);

struct ReactionSlot {
  AccountId account;
  Content content;
  Seq seq = 0;  // of the event that holds the content, until it is replaced, taken back or the target is deleted
  friend bool operator==(const ReactionSlot&, const ReactionSlot&) = default;
};
struct Annotation {
  std::vector<Seq> edits;
  std::vector<ReactionSlot> reactions;  // ascending by account
};
/// What `event`, an edit, a reaction or a deletion, makes of its target's annotation. False: nothing changes.
bool annotate(Annotation& annotation, const Event& event);
std::string encode_annotation(const Annotation& annotation);
Result<Annotation> decode_annotation(std::string_view record);

}  // namespace parley::wire
