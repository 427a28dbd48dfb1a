// Frames of the live protocol: bytes <-> messages of frames.proto, and those <-> chat types. The generated classes are
// wire's own vocabulary; they are only declared here because their header is slow to compile. Pure; any input is safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "chat/channel.hpp"
#include "chat/command.hpp"
#include "chat/event.hpp"
#include "wire/records.hpp"

namespace google::protobuf {
class Message;
}
namespace parley::v1 {
class ChannelSettings;
class ClientFrame;
class Command;
class Content;
class Error;
class Event;
class EventHeader;
class InboxRow;
class Registers;
class ServerFrame;
}  // namespace parley::v1

namespace parley::wire {

enum class Encoding : std::uint8_t { binary, json };

/// Parses into `frame` (cleared first). `malformed` with a text that says where, for anything that is not exactly one
/// message: bad protobuf, bad or too deep JSON (depth > 32), invalid UTF-8, no body set. Unknown fields: kept in
/// binary, ignored in JSON. `unknown_request`: binary, and the only body is one that is not known here; then, as with a
/// frame that has no body, `frame` still holds the request number. Where JSON expects an id (16 bytes), UUID text does
/// as well as base64. What the errors say never quotes the input.
Result<void> parse(Encoding encoding, std::string_view bytes, v1::ClientFrame& frame);
Result<void> parse(Encoding encoding, std::string_view bytes, v1::ServerFrame& frame);
/// Any other message of the contract (HTTP bodies, stored client state).
Result<void> parse_message(Encoding encoding, std::string_view bytes, google::protobuf::Message& message);
/// JSON: lowerCamelCase names, fields at their default value left out, 64-bit numbers as strings (proto3 JSON).
std::string serialize(Encoding encoding, const google::protobuf::Message& message);
/// A binary ServerFrame as JSON (for the rare text session that receives a shared frame). Empty for anything else.
std::string binary_to_json(std::string_view server_frame);

/// Binary ServerFrame{events} spliced from stored bytes, without parsing them: the frame that is encoded once and
/// shared by a hundred members.
struct EventBytes {
  std::string_view header;
  std::string_view content;
  std::string_view digest{};  // empty: left out
};
std::string encode_events_frame(const ChannelId& channel, std::span<const EventBytes> events);
/// Binary ServerFrame{outcome} for request `request`; the hottest answer.
std::string encode_outcome_frame(std::uint64_t request, const ChannelId& channel, const SendId& send_id,
                                 const StoredOutcome& outcome);

// ---- to chat types: everything that can be checked without state is checked here ---------------------------------

/// Body, channel and send_id; Stamp holds only send_id. `invalid_argument` names the field (`content_too_long` for
/// content that no server would take). Repetition in lists of accounts and targets is left to `decide`. For a direct
/// channel an empty channel_id is derived from `sender` and peer, a given one must equal it; likewise `self`. A client
/// may not create a channel of kind account.
Result<Command> to_command(const v1::Command& command, const AccountId& sender);
/// Not for what only the server's own jobs issue: those have no form on the wire.
void from_command(const Command& command, v1::Command& out);
Result<Content> to_content(const v1::Content& content);
/// `malformed` names the field; also for an event of a kind that is not known here.
Result<Event> to_event(const v1::EventHeader& header, const v1::Content* content);

// ---- from chat types ---------------------------------------------------------------------------------------------

void from_content(const Content& content, v1::Content& out);
void from_event(const Event& event, v1::Event& out);
/// Cut to at most `bytes` at a code point boundary (text), with preview and full_size set, when it is longer.
void make_preview(v1::Content& content, std::uint64_t bytes);
void from_registers(const Member& member, v1::Registers& out);
void from_settings(const ChannelSettings& settings, v1::ChannelSettings& out);
ChannelSettings to_settings(const v1::ChannelSettings& settings);
/// Everything of a row but `last`, as `account` sees it. `digest` is the chain's at the channel's head; it, the
/// head's time, title and avatar are left out for who may no longer see that head, floors and the number of members for
/// who has left. `active_members` is the channel's: counting them is O(members), so whoever keeps a channel keeps the
/// number.
void fill_inbox_row(const Channel& channel, std::size_t active_members, const Digest& digest, const AccountId& account,
                    const Floor& floor, v1::InboxRow& out);
void from_error(const Error& error, v1::Error& out);
Error to_error(const v1::Error& error);

/// Opaque version of an inbox: commit positions per partition (absent = 0), bound to an incarnation.
struct InboxVersion {
  Incarnation incarnation;
  std::vector<std::pair<PartitionId, Position>> positions;  // ascending by partition
  [[nodiscard]] Position of(PartitionId partition) const;
};
/// Positions of 0 are left out.
std::string encode_version(const InboxVersion& version);
/// `invalid_argument` for anything not made by encode_version.
Result<InboxVersion> decode_version(std::string_view bytes);

}  // namespace parley::wire
