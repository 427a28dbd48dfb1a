// The words of the client's core: what it knows of a channel, keeps of a send, and tells its user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "chat/channel.hpp"

namespace parley::client {

enum class State : std::uint8_t {
  signed_out,  // not started, or signed out
  waiting,     // for the end of a back-off, or for an access token
  connecting,  // Host::connect() was asked for
  greeting,    // hello is on its way
  syncing,     // welcome; the inbox is being read. Sends flow already
  live,        // the inbox is complete as of its version, and events are pushed
  stopped,     // not to be tried again: the server said so, the store failed, or stop() was called
};
std::string_view name_of(State state);

enum class Mode : std::uint8_t { everything = 0, heads_only = 1, open_channels = 2 };

/// Which events of a channel the core fetches by itself when it misses some.
enum class Want : std::uint8_t {
  nothing,     // what is pushed, in rising order; holes stay
  newest,      // the newest page; what was missed beyond a page stays a hole until it is asked for
  in_order,    // the newest page at first contact, from then on every event, oldest first, without a hole
  everything,  // all that is visible, newest page first
};

/// Where events stand, seen from the last event told of the channel.
enum class Placement : std::uint8_t {
  next,        // they follow it, nothing is missing between
  after_hole,  // they are newer, but something between is missing
  older,       // they fill a hole or extend the beginning
};

struct Registers {
  Seq delivered = 0;
  Seq read = 0;
  bool marked_unread = false;
  std::int64_t muted_until = 0;  // Unix ms; 0 = not muted, -1 = for ever
  bool pinned = false;
  bool archived = false;
  std::vector<Interval> hidden;  // deleted for me
  friend bool operator==(const Registers&, const Registers&) = default;
};

/// The chain's digest at a seq, as an inbox row or an event told it.
struct Point {
  Seq seq = 0;
  Digest digest{};
  friend bool operator==(const Point&, const Point&) = default;
};

/// A channel as this device knows it.
struct ChannelState {
  ChannelId id;
  ChannelKind kind = ChannelKind::group;
  Role role = Role::none;  // none: no longer a member
  std::string title;
  std::string avatar;
  AccountId peer;  // direct only
  std::uint32_t members = 0;
  std::vector<Interval> visible;  // the seqs I may see; to = 0: open
  Seq head = 0;                   // the last seq known to exist for me
  Time head_time = kNever;
  std::uint64_t unread = 0;
  std::uint64_t unread_mentions = 0;
  Seq contact = 0;      // the head when this device first heard of the channel
  Seq counted = 0;      // badge, title and members include events up to here
  Registers registers;  // as the server has them
  Seq delivered_by_all = 0;
  Seq read_by_all = 0;

  Seq delivered_wanted = 0;    // the last event of others that is stored here, and
  Seq read_wanted = 0;         // what the user has read here: the server is told until its registers say so
  std::vector<Interval> have;  // seqs that were applied: ascending, disjoint, closed. Events in them that were not
                               // stored were hidden, or the store keeps fewer
  std::vector<Point> points;   // ascending
  Incarnation incarnation;     // of the history that `have` and `points` speak of
  bool unproven = false;       // they may be of another one: the digest of the last point is still to be compared

  /// The last seq applied; 0 = none yet.
  [[nodiscard]] Seq top() const { return have.empty() ? 0 : have.back().to; }
  friend bool operator==(const ChannelState&, const ChannelState&) = default;
};

/// Who this device is and how far its inbox has been read.
struct SessionRecord {
  AccountId account;
  DeviceId device;
  Incarnation incarnation;
  std::string version;       // of the inbox; empty: never read to the end
  std::string resume_token;  // secret
  Time resume_made = kNever;
  friend bool operator==(const SessionRecord&, const SessionRecord&) = default;
};

/// A send without outcome.
struct OutboxEntry {
  SendId send_id;
  ChannelId channel;
  std::uint64_t order = 0;  // rising; sends of one channel leave in this order
  Time created = kNever;
  std::string command;  // v1.Command
  friend bool operator==(const OutboxEntry&, const OutboxEntry&) = default;
};

/// The end of a send.
struct SendResult {
  SendId send_id{};
  ChannelId channel{};
  Seq seq = 0;  // 0: refused
  Time time = kNever;
  std::string_view refused{};  // name from the table of errors; empty when posted. Valid during the call
  std::string_view text{};     // for people
};

struct Settings {
  std::string client = "parley";  // name and version, for the operator's eyes
  Mode mode = Mode::everything;
  Want want = Want::newest;    // of channels for which nothing else was said
  bool receipts = true;        // tell `delivered` once events are stored
  bool inbox_on_heads = true;  // ask for exact badges when only heads come

  std::size_t window = 32;         // sends in flight
  std::size_t channel_window = 8;  // of one channel, whose order the server keeps
  std::size_t outbox_entries = 10'000;
  std::size_t outbox_bytes = 64u << 20;
  std::size_t questions = 1'000;
  std::size_t history_in_flight = 4;  // pages fetched at once
  std::size_t held_events = 1'024;    // live events kept back while a hole before them is filled

  Duration first_backoff{500};
  Duration longest_backoff{30'000};
  Duration steady{10'000};           // a session that lived this long starts the back-off anew
  Duration connect_timeout{20'000};  // from connect() to welcome
  Duration answer_timeout{20'000};   // a connection that leaves a request unanswered this long is given up
  Duration token_lead{60'000};       // a new token is asked for this long before the session ends
  Duration resume_life{600'000};     // resume tokens are not tried after this
  Duration gap_patience{1'000};      // how long an event that must exist may be on its way
};

}  // namespace parley::client
