// A server, a network and a user for tests of the client's core, in one place and by hand: frames wait in queues until
// the test moves them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "client/memory_store.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::client::test {

template <class SomeId>
SomeId make_id(int number) {
  IdBytes bytes{};
  bytes[6] = 0x70;
  bytes[14] = static_cast<std::uint8_t>(number / 256);
  bytes[15] = static_cast<std::uint8_t>(number % 256);
  return SomeId(bytes);
}
inline const AccountId kMe = make_id<AccountId>(1);
inline const AccountId kPeer = make_id<AccountId>(2);
inline const ChannelId kTalk = make_id<ChannelId>(7);
inline const ChannelId kOther = make_id<ChannelId>(8);

template <class SomeId>
std::string raw(const SomeId& id) {
  return std::string(id.view());
}

/// A store whose commits can be made to fail.
class TestStore : public MemoryClientStore {
 public:
  Result<void> commit(const Changes& changes) override {
    ++commits;
    if (fail_next) return fail(ErrorCode::disk_full);
    if (changes.session != nullptr) versions.push_back(changes.session->version);
    return MemoryClientStore::commit(changes);
  }
  bool fail_next = false;
  int commits = 0;
  std::vector<std::string> versions;
};

struct Told {
  ChannelId channel;
  Seq seq;
  Placement placement;
};

class World : public Host, public Listener {
 public:
  struct Room {
    std::vector<v1::Event> log;
    std::vector<Interval> visible{{1, 0}};
    v1::Registers registers;
    std::uint64_t changed = 1;
    v1::Role role = v1::ROLE_MEMBER;
    std::uint32_t members = 0;
    int history = 1;  // another number: another history, with other digests
    Seq common = 0;   // up to here those of history 1
  };

  explicit World(Settings wanted = {}) : settings(std::move(wanted)) {
    settings.want = wanted.want;
    make_client();
  }

  // ---- the server ---------------------------------------------------------------------------------------------------

  Incarnation incarnation = make_id<Incarnation>(100);
  std::map<ChannelId, Room> rooms;
  std::map<SendId, v1::Outcome> outcomes;
  std::uint64_t clock = 1;        // of changes; an inbox version is its text
  std::size_t inbox_page = 1000;  // rows
  std::size_t page_events = 50;
  int busy = 0;                  // so many commands are answered "overloaded"
  std::string refuse;            // every command is refused with this error
  std::string refuse_hello;      // error of the next hello
  std::string refuse_questions;  // error of every GetHistory
  std::string refuse_channel;    // error of the next GetChannel
  bool deaf = false;             // frames of the client are lost
  bool push_own = true;
  std::int64_t session_ms = 3'600'000;
  std::vector<v1::ClientFrame> seen;
  std::vector<std::string> posted;  // texts, in the order posted

  v1::Event& add_event(const ChannelId& channel, const AccountId& author, const std::string& text) {
    Room& room = rooms[channel];
    v1::Event& event = room.log.emplace_back();
    event.mutable_header()->set_seq(room.log.size());
    event.mutable_header()->set_account(raw(author));
    event.mutable_header()->set_time(to_unix_ms(now));
    event.mutable_header()->mutable_message();
    event.mutable_content()->set_text(text);
    if (room.log.size() % 64 == 0) event.set_digest(digest(room, room.log.size()));
    room.changed = ++clock;
    return event;
  }
  /// A new message of somebody else, pushed.
  v1::ServerFrame push(const ChannelId& channel, const std::string& text) {
    return push_event(channel, add_event(channel, kPeer, text));
  }
  v1::ServerFrame push_event(const ChannelId& channel, const v1::Event& event) {
    v1::ServerFrame frame;
    frame.mutable_events()->set_channel_id(raw(channel));
    *frame.mutable_events()->add_events() = event;
    to_client.push_back(frame);
    return frame;
  }
  void push_head(const ChannelId& channel) {
    v1::ServerFrame frame;
    auto& head = *frame.mutable_heads()->add_heads();
    head.set_channel_id(raw(channel));
    head.set_head(rooms[channel].log.size());
    to_client.push_back(frame);
  }
  void push_resync() {
    v1::ServerFrame frame;
    frame.mutable_resync();
    to_client.push_back(frame);
  }

