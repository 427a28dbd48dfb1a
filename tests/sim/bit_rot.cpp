#include "sim/bit_rot.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "app/verify.hpp"
#include "sim/raw_device.hpp"
#include "wire/records.hpp"

namespace parley::sim {
namespace {

using Image = MemoryDisk::Image;

enum class Kind : std::uint8_t { event, outcome, member, head, card, annotation };
constexpr Kind kKinds[] = {Kind::event, Kind::outcome, Kind::member, Kind::head, Kind::card, Kind::annotation};
constexpr int kPatience = 20;  // times that one asks
constexpr Seq kLookedAt = 20;  // events, about, and the one it is about

/// A record of the image, and where it lies.
struct Record {
  Kind kind = Kind::event;
  ChannelId channel;
  Seq seq = 0;  // of an event or a target
  AccountId account{};
  SendId send_id{};
  std::string* bytes = nullptr;

  [[nodiscard]] std::string text() const {
    constexpr std::string_view names[] = {"event", "outcome", "member", "head", "card", "annotation"};
    return "a flipped bit of the " + std::string(names[static_cast<std::size_t>(kind)]) +
           (seq == 0 ? "" : " " + std::to_string(seq)) + " in " + channel.str();
  }
};

std::vector<Record> records(Image& image, Kind kind) {
  std::vector<Record> all;
  for (auto& [id, log] : image.channels) {
    const auto add = [&, &channel = id](Record record) {
      record.kind = kind;
      record.channel = channel;
      if (!record.bytes->empty()) all.push_back(std::move(record));
    };
    switch (kind) {
      case Kind::event:
        for (auto& [seq, bytes] : log.events) add({.seq = seq, .bytes = &bytes});
        break;
      case Kind::outcome:
        for (auto& [key, bytes] : log.outcomes) add({.account = key.first, .send_id = key.second, .bytes = &bytes});
        break;
      case Kind::member:
        for (auto& [account, bytes] : log.members) add({.account = account, .bytes = &bytes});
        break;
      case Kind::head:
        add({.bytes = &log.head});
        break;
      case Kind::card:
        add({.bytes = &log.card});
        break;
      case Kind::annotation:
        for (auto& [seq, bytes] : log.annotations) add({.seq = seq, .bytes = &bytes});
        break;
    }
  }
  return all;
}

constexpr std::string_view kDamaged = "damaged";
constexpr std::string_view kLast = "newest message";

/// What somebody hears of one channel, part by part: the bytes of each, or that it is damaged.
using Heard = std::map<std::string, std::string>;

/// One bit.
class Round {
 public:
  Round(World& world, Cluster& cluster, const std::vector<AccountId>& people, std::vector<std::string>& broken)
      : world_(world), cluster_(cluster), people_(people), broken_(broken) {}

  /// False: there is no record of that kind.
  bool all(MemoryStorage& storage, Kind kind) {
    const Image sound = storage.disk().image;
    auto choice = records(storage.disk().image, kind);
    if (choice.empty()) return false;
    flipped_ = choice[world_.dice().below(choice.size())];
    const std::vector<Heard> before = listen();
    restart([this] {
      std::string& bytes = *flipped_.bytes;
      bytes[world_.dice().below(bytes.size())] ^= static_cast<char>(1U << world_.dice().below(8));
    });
    damaged_ = *flipped_.bytes;
    verify(storage);
    compare(before, listen());
    act(storage.disk().image);
    if (*flipped_.bytes != damaged_) say("P10: it was written over");
    restart([&] { storage.disk().image = sound; });
    return true;
  }

 private:
  void say(const std::string& what) const { broken_.push_back(what + ", " + flipped_.text()); }

  /// All processes die, and `meanwhile` happens to the disk.
  void restart(const std::function<void()>& meanwhile) const {
    for (std::size_t node = 0; node < cluster_.nodes(); ++node) cluster_.crash(node);
    meanwhile();
    world_.run_until(
        [&] {
          std::size_t open = 0;
          for (std::size_t node = 0; node < cluster_.nodes(); ++node) open += cluster_.is_open(node) ? 1 : 0;
          return open == cluster_.nodes();
        },
        std::chrono::minutes(1));
    // Until all have their partitions, and know of each other.
    world_.run_for(std::chrono::seconds(3));
  }

  void verify(MemoryStorage& storage) const {
    bool found = false;
    const auto lists = [&](const AccountId& account) -> Result<std::vector<ChannelId>> {
      std::vector<ChannelId> channels;
      for (const auto& entry : storage.disk().image.lists[account]) channels.push_back(entry.first);
      return channels;
    };
    verify_store(*storage.scan(), lists, [&](const Damage& damage) {
      found = found || damage.channel == flipped_.channel;
      if (damage.channel != flipped_.channel) say("P10: verify finds damage where there is none: " + damage.what);
    });
    if (!found) say("P10: verify does not find it");
  }

