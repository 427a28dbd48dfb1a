#include "sim/device_check.hpp"

#include <algorithm>

#include "parley/v1/events.pb.h"
#include "sim/told_messages.hpp"

namespace parley::sim {
namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

/// One channel on one device.
struct View {
  const StoredLog& log;
  const Words& words;
  const DeviceView& device;
  const ChannelId& id;
  const client::ChannelState& shown;
  const Member& registers;  // as stored
  std::vector<std::string>& broken;

  void say(const std::string& what) const { broken.push_back(what + ", " + device.name + " in " + id.str()); }
  template <class T>
  void same(const char* what, const T& has, const T& wanted) const {
    if (has == wanted) return;
    if constexpr (std::is_convertible_v<T, std::uint64_t>) {
      say(std::string(what) + " " + number(static_cast<std::uint64_t>(has)) + ", should be " +
          number(static_cast<std::uint64_t>(wanted)));
    } else {
      say(std::string(what) + " is wrong");
    }
  }

  void all() const {
    const ModelMember& me = log.model.members.at(device.account);
    same("P7: head", shown.head, log.model.visible_head(device.account));
    same("P7: role", static_cast<int>(shown.role), static_cast<int>(me.role));
    std::vector<Interval> visible;
    for (const auto& [from, to] : me.visible) visible.push_back({from, to});
    same("P7: what may be seen", shown.visible, visible);
    if (me.active()) rest_of_row();
    own_registers();
    events();
  }

  void rest_of_row() const {
    same("P7: title", shown.title, log.model.title);
    same("P7: avatar", shown.avatar, log.model.avatar);
    same("P7: members", shown.members, log.model.active_members());
    if (log.model.kind == v1::CHANNEL_KIND_DIRECT) {
      same("P7: peer", shown.peer == device.account || !log.model.members.contains(shown.peer), false);
    }
    same("P4: badge", shown.unread, log.model.unread(device.account, registers.read));
    same("P4: badge of mentions", shown.unread_mentions, log.model.unread_mentions(device.account, registers.read));
    const ModelCursors ticks = ticks_for(log.model, log.cursors(), device.account);
    same("P5: delivered by all", shown.delivered_by_all, ticks.delivered);
    same("P5: read by all", shown.read_by_all, ticks.read);
  }

  /// The newest message that somebody else wrote while this membership lasted; 0: none.
  [[nodiscard]] Seq last_from_others() const {
    const ModelMember& me = log.model.members.at(device.account);
    for (auto it = log.model.messages.rbegin(); me.active() && it != log.model.messages.rend(); ++it) {
      if (it->first > me.joined && it->second.author != device.account) return it->first;
    }
    return 0;
  }

  void own_registers() const {
    // Another device's `delivered` is not pushed: nothing on the screen depends on it.
    if (shown.registers.delivered > registers.delivered) say("P5: a delivered cursor that the store does not have");
    if (registers.delivered < last_from_others()) {
      say("P5: the server does not know that seq " + number(last_from_others()) + " was received");
    }
    same("P5: read cursor", shown.registers.read, registers.read);
    const auto read_here = device.reads.find(id);
    // Who came again later may have read it as somebody who had left.
    const ModelMember& me = log.model.members.at(device.account);
    if (read_here != device.reads.end() && me.active() && me.joined <= read_here->second && !device.restored &&
        registers.read < read_here->second) {
      say("P5: the server does not know that seq " + number(read_here->second) + " was read");
    }
    same("P7: mark unread", shown.registers.marked_unread, registers.marked_unread);
    const std::int64_t muted = registers.muted_until == Time::max() ? -1 : to_unix_ms(registers.muted_until);
    same("P7: mute", shown.registers.muted_until, muted);
    same("P7: pin", shown.registers.pinned, registers.pinned);
    same("P7: archive", shown.registers.archived, registers.archived);
    same("P7: what I deleted for me", shown.registers.hidden, registers.hidden);
  }

  void events() const {
    const auto all = device.store.all_events().find(id);
    static const std::map<Seq, std::string> none;
    const auto& has = all == device.store.all_events().end() ? none : all->second;
    for (const auto& [seq, bytes] : has) {
      if (!log.model.sees(device.account, seq)) say("P7: has what it may not see, seq " + number(seq));
      no_forbidden_words(bytes);
    }
    for (const auto& opened : log.events) {
      const Seq seq = opened.event.seq;
      if (!log.model.sees(device.account, seq)) continue;
      const auto found = has.find(seq);
      if (found == has.end()) {
        say("P7: misses seq " + number(seq));
        continue;
      }
      v1::Event event;
      if (!event.ParseFromString(found->second)) {
        say("P7: cannot read its own seq " + number(seq));
      } else if (event.header().SerializeAsString() != opened.header) {
        say("P2: another event at seq " + number(seq));
      } else {
        content(opened, event);
      }
    }
  }