  void fill_row(const ChannelId& id, v1::InboxRow& row) {
    Room& room = rooms[id];
    row.set_channel_id(raw(id));
    row.set_kind(v1::CHANNEL_KIND_GROUP);
    row.set_role(room.role);
    row.set_members(room.members);
    for (const auto& interval : room.visible) {
      auto& range = *row.add_visible();
      range.set_from(interval.from);
      range.set_to(interval.to);
    }
    row.set_head(room.log.size());
    *row.mutable_registers() = room.registers;
    std::uint64_t unread = 0;
    for (const auto& event : room.log) {
      const auto& header = event.header();
      if (header.has_message() && header.account() != kMe.view() && header.seq() > room.registers.read()) ++unread;
    }
    row.set_unread(unread);
    if (!room.log.empty()) row.set_digest(digest(room, room.log.size()));
  }
  static std::string digest(const Room& room, Seq seq) {
    std::string bytes(32, static_cast<char>(seq > room.common ? room.history : 1));
    std::memcpy(bytes.data() + 8, &seq, sizeof seq);
    return bytes;
  }

  /// Answers all that the client has sent.
  void serve() {
    while (!from_client.empty()) {
      const v1::ClientFrame frame = from_client.front();
      from_client.pop_front();
      serve_one(frame);
    }
  }
  void serve_one(const v1::ClientFrame& frame) {
    seen.push_back(frame);
    if (deaf) return;
    v1::ServerFrame answer;
    answer.set_request(frame.request());
    switch (frame.body_case()) {
      case v1::ClientFrame::kHello:
        serve_hello(answer);
        break;
      case v1::ClientFrame::kCommand:
        serve_command(frame.command(), answer);
        return;
      case v1::ClientFrame::kGetInbox:
        serve_inbox(frame.get_inbox(), answer);
        break;
      case v1::ClientFrame::kGetHistory:
        serve_history(frame.get_history(), answer);
        break;
      case v1::ClientFrame::kGetChannel:
        if (!refuse_channel.empty()) {
          set_error(answer, std::exchange(refuse_channel, {}));
          break;
        }
        fill_row(*ChannelId::from_bytes(frame.get_channel().channel_id()), *answer.mutable_channel()->mutable_row());
        break;
      case v1::ClientFrame::kMoveCursor: {
        auto& registers = rooms[*ChannelId::from_bytes(frame.move_cursor().channel_id())].registers;
        registers.set_delivered(std::max(registers.delivered(), frame.move_cursor().delivered()));
        registers.set_read(std::max(registers.read(), frame.move_cursor().read()));
        *answer.mutable_registers() = registers;
        break;
      }
      case v1::ClientFrame::kNewToken:
        serve_hello(answer);
        break;
      default:
        answer.mutable_ok();
        break;
    }
    if (frame.request() != 0 || answer.has_error()) to_client.push_back(answer);
  }
  static void set_error(v1::ServerFrame& answer, std::string_view name, std::uint32_t retry_after_ms = 0) {
    answer.mutable_error()->set_name(std::string(name));
    answer.mutable_error()->set_retry_after_ms(retry_after_ms);
  }
  void serve_hello(v1::ServerFrame& answer) {
    put_off_.clear();
    if (!refuse_hello.empty()) {
      answer.set_request(0);  // told before the close
      return set_error(answer, std::exchange(refuse_hello, {}));
    }
    v1::Welcome& welcome = *answer.mutable_welcome();
    welcome.set_incarnation(raw(incarnation));
    welcome.set_account(raw(kMe));
    welcome.set_device(raw(make_id<DeviceId>(3)));
    welcome.set_resume_token("resume-" + std::to_string(++welcomes));
    welcome.set_time(to_unix_ms(now));
    welcome.set_heartbeat_ms(30'000);
    welcome.set_session_ends(to_unix_ms(now) + session_ms);
    auto& limit = *welcome.add_limits();
    limit.set_name("page_events");
    limit.set_value(page_events);
  }
  void serve_command(const v1::Command& command, v1::ServerFrame& answer) {
    std::string& put_off = put_off_[command.channel_id()];
    if (busy > 0 || (!put_off.empty() && put_off != command.send_id())) {
      if (put_off.empty()) put_off = command.send_id();
      busy = std::max(busy - 1, 0);
      set_error(answer, "overloaded", 100);
      to_client.push_back(answer);
      return;
    }
    put_off.clear();
    if (!refuse.empty()) {
      set_error(answer, refuse);
      to_client.push_back(answer);
      return;
    }
    const auto channel = *ChannelId::from_bytes(command.channel_id());
    v1::Outcome& outcome = outcomes[*SendId::from_bytes(command.send_id())];
    const bool again = outcome.seq() != 0;
    if (!again) {
      v1::Event& event = add_event(channel, kMe, command.post().content().text());
      posted.push_back(command.post().content().text());
      event.mutable_header()->set_send_id(command.send_id());
      outcome.set_channel_id(command.channel_id());
      outcome.set_send_id(command.send_id());
      outcome.set_seq(rooms[channel].log.size());
      outcome.set_time(to_unix_ms(now));
    }
    *answer.mutable_outcome() = outcome;
    to_client.push_back(answer);
    if (!again && push_own) push_event(channel, rooms[channel].log.back());
  }
  void serve_inbox(const v1::GetInbox& question, v1::ServerFrame& answer) {
    const std::string known = "v" + incarnation.str() + ":";
    std::uint64_t since = 0;
    if (!question.version().empty()) {
      if (!question.version().starts_with(known)) return set_error(answer, "incarnation_changed");
      since = std::stoull(question.version().substr(known.size()));
    }
    v1::Inbox& inbox = *answer.mutable_inbox();
    inbox.set_incarnation(raw(incarnation));
    std::size_t skip = question.page().empty() ? 0 : std::stoul(question.page());
    std::size_t at = 0;
    for (const auto& [id, room] : rooms) {
      if (room.changed <= since || at++ < skip) continue;
      if (static_cast<std::size_t>(inbox.rows_size()) == inbox_page) {
        inbox.set_next_page(std::to_string(skip + inbox_page));
        return;
      }
      fill_row(id, *inbox.add_rows());
    }
    inbox.set_version(known + std::to_string(clock));
  }
  void serve_history(const v1::GetHistory& question, v1::ServerFrame& answer) {
    if (!refuse_questions.empty()) return set_error(answer, refuse_questions);
    const Room& room = rooms[*ChannelId::from_bytes(question.channel_id())];
    const Seq head = room.log.size();
    Seq from = std::max<Seq>(question.from(), 1);
    Seq to = question.to() == 0 ? head : std::min(question.to(), head);
    const Seq limit = question.limit() == 0 ? page_events : question.limit();
    if (to >= from && to - from + 1 > limit)
      (question.oldest_first() ? to : from) = question.oldest_first() ? from + limit - 1 : to - limit + 1;
    v1::History& history = *answer.mutable_history();
    history.set_channel_id(question.channel_id());
    history.set_from(from);
    history.set_to(to);
    history.set_head(head);
    for (Seq seq = from; seq <= to; ++seq) {
      if (!sees(room, seq)) continue;
      v1::Event& event = *history.add_events();
      event = room.log[seq - 1];
      if (!event.digest().empty()) event.set_digest(digest(room, seq));
    }
  }
  static bool sees(const Room& room, Seq seq) {
    return std::any_of(room.visible.begin(), room.visible.end(), [&](const Interval& interval) {
      return seq >= interval.from && (interval.to == 0 || seq <= interval.to);
    });
  }

  // ---- the network --------------------------------------------------------------------------------------------------

  Time now = from_unix_ms(1'700'000'000'000);
  std::deque<v1::ClientFrame> from_client;
  std::deque<v1::ServerFrame> to_client;
  int connects = 0;
  int closes = 0;
  std::uint16_t close_code = 0;
  int tokens_wanted = 0;
  bool wanted = false;  // connect() was asked for
  bool up = false;
  Time wake = kNever;
  std::uint64_t random_state = 1;

  void connect() override {
    EXPECT_FALSE(up);
    ++connects;
    wanted = true;
  }
  void send(std::string_view bytes) override {
    EXPECT_TRUE(up);
    v1::ClientFrame frame;
    ASSERT_TRUE(frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    from_client.push_back(frame);
  }
  void close(std::uint16_t code) override {
    ++closes;
    close_code = code;
    up = wanted = false;
    from_client.clear();
    to_client.clear();
  }
  void wake_at(Time at) override { wake = at; }
  void need_token() override { ++tokens_wanted; }

  void accept() {
    ASSERT_TRUE(wanted);
    wanted = false;
    up = true;
    client->connected(now);
  }
  void deliver_one() {
    const std::string bytes = to_client.front().SerializeAsString();
    to_client.pop_front();
    client->frame(now, bytes);
  }
  void deliver() {
    while (!to_client.empty()) deliver_one();
  }
  /// Until nobody has anything to say, without letting time pass.
  void run() {
    if (wanted) accept();
    while (!from_client.empty() || !to_client.empty()) {
      serve();
      deliver();
      if (wanted) accept();
    }
  }
  /// Lets time pass, and calls tick() when it was wished for.
  void pass(Duration time) {
    const Time end = now + time;
    while (wake != kNever && wake <= end) {
      now = std::max(now, wake);
      wake = kNever;
      client->tick(now);
      if (auto_run) run();
    }
    now = end;
  }
  bool auto_run = true;
  /// The connection breaks; what was on its way is lost.
  void cut(std::uint16_t code = 0) {
    up = wanted = false;
    from_client.clear();
    to_client.clear();
    client->disconnected(now, code);
  }

  // ---- the user -----------------------------------------------------------------------------------------------------

  Settings settings;
  TestStore store;
  std::unique_ptr<Client> client;
  std::vector<Told> told;
  std::vector<std::string> sent;  // "seq" or the refusal's name
  std::vector<State> states;
  Error why;
  int synced = 0;
  std::vector<ChannelId> gone;
  std::vector<Seq> dropped_after;

  void make_client() {
    client = std::make_unique<Client>(settings, store, *this, *this, [this](std::span<std::uint8_t> out) {
      for (auto& byte : out) {
        random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
        byte = static_cast<std::uint8_t>(random_state >> 56);
      }
    });
  }
  /// The process dies and starts again.
  void restart() {
    up = wanted = false;
    from_client.clear();
    to_client.clear();
    wake = kNever;
    make_client();
  }
  /// From nothing to live.
  void start() {
    client->set_access_token(now, "token", std::chrono::hours(1));
    ASSERT_TRUE(client->start(now));
    run();
  }

  void on_state(State state, const Error& reason) override {
    states.push_back(state);
    why = reason;
  }
  void on_synced() override { ++synced; }
  void on_channel_gone(const ChannelId& channel) override { gone.push_back(channel); }
  void on_history_dropped(const ChannelState&, Seq after) override { dropped_after.push_back(after); }
  void on_events(const ChannelState& channel, std::span<const v1::Event* const> events, Placement placement) override {
    for (const v1::Event* event : events) told.push_back({channel.id, event->header().seq(), placement});
    // P1 of the client: nothing is told before the store has it.
    EXPECT_FALSE(store.events(channel.id, events.back()->header().seq(), events.back()->header().seq()).empty());
  }
  void on_sent(const SendResult& result) override {
    sent.push_back(result.seq > 0 ? std::to_string(result.seq) : std::string(result.refused));
    EXPECT_FALSE(store.outbox().contains(result.send_id));
  }

  [[nodiscard]] std::vector<Seq> seqs(const ChannelId& channel) const {
    std::vector<Seq> list;
    for (const auto& item : told) {
      if (item.channel == channel) list.push_back(item.seq);
    }
    return list;
  }
  [[nodiscard]] const ChannelState& talk() const { return *client->find(kTalk); }
  [[nodiscard]] std::size_t count_seen(v1::ClientFrame::BodyCase body) const {
    return static_cast<std::size_t>(
        std::count_if(seen.begin(), seen.end(), [&](const auto& frame) { return frame.body_case() == body; }));
  }
  [[nodiscard]] const v1::ClientFrame* last_seen(v1::ClientFrame::BodyCase body) const {
    for (auto it = seen.rbegin(); it != seen.rend(); ++it) {
      if (it->body_case() == body) return &*it;
    }
    return nullptr;
  }

 private:
  int welcomes = 0;
  std::map<std::string, std::string> put_off_;  // by channel: the send that has to come again first
};

inline std::vector<Seq> up_to(Seq last, Seq first = 1) {
  std::vector<Seq> list;
  for (Seq seq = first; seq <= last; ++seq) list.push_back(seq);
  return list;
}

inline Settings wanting(Want want) {
  Settings settings;
  settings.want = want;
  return settings;
}

/// So many messages of the peer.
inline void fill(World& world, const ChannelId& channel, int messages) {
  for (int i = 0; i < messages; ++i) world.add_event(channel, kPeer, "m" + std::to_string(i));
}

}  // namespace parley::client::test