  // ---- asking ------------------------------------------------------------------------------------------------------

  /// Somebody's device; nullptr: they cannot come in. Its token may be of a key so new that a node does not know it
  /// yet.
  [[nodiscard]] std::unique_ptr<RawDevice> device(const AccountId& account) const {
    for (int i = 0; i < kPatience; ++i) {
      auto device = std::make_unique<RawDevice>(world_, cluster_, account);
      device->hello();
      const bool welcome =
          std::ranges::any_of(device->frames, [](const v1::ServerFrame& frame) { return frame.has_welcome(); });
      if (welcome) return device;
      if (device->closed != error_info(ErrorCode::unauthenticated).close_code) break;
      world_.run_for(std::chrono::seconds(1));
    }
    return nullptr;
  }

  /// The answer, once the server is not too busy for it; an error is one.
  v1::ServerFrame ask(RawDevice& device, v1::ClientFrame& frame) const {
    v1::ServerFrame answer;
    for (int i = 0; i < kPatience; ++i) {
      device.frames.clear();
      answer = device.ask(frame);
      const bool busy = answer.error().retry_after_ms() > 0 || answer.error().name() == "store_unavailable";
      if (answer.request() != 0 && !busy) break;
      world_.run_for(std::chrono::seconds(1));
    }
    return answer;
  }

  [[nodiscard]] std::vector<Heard> listen() const {
    std::vector<Heard> all;
    for (const AccountId& account : people_) {
      Heard& heard = all.emplace_back();
      const auto somebody = device(account);
      if (!somebody) continue;
      inbox(*somebody, heard);
      channel(*somebody, heard);
      history(*somebody, heard);
    }
    return all;
  }

  void put(Heard& heard, std::string part, const v1::ServerFrame& answer, std::string bytes) const {
    if (answer.has_error()) {
      const std::string& name = answer.error().name();
      // What one may not see one is not told of, damaged or not.
      bytes = name == kDamaged ? std::string(kDamaged) : "error " + name;
    }
    heard.emplace(std::move(part), std::move(bytes));
  }

  void inbox(RawDevice& somebody, Heard& heard) const {
    std::string page;
    do {
      v1::ClientFrame frame;
      frame.mutable_get_inbox()->set_page(page);
      const auto answer = ask(somebody, frame);
      if (answer.has_error()) return put(heard, "row", answer, "");
      page = answer.inbox().next_page();
      for (const auto& row : answer.inbox().rows()) {
        if (row.channel_id() != flipped_.channel.view()) continue;
        v1::InboxRow rest = row;
        rest.clear_last();
        put(heard, "row", answer, rest.SerializeAsString());
        put(heard, std::string(kLast), answer, row.has_last() ? row.last().SerializeAsString() : "");
      }
    } while (!page.empty());
    heard.try_emplace("row", "none");
  }

  void channel(RawDevice& somebody, Heard& heard) const {
    v1::ClientFrame frame;
    frame.mutable_get_channel()->set_channel_id(std::string(flipped_.channel.view()));
    auto answer = ask(somebody, frame);
    if (answer.has_channel()) answer.mutable_channel()->clear_invitations();  // they end meanwhile
    put(heard, "channel", answer, answer.channel().SerializeAsString());
  }

  /// One by one: a page is damaged as a whole where it is not an event that is.
  void history(RawDevice& somebody, Heard& heard) const {
    const auto& log = static_cast<MemoryStorage&>(cluster_.storage()).disk().image.channels.at(flipped_.channel);
    const Seq every = 1 + log.events.size() / kLookedAt;
    for (const auto& entry : log.events) {
      const Seq seq = entry.first;
      if (seq != flipped_.seq && seq % every != 0) continue;
      v1::ClientFrame frame;
      auto& range = *frame.mutable_get_history();
      range.set_channel_id(std::string(flipped_.channel.view()));
      range.set_from(seq);
      range.set_to(seq);
      const auto answer = ask(somebody, frame);
      std::string bytes;
      for (const auto& event : answer.history().events()) {
        const bool lost = event.content_state() == v1::CONTENT_STATE_DAMAGED;
        bytes += lost ? std::string(kDamaged) : event.SerializeAsString();
      }
      put(heard, "event " + std::to_string(seq), answer, std::move(bytes));
    }
  }