  [[nodiscard]] Seq target_of(Seq seq) const {
    const auto target = log.model.targets.find(seq);
    return target == log.model.targets.end() ? seq : target->second;
  }

  void content(const wire::OpenedEvent& opened, const v1::Event& event) const {
    const Seq seq = opened.event.seq;
    const Seq target = target_of(seq);
    if (log.model.erased.contains(seq) || opened.content.empty()) return;  // what must not be there, the words tell
    const bool hidden = registers.hides(seq) || registers.hides(target);
    if (hidden) {
      if (event.has_content()) say("P7: shows what was deleted for me, seq " + number(seq));
      return;
    }
    // What a membership that came later made visible is fetched only when a page is asked for.
    if (!log.model.sees(device.account, target) || log.model.members.at(device.account).joined > seq) return;
    v1::Content stored;
    if (!stored.ParseFromString(opened.content)) return say("P10: content cannot be read, seq " + number(seq));
    // A restored server may have forgotten that it was deleted, for all or for me.
    const bool erased =
        event.content_state() == v1::CONTENT_STATE_DELETED || event.content_state() == v1::CONTENT_STATE_HIDDEN;
    if (!event.has_content() && erased && device.restored) return;
    if (!event.has_content() || !shows(event.content(), stored)) say("P7: another content at seq " + number(seq));
  }

  void no_forbidden_words(std::string_view bytes) const {
    Words::each(bytes, [&](std::size_t at) {
      if (at >= words.size()) return;
      const auto stored = log.model.sends.find({words[at].account, words[at].send_id});
      if (words[at].channel != id || stored == log.model.sends.end()) return say("P7: has words of another channel");
      const Seq seq = stored->second;
      const auto erased = log.model.erased.find(seq);
      if (erased != log.model.erased.end() && log.model.sees(device.account, erased->second)) {
        say("P6: still has the erased words of seq " + number(seq) + ", erased by " + number(erased->second));
      }
      if (!log.model.sees(device.account, seq) || !log.model.sees(device.account, target_of(seq))) {
        say("P7: has words that it may not see, of seq " + number(seq));
      }
    });
  }
};

}  // namespace

void check_sends(const StoredLogs& logs, const Incarnation& incarnation, const DeviceView& device, const Sends& sends,
                 bool settled, std::vector<std::string>& broken) {
  for (const auto& [send_id, sent] : sends) {
    const auto say = [&](const std::string& what) {
      broken.push_back(what + ": " + device.name + " send " + send_id.str() + " seq " + number(sent.seq) + " " +
                       sent.refused);
    };
    Seq stored = 0;
    const auto log = logs.find(sent.channel);
    const bool known = log != logs.end();
    if (known) {
      const auto at = log->second.model.sends.find({device.account, send_id});
      if (at != log->second.model.sends.end()) stored = at->second;
    }
    if (!sent.told) {
      if (settled && !sent.lost) say("P1: an accepted send has no outcome");
      continue;
    }
    if (sent.incarnation != incarnation) continue;  // a restore may have taken it
    if (sent.seq != 0) {
      const bool existing_pair =
          sent.seq == 1 && stored == 0 && known && log->second.model.kind != v1::CHANNEL_KIND_GROUP;
      if (stored != sent.seq && !existing_pair) say("P1: told another seq than the stored " + number(stored));
      if (!known || !log->second.outcomes.contains({device.account, send_id})) say("P3: the outcome is not kept");
    } else if (stored != 0 && !sent.replayed && sent.refused != "stale_epoch") {  // which is kept by nobody
      say("P3: told as refused, and stored");
    } else if (known) {
      const auto kept = log->second.outcomes.find({device.account, send_id});
      if (kept != log->second.outcomes.end() && kept->second.seq == 0 && !sent.replayed &&
          Error(kept->second.refused).name() != sent.refused) {
        say("P3: another refusal than the stored one");
      }
    }
  }
}

void check_view(const StoredLogs& logs, const Words& words, const DeviceView& device,
                std::vector<std::string>& broken) {
  for (const auto& [id, shown] : device.store.channels()) {
    const auto log = logs.find(id);
    if (log == logs.end() || !log->second.model.members.contains(device.account)) {
      broken.push_back("P7: " + device.name + " shows a channel that is not its account's: " + id.str());
    }
  }
  for (const auto& [id, log] : logs) {
    const ModelMember* me = log.model.find(device.account);
    if (me == nullptr || log.model.hidden) continue;
    const auto known = device.store.channels().find(id);
    const auto registers = log.members.find(device.account);
    if (known == device.store.channels().end() || registers == log.members.end()) {
      broken.push_back("P7: " + device.name + " does not know its channel " + id.str());
      continue;
    }
    View{log, words, device, id, known->second, registers->second, broken}.all();
  }
}

}  // namespace parley::sim
