// What the screen shows: channels, messages, people, the connection. No terminal, no network, no clock: events go in,
// and drawing reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "client/types.hpp"
#include "parley/chat/editor.hpp"

namespace parley::v1 {
class Content;
class Event;
class EventHeader;
}  // namespace parley::v1

namespace parley::cli::chat {

struct Reaction {
  std::string value;  // empty: taken back
  Seq seq = 0;
};

/// One line of the body, as a part of the text.
struct Part {
  std::size_t from = 0;
  std::size_t size = 0;
};
struct Wrapped {
  int width = 0;
  std::size_t bytes = 0;
  Seq text_seq = 0;
  bool open = false;
  bool more = false;
  std::vector<Part> parts;
};

struct Message {
  Seq seq = 0;  // 0: waits to be sent
  SendId send_id;
  AccountId author;
  std::int64_t time = 0;
  std::string text;    // what it says now; of a deed: what was done
  Seq text_seq = 0;    // the event that the text is of
  bool deed = false;   // no message: something happened in the channel
  std::string header;  // of a deed: v1.EventHeader
  bool edited = false;
  bool deleted = false;
  bool cut = false;  // only the beginning is here
  bool is_bytes = false;
  bool forwarded = false;
  bool for_me = false;  // mentions the user
  Seq reply_to = 0;
  std::map<AccountId, Reaction> reactions;
  bool open = false;  // a long one, unfolded
  mutable Wrapped wrapped;
};

struct Chat {
  client::ChannelState state;
  std::map<Seq, Message> messages;  // without a hole from `oldest` on
  std::vector<Message> waiting;
  Seq oldest = 0;       // everything from here on is here; 0: nothing is
  bool loaded = false;  // what the store keeps was read
  bool fetching = false;
  Seq wanted = 0;  // to be jumped to once it is here

  Editor draft;
  Seq reply_to = 0;  // what the draft answers,
  Seq editing = 0;   // or changes

  Seq anchor = 0;  // the message at the lower edge; 0: the newest, whatever comes
  int skip = 0;    // lines of it that are below the edge
  Seq selected = 0;
  Seq fresh_after = 0;               // what is newer is new to the user; 0: nothing
  std::map<AccountId, Time> typing;  // until
  std::vector<AccountId> members;    // of a group, once they were asked for

  [[nodiscard]] bool at_newest() const { return anchor == 0; }
  [[nodiscard]] bool at_beginning() const;
  [[nodiscard]] bool can_write() const { return state.role != parley::Role::none; }
};

struct Presence {
  bool online = false;
  Time last_seen = kNever;
};

class Model {
 public:
  AccountId me;
  std::string handle;

  std::map<ChannelId, Chat> chats;
  std::map<AccountId, std::string> names;
  std::map<AccountId, Presence> presence;
  std::optional<ChannelId> open;
  bool show_archived = false;

  client::State state = client::State::signed_out;
  std::string why_offline;
  std::size_t waiting_sends = 0;
  std::string sends_put_off;  // the error with which the server does not take them for now
  std::string notice;         // said once at the lower edge
  bool notice_is_trouble = false;
  Time notice_until = kNever;

  [[nodiscard]] bool online() const { return state == client::State::live; }
  Chat* current();
  [[nodiscard]] const Chat* current() const;
  Chat* find(const ChannelId& id);

  // ---- what the client tells

  void take_channel(const client::ChannelState& state);
  void take_gone(const ChannelId& id);
  void take_dropped(const ChannelId& id, Seq after);
  /// Pushed or fetched as the newest; `after_hole`: what was here before is not connected with it.
  void take_newest(const ChannelId& id, std::span<const v1::Event* const> events, bool after_hole);
  /// A page that speaks for from..to, just before what is here (or the newest of all where nothing is).
  void take_older(const ChannelId& id, std::span<const v1::Event* const> events, Seq from, Seq to);
  void take_content(const ChannelId& id, Seq seq, const v1::Content& content);
  void take_waiting(const ChannelId& id, Message message);
  /// The outcome of a send: seq, or 0 for refused; then what was written goes back to where it can be written.
  void take_sent(const ChannelId& id, const SendId& send_id, Seq seq);
  void take_name(const AccountId& account, std::string name);
  /// Deeds speak of people: to be called after names were taken.
  void rename_deeds();
  void take_typing(const ChannelId& id, const AccountId& account, bool on, Time until);
  /// True: something has gone out.
  bool expire(Time now);

  // ---- what drawing asks

  /// The channels of the list, pinned ones first, then by activity.
  [[nodiscard]] std::vector<const Chat*> list() const;
  [[nodiscard]] std::string label(const Chat& chat) const;
  /// The handle, or the beginning of the id as long as it is not known; then it is among unknown().
  [[nodiscard]] std::string name(const AccountId& account) const;
  /// Members of the chat whom the text names by "@handle".
  [[nodiscard]] std::vector<AccountId> mentioned(const Chat& chat, std::string_view text) const;
  /// Accounts whose names were asked for in vain; each is told once.
  std::set<AccountId> unknown();
  /// They could not be found out: they are unknown again.
  void ask_again(const std::set<AccountId>& accounts) { unknown_.insert(accounts.begin(), accounts.end()); }
  [[nodiscard]] std::vector<std::string> typing_names(const Chat& chat) const;
  /// The next channel with something unread, behind the open one.
  [[nodiscard]] std::optional<ChannelId> next_unread() const;
  /// Messages that contain the words, newest first, of all channels at hand.
  struct Hit {
    ChannelId channel;
    Seq seq = 0;
    std::int64_t time = 0;
  };
  [[nodiscard]] std::vector<Hit> search(std::string_view words, std::size_t most) const;

 private:
  void apply(Chat& chat, const v1::Event& event);
  void apply_message(Chat& chat, const v1::Event& event);
  void apply_to_target(Chat& chat, const v1::Event& event);

  mutable std::set<AccountId> asked_;
  mutable std::set<AccountId> unknown_;
};

/// Small and capital letters are the same; made for comparing only.
std::string folded(std::string_view text);
/// Where the words stand first in the text, capital or small; size 0: nowhere.
Part found_in(std::string_view text, std::string_view words);

}  // namespace parley::cli::chat