  void compare(const std::vector<Heard>& before, const std::vector<Heard>& after) const {
    for (std::size_t i = 0; i < before.size(); ++i) {
      for (const auto& [part, bytes] : before[i]) {
        const auto now = after[i].find(part);
        if (now == after[i].end()) {
          if (part == kLast && after[i].at("row") == kDamaged) continue;
          say("P10: nothing is said any more of " + part);
        } else if (now->second != bytes && now->second != kDamaged && !leaves_out(part, bytes, now->second)) {
          say("P10: something else is served as " + part);
        }
      }
    }
  }

  /// Whether an event is as it was, but for the content of its last edit, which is what is damaged; or the newest
  /// message of a row is the damaged one, so that there is none, or another one.
  [[nodiscard]] bool leaves_out(const std::string& part, const std::string& before, const std::string& now) const {
    v1::Event was, is;
    if (!was.ParseFromString(before) || !is.ParseFromString(now)) return false;
    if (part == kLast && now.empty()) return was.header().seq() == flipped_.seq;
    if (flipped_.kind != Kind::event) return false;
    if (part == kLast && is.header().seq() != was.header().seq()) return was.header().seq() == flipped_.seq;
    const auto& edits = was.annotation().edits();
    if (is.annotation().has_current() || edits.empty() || edits[edits.size() - 1] != flipped_.seq) return false;
    was.mutable_annotation()->clear_current();
    return was.SerializeAsString() == now;
  }

  // ---- acting ------------------------------------------------------------------------------------------------------

  /// Whoever may is for changing what is damaged, or deciding by it.
  void act(const Image& image) const {
    const auto& log = image.channels.at(flipped_.channel);
    const std::size_t events = log.events.size();
    for (const AccountId& account : people_) {
      if (!log.members.contains(account)) continue;
      const auto somebody = device(account);
      if (!somebody) continue;
      if (flipped_.kind == Kind::outcome) {
        if (account == flipped_.account) retry(*somebody, events, log);
        continue;
      }
      if (flipped_.seq != 0) react(*somebody);
      if (flipped_.seq != 0) erase(*somebody);
      const auto answer =
          command(*somebody, [](v1::Command& post) { post.mutable_post()->mutable_content()->set_text("x"); });
      if (decides_by_it(image) && answer.error().name() != kDamaged) say("P10: a message was decided over damage");
      if (answer.has_error() && answer.error().name() != kDamaged) say("P9: answered " + answer.error().name());
    }
  }

  /// Whether nothing can be decided in its channel.
  [[nodiscard]] bool decides_by_it(const Image& image) const {
    if (flipped_.kind == Kind::head || flipped_.kind == Kind::card || flipped_.kind == Kind::member) return true;
    if (flipped_.kind != Kind::event) return false;
    const auto head = wire::decode_head(image.channels.at(flipped_.channel).head);
    return head && flipped_.seq > head->members_as_of;
  }

  template <class Fill>
  v1::ServerFrame command(RawDevice& somebody, Fill fill) const {
    IdBytes id{};
    world_.fill(id);
    v1::ClientFrame frame;
    auto& out = *frame.mutable_command();
    out.set_channel_id(std::string(flipped_.channel.view()));
    out.set_send_id(std::string(SendId(id).view()));
    fill(out);
    return ask(somebody, frame);
  }
  void react(RawDevice& somebody) const {
    command(somebody, [&](v1::Command& out) {
      out.mutable_react()->set_target(flipped_.seq);
      out.mutable_react()->mutable_content()->set_text("+");
    });
  }
  void erase(RawDevice& somebody) const {
    command(somebody, [&](v1::Command& out) { out.mutable_delete_()->add_targets(flipped_.seq); });
  }

  /// What became of the send is not known any more: it must not be sent a second time.
  void retry(RawDevice& somebody, std::size_t events, const MemoryDisk::StoredLog& log) const {
    v1::ClientFrame frame;
    auto& out = *frame.mutable_command();
    out.set_channel_id(std::string(flipped_.channel.view()));
    out.set_send_id(std::string(flipped_.send_id.view()));
    out.mutable_post()->mutable_content()->set_text("once more");
    const auto answer = ask(somebody, frame);
    if (answer.error().name() != kDamaged) say("P3: a retry was decided whose outcome cannot be read");
    if (log.events.size() != events) say("P3: a send is stored twice");
  }

  World& world_;
  Cluster& cluster_;
  const std::vector<AccountId>& people_;
  std::vector<std::string>& broken_;
  Record flipped_;
  std::string damaged_;
};

}  // namespace

std::uint64_t flip_bits(World& world, Cluster& cluster, MemoryStorage& storage, const std::vector<AccountId>& people,
                        std::vector<std::string>& broken) {
  cluster.keep_links_even();
  std::uint64_t flipped = 0;
  for (const Kind kind : kKinds) flipped += Round(world, cluster, people, broken).all(storage, kind) ? 1 : 0;
  return flipped;
}

}  // namespace parley::sim
