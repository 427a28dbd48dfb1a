#include "sim/witness.hpp"

#include <algorithm>

#include "parley/v1/records.pb.h"
#include "sim/told_messages.hpp"
#include "wire/frames.hpp"
#include "wire/records.hpp"

namespace parley::sim {
namespace {

/// Where no thread of it stands still.
constexpr Duration kGrace{30'000};
constexpr std::size_t kMostBroken = 20;
/// What the server may queue beyond the limit at which it stops to push: four times that, and what was asked before.
constexpr std::size_t kOutboxFactor = 4;
constexpr std::size_t kAnswersUnderWay = 16;
/// Open at once on one connection.
constexpr std::size_t kQuestions = 16;
/// Of the first page of an inbox: those that show their newest message.
constexpr int kRowsWithLast = 30;

ChannelId channel_id(const std::string& bytes) {
  return ChannelId::from_bytes(bytes).value_or(ChannelId{});
}
AccountId account_id(const std::string& bytes) {
  return AccountId::from_bytes(bytes).value_or(AccountId{});
}

}  // namespace

void Witness::say(const std::string& what) {
  if (broken_.size() < kMostBroken) broken_.push_back(what);
}

void Witness::say(const Ear& ear, const std::string& what) {
  say(what + ", told to " + ear.name);
}

void Witness::stands_still(Time from, Time until) {
  if (!stood_still_.empty() && from <= stood_still_.back().second) {
    stood_still_.back().second = std::max(stood_still_.back().second, until);
  } else {
    stood_still_.emplace_back(from, until);
  }
}

Duration Witness::grace(Time now) const {
  Duration left = kGrace;
  Time at = now;
  for (auto it = stood_still_.rbegin(); it != stood_still_.rend(); ++it) {
    const auto& [from, until] = *it;
    const Duration ran = at > until ? at - until : Duration{0};
    if (ran >= left) break;
    left -= ran;
    at = std::min(at, from);
  }
  return now - (at - left);
}

bool Witness::shows_reads(const AccountId& account, const ChannelId& channel, bool hides, Time now) {
  const auto changed = shows_reads_since_.find(account);
  if (hides) {
    if (changed != shows_reads_since_.end()) changed->second.erase(channel);
    return false;
  }
  return changed == shows_reads_since_.end() ||
         now - changed->second.try_emplace(channel, now).first->second > grace(now);
}

const ModelChannel& Witness::channel(const ChannelId& id, Time now) {
  ModelChannel& known = channels_[id];
  auto& digests = digests_[id];
  Digest digest{};
  if (!digests.empty()) std::ranges::copy(digests.back(), digest.begin());
  log_(id, known.head + 1, [&](Seq, std::string_view record) {
    auto opened = wire::verify_event(record);
    v1::EventHeader header;
    if (!opened || !header.ParseFromString(opened->header) || header.seq() != known.head + 1) return;
    known.add(header, opened->header, !opened->content.empty() || opened->content_deleted, now);
    if (const std::string wrong = additions_.committed(header, blocks_); !wrong.empty()) say(wrong + " in " + id.str());
    digest = wire::chain(digest, opened->header, opened->content_hash);
    digests.emplace_back(view(digest));
    contents_[id].push_back(std::move(opened->content));
  });
  return known;
}

/// One frame and who hears it.
struct Witness::Hearing {
  Witness& witness;
  Ear& ear;
  Time now;
  const v1::ClientFrame* question = nullptr;

  void say(const std::string& what) const { witness.say(ear, what); }
  [[nodiscard]] const AccountId& me() const { return ear.account; }
  [[nodiscard]] const ModelChannel& channel(const std::string& id) const {
    return witness.channel(channel_id(id), now);
  }

  void digest(const std::string& channel, Seq seq, const std::string& told) const {
    const auto& all = witness.digests_[channel_id(channel)];
    if (!told.empty() && (seq == 0 || seq > all.size() || all[seq - 1] != told))
      say("P10: another digest than the chain's");
  }

  /// As members are told it: every 64 events.
  void digests(const std::string& channel, const v1::Event& event) const {
    const Seq seq = event.header().seq();
    digest(channel, seq, event.digest());
    const bool wanted = seq % wire::kDigestEvery == 0 && event.content_state() != v1::CONTENT_STATE_DAMAGED;
    if (wanted && event.digest().empty()) say("P10: an event without its digest");
  }

  /// Never more than each of the others has said.
  void ticks(const std::string& id, Seq delivered, Seq read) const {
    const ModelChannel& in = channel(id);
    if (in.kind == v1::CHANNEL_KIND_SELF || in.kind == v1::CHANNEL_KIND_ACCOUNT) return;
    for (const auto& [account, member] : in.members) {
      if (account == me() || !member.active()) continue;
      const auto stored = wire::decode_member(witness.member_(channel_id(id), account));
      if (!stored) continue;
      if (delivered > stored->delivered) say("P5: told as delivered to all before it was");
      const bool shows = witness.shows_reads(account, channel_id(id), stored->hide_read, now);
      if (read > stored->read && shows) say("P5: told as read by all before it was");
    }
  }

  /// As things stood at the head of the row.
  void badge(const ModelChannel& in, const v1::InboxRow& row) const {
    std::uint64_t unread = 0, mentions = 0;
    const bool counts = row.role() != v1::ROLE_UNSPECIFIED && in.kind != v1::CHANNEL_KIND_ACCOUNT;
    for (auto it = in.messages.upper_bound(row.registers().read()); counts && it != in.messages.end(); ++it) {
      if (it->first > row.head()) break;
      unread += it->second.author == me() ? 0 : 1;
      mentions += it->second.mentions.contains(me()) ? 1 : 0;
    }
    if (row.unread() != unread || row.unread_mentions() != mentions) say("P4: another badge than that of its row");
  }

  /// Nobody is told by itself of a channel that a block has made.
  void not_hidden(const ModelChannel& in) const {
    if (in.hidden) say("P7: told of a hidden channel");
  }

  [[nodiscard]] ToldMessages messages(const std::string& channel, const ModelChannel& in) const {
    return {in, witness.contents_[channel_id(channel)], me()};
  }
  void say_if(const std::string& wrong) const {
    if (!wrong.empty()) say(wrong);
  }

  void event(const std::string& channel, const ModelChannel& in, const v1::Event& event) const {
    const Seq seq = event.header().seq();
    const std::string at = "seq " + std::to_string(seq);
    if (seq == 0 || seq > in.head) return say("P1: an event before it was stored, " + at);
    if (!in.sees(me(), seq)) return say("P7: an event that it may not see, " + at);
    if (event.content_state() == v1::CONTENT_STATE_DAMAGED) return;
    if (event.header().SerializeAsString() != in.headers[seq - 1]) return say("P2: another event than stored, " + at);
    const auto target = in.targets.find(seq);
    const bool points_away = target != in.targets.end() && !in.sees(me(), target->second);
    if (event.has_content() && points_away) say("P7: content of what points at an unseen message, " + at);
    if (event.has_content()) say_if(messages(channel, in).content(seq, event.content()));
    for (const Seq edit : event.annotation().edits()) {
      if (!in.sees(me(), edit)) say("P7: an edit that it may not see, " + at);
    }
    for (const auto& reaction : event.annotation().reactions()) {
      if (!in.sees(me(), reaction.seq())) say("P7: a reaction that it may not see, " + at);
    }
  }

  void events(const v1::Events& pushed) const {
    const ModelChannel& in = channel(pushed.channel_id());
    not_hidden(in);
    Seq& last = ear.pushed[channel_id(pushed.channel_id())];
    for (const auto& one : pushed.events()) {
      event(pushed.channel_id(), in, one);
      digests(pushed.channel_id(), one);
      if (one.header().seq() <= last) say("P2: events out of order");
      last = one.header().seq();
    }
  }

  void history(const v1::History& page) const {
    const ModelChannel& in = channel(page.channel_id());
    if (page.head() > in.visible_head(me())) say("P7: a head that it may not see");
    if (static_cast<std::uint64_t>(page.events_size()) > witness.limits_.page_events) say("P9: a page over its limit");
    std::set<Seq> shown;
    for (const auto& one : page.events()) {
      event(page.channel_id(), in, one);
      digests(page.channel_id(), one);
      say_if(messages(page.channel_id(), in).annotation(one, page.head()));
      const Seq seq = one.header().seq();
      if (seq < page.from() || seq > page.to()) say("P2: an event outside its page");
      if (!shown.empty() && seq <= *shown.rbegin()) say("P2: a page out of order");
      shown.insert(seq);
    }
    const ModelMember* member = in.find(me());
    if (member == nullptr) return say("P7: a page of somebody else's channel");
    if (member->joined > page.head()) return;  // what that joining shows was not so when the page was read
    for (Seq seq = page.from(); seq <= page.to() && seq <= page.head(); ++seq) {
      if (in.sees(me(), seq) && !shown.contains(seq)) {
        return say("P2: a page with a hole at seq " + std::to_string(seq));
      }
    }
  }

  void stored_cursors(const std::string& channel, const AccountId& account, Seq delivered, Seq read) const {
    const auto member = wire::decode_member(witness.member_(channel_id(channel), account));
    if (!member || delivered > member->delivered || read > member->read) say("P5: a cursor before it was stored");
  }

  void registers(const v1::Registers& now_are, const std::string& id) const {
    if (now_are.read() > now_are.delivered()) say("P5: more read than delivered");
    if (now_are.delivered() > channel(id).visible_head(me())) say("P5: a cursor beyond what it may see");
    stored_cursors(id, me(), now_are.delivered(), now_are.read());
  }

  void row(const v1::InboxRow& row, bool with_last) const {
    const ModelChannel& in = channel(row.channel_id());
    const ModelMember* member = in.find(me());
    if (member == nullptr) return say("P7: a row of somebody else's channel");
    if (row.head() > in.visible_head(me())) say("P7: a head that it may not see");
    registers(row.registers(), row.channel_id());
    for (const auto& range : row.visible()) {
      if (!in.sees(me(), range.from()) || (range.to() != 0 && !in.sees(me(), range.to()))) {
        say("P7: a range that it may not see");
      }
    }
    const bool had_title = std::ranges::any_of(in.titles, [&](const auto& title) {
      return title.second == row.title() && title.first <= in.visible_head(me());
    });
    if (!row.title().empty() && !had_title) say("P7: a title that it may not see");
    badge(in, row);
    ticks(row.channel_id(), row.delivered_by_all(), row.read_by_all());
    digest(row.channel_id(), row.head(), row.digest());
    if (row.has_last()) event(row.channel_id(), in, row.last());
    say_if(messages(row.channel_id(), in).last(row, with_last));
  }

  void inbox(const v1::Inbox& page) const {
    if (static_cast<std::uint64_t>(page.rows_size()) > witness.limits_.inbox_rows) say("P9: an inbox over its limit");
    int left = question != nullptr && question->get_inbox().page().empty() ? kRowsWithLast : 0;
    for (const auto& one : page.rows()) {
      row(one, left-- > 0);
      not_hidden(channel(one.channel_id()));
    }
  }

  void whole_channel(const v1::Channel& whole) const {
    row(whole.row(), false);
    const ModelChannel& in = channel(whole.row().channel_id());
    if (!in.was_active(me(), now, witness.grace(now)) && whole.members_size() > 0) say("P7: members after it left");
    for (const auto& info : whole.members()) {
      if (in.find(account_id(info.account())) == nullptr) say("P7: a member who never was one");
    }
  }

  void receipts(const v1::Receipts& all) const {
    const ModelChannel& in = channel(all.channel_id());
    if (!in.was_active(me(), now, witness.grace(now)) || !in.sees(me(), all.seq()))
      say("P7: receipts that it may not see");
    for (const auto& one : all.receipts()) {
      if (!in.was_active(account_id(one.account()), now, witness.grace(now))) say("P7: a receipt of no member");
      if (one.delivered() > in.head || one.read() > one.delivered()) say("P5: a receipt beyond everything");
      stored_cursors(all.channel_id(), account_id(one.account()), one.delivered(), one.read());
    }
  }

  void outcome(const v1::Outcome& told) const {
    const ModelChannel& in = channel(told.channel_id());
    const auto stored = in.sends.find({me(), SendId::from_bytes(told.send_id()).value_or(SendId{})});
    if (told.seq() == 0) {
      if (stored != in.sends.end()) say("P3: a refusal of what is stored");
      return;
    }
    const bool created = witness.creations_.contains({me(), SendId::from_bytes(told.send_id()).value_or(SendId{})});
    const bool existing_pair = created && told.seq() == 1 && in.head > 0 && in.kind != v1::CHANNEL_KIND_GROUP;
    if (stored == in.sends.end() ? !existing_pair : stored->second != told.seq()) {
      say("P1: posted, seq " + std::to_string(told.seq()) + ", and not stored so");
    }
  }

  void heads(const v1::Heads& heads) const {
    for (const auto& one : heads.heads()) {
      const ModelChannel& in = channel(one.channel_id());
      if (one.head() > in.visible_head(me())) say("P7: a head that it may not see");
      not_hidden(in);
    }
  }

  void receipts_moved(const v1::ReceiptsMoved& moved) const {
    const ModelChannel& in = channel(moved.channel_id());
    if (!in.was_active(me(), now, witness.grace(now))) say("P7: ticks of a channel that it is not in");
    not_hidden(in);
    if (moved.delivered_by_all() > in.head || moved.read_by_all() > in.head) say("P5: ticks beyond the head");
    ticks(moved.channel_id(), moved.delivered_by_all(), moved.read_by_all());
  }

  void registers_changed(const v1::RegistersChanged& changed) const {
    const ModelChannel& in = channel(changed.channel_id());
    if (in.find(me()) == nullptr) return say("P7: registers of somebody else's channel");
    registers(changed.registers(), changed.channel_id());
  }

  void typing(const v1::TypingNow& typing) const {
    const ModelChannel& in = channel(typing.channel_id());
    const AccountId who = account_id(typing.account());
    if (!in.was_active(me(), now, witness.grace(now)) || !in.was_active(who, now, witness.grace(now)))
      say("P7: typing outside the members");
    if (who == me()) say("P7: its own typing");
    if (!in.blocked_by.empty() && now - in.blocked_at > witness.grace(now)) say("P7: typing in spite of a block");
  }

  void presence(const v1::PresenceNow& told) const {
    for (const auto& one : told.accounts()) {
      const AccountId who = account_id(one.account());
      if (!one.online() && one.last_seen() == 0) continue;  // says nothing
      for (const auto& pair : {std::pair(me(), who), std::pair(who, me())}) {
        const auto block = witness.blocks_.find(pair);
        if (block != witness.blocks_.end() && now - block->second > witness.grace(now))
          say("P7: presence in spite of a block");
      }
      const auto hides = [&](Shown what) { return witness.audiences_.hides(who, what, me(), now, witness.grace(now)); };
      if (one.online() && hides(Shown::online)) say("P7: that somebody is online who hides it");
      if (one.last_seen() != 0 && hides(Shown::last_seen)) say("P7: when somebody was last seen who hides it");
      if (!share_a_channel(who)) say("P7: presence of a stranger");
    }
  }

  [[nodiscard]] bool share_a_channel(const AccountId& who) const {
    witness.channel(direct_channel_id(me(), who), now);  // known from here on
    if (share_a_known_channel(who)) return true;
    // One that was committed, and of which nobody was told yet, since its owner lost it meanwhile.
    for (const ChannelId& id : witness.all_()) witness.channel(id, now);
    return share_a_known_channel(who);
  }

  [[nodiscard]] bool share_a_known_channel(const AccountId& who) const {
    return std::ranges::any_of(witness.channels_, [&](const auto& one) {
      const ModelChannel& in = witness.channel(one.first, now);
      if (in.kind == v1::CHANNEL_KIND_DIRECT) return in.find(me()) != nullptr && in.find(who) != nullptr;
      return in.was_active(me(), now, witness.grace(now)) && in.was_active(who, now, witness.grace(now));
    });
  }

  [[nodiscard]] const std::string& registers_asked_for() const {
    if (question == nullptr) return v1::MoveCursor::default_instance().channel_id();
    if (question->has_set_registers()) return question->set_registers().channel_id();
    if (question->has_hide_messages()) return question->hide_messages().channel_id();
    return question->move_cursor().channel_id();
  }

  void content(const v1::Event& whole) const {
    if (question == nullptr || !question->has_get_content()) return say("P9: an answer to something else");
    const std::string& id = question->get_content().channel_id();
    event(id, channel(id), whole);
    if (whole.content().preview()) say("P7: only the beginning of what was asked for whole");
  }

  void versions(const v1::Versions& versions) const {
    const ModelChannel& in = channel(versions.channel_id());
    for (const auto& one : versions.events()) event(versions.channel_id(), in, one);
  }

  void words(std::string_view bytes) const {
    Words::each(bytes, [&](std::size_t number) {
      if (number >= witness.words_.size()) return;
      const Words::Word& word = witness.words_[number];
      const ModelChannel& in = witness.channel(word.channel, now);
      const auto stored = in.sends.find({word.account, word.send_id});
      if (stored == in.sends.end()) return say("P1: words before they were stored");
      const auto target = in.targets.find(stored->second);
      const Seq shown_as = target == in.targets.end() ? stored->second : target->second;
      if (!in.sees(me(), stored->second) || !in.sees(me(), shown_as)) {
        say("P7: words that it may not see, of seq " + std::to_string(stored->second));
      }
    });
  }

  void body(const v1::ServerFrame& frame) const {
    switch (frame.body_case()) {
      case v1::ServerFrame::kOutcome:
        return outcome(frame.outcome());
      case v1::ServerFrame::kInbox:
        return inbox(frame.inbox());
      case v1::ServerFrame::kHistory:
        return history(frame.history());
      case v1::ServerFrame::kChannel:
        return whole_channel(frame.channel());
      case v1::ServerFrame::kReceipts:
        return receipts(frame.receipts());
      case v1::ServerFrame::kContent:
        return content(frame.content());
      case v1::ServerFrame::kVersions:
        return versions(frame.versions());
      case v1::ServerFrame::kRegisters:
        return registers(frame.registers(), registers_asked_for());
      case v1::ServerFrame::kEvents:
        return events(frame.events());
      case v1::ServerFrame::kHeads:
        return heads(frame.heads());
      case v1::ServerFrame::kReceiptsMoved:
        return receipts_moved(frame.receipts_moved());
      case v1::ServerFrame::kRegistersChanged:
        return registers_changed(frame.registers_changed());
      case v1::ServerFrame::kTypingNow:
        return typing(frame.typing_now());
      case v1::ServerFrame::kPresenceNow:
        return presence(frame.presence_now());
      case v1::ServerFrame::kError:
      case v1::ServerFrame::kWelcome:
      case v1::ServerFrame::kOk:
      case v1::ServerFrame::kResync:
      case v1::ServerFrame::BODY_NOT_SET:
        return;
    }
  }
};

void Witness::sends(const AccountId& account, const v1::Command& command, Time now) {
  additions_.asked(account, command, now);
  if (command.has_create_channel()) {
    creations_.emplace(account, SendId::from_bytes(command.send_id()).value_or(SendId{}));
  }
  const std::string wrong = sent_.add(account, command);
  if (!wrong.empty()) say(wrong);
}

void Witness::asked(Ear& ear, std::string_view bytes, Time now) {
  v1::ClientFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  ++kinds_.asked[frame.body_case()];
  if (frame.has_command()) ++kinds_.commands[frame.command().body_case()];
  if (frame.request() == 0) return;
  ear.open.emplace(frame.request(), now);
  if (frame.has_get_inbox() || frame.has_get_content() || frame.has_move_cursor() || frame.has_set_registers() ||
      frame.has_hide_messages()) {
    ear.asked[frame.request()] = frame;
  }
  if (frame.has_command()) sends(ear.account, frame.command(), now);
  if (frame.has_hello()) ear.token = frame.hello().access_token();
  if (frame.has_new_token()) {
    const std::string& token = frame.new_token().access_token();
    if (ear.token == token) say(ear, "P8: a token is sent to a session that has it");
    ear.token = token;
  }
  if (const auto asked_of = ChannelId::from_bytes(RefusalWatch::channel_of(frame))) {
    RefusalWatch::asked(ear.questions, frame, channel(*asked_of, now).head);
  }
  if (const std::string wrong = sends_.asked(ear.sends, ear.made, frame); !wrong.empty()) say(ear, wrong);
  const Duration interval(static_cast<std::int64_t>(limits_.receipt_interval_ms));
  if (const std::string wrong = ReceiptWatch::asked(ear.receipts, frame, interval, now); !wrong.empty())
    say(ear, wrong);
}

void Witness::look_at_refusal(Ear& ear, const v1::ServerFrame& frame, Time now) {
  const auto asked = ear.questions.extract(frame.request());
  if (asked.empty()) return;
  const v1::ClientFrame& question = asked.mapped().frame;
  const auto send_id = SendId::from_bytes(question.command().send_id()).value_or(SendId{});
  if (question.has_command() && !SendWatch::left_once(ear.sends, ear.made, send_id)) return;
  const ModelChannel& in = channel(*ChannelId::from_bytes(RefusalWatch::channel_of(question)), now);
  const std::string wrong = RefusalWatch::said(asked.mapped(), frame, in, ear.account);
  if (!wrong.empty()) say(ear, wrong);
}

/// Whoever has fewer questions open than may be is not refused for that. What has no answer takes no place for long.
void Witness::look_at_busy(Ear& ear, const v1::ServerFrame& frame) {
  if (wire::to_error(frame.error()).code != ErrorCode::too_many_requests) return;
  if (ear.sends.open.contains(frame.request())) return;
  if (ear.open.size() - ear.sends.open.size() < kQuestions) say(ear, "P9: refused for questions that are answered");
}

void Witness::said(Ear& ear, std::string_view bytes, std::size_t queued, Time now) {
  ++frames_;
  v1::ServerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return say(ear, "P9: a frame that is none");
  ++kinds_.said[frame.body_case()];
  Hearing hearing{*this, ear, now};
  v1::ClientFrame question;
  if (frame.request() != 0) {
    if (ear.open.erase(frame.request()) == 0) say(ear, "P9: a second answer, or one to nothing");
    if (const auto asked = ear.asked.extract(frame.request())) {
      question = asked.mapped();
      hearing.question = &question;
    }
  } else if (queued > limits_.outbox_bytes && !frame.has_error()) {
    say(ear, "P8: a push to somebody who does not read");
  }
  const std::size_t most =
      kOutboxFactor * limits_.outbox_bytes + kAnswersUnderWay * 2 * std::max(limits_.page_bytes, limits_.content_bytes);
  if (queued > most) say(ear, "P8: a queue without bounds");
  hearing.body(frame);
  hearing.words(bytes);
  look_at_refusal(ear, frame, now);
  if (queued == 0) look_at_busy(ear, frame);
  if (const std::string wrong = sends_.said(ear.sends, ear.made, ear.account, frame); !wrong.empty()) say(ear, wrong);
  if (const std::string wrong = ReceiptWatch::said(ear.receipts, ear.account, frame); !wrong.empty()) say(ear, wrong);
  if (const std::string wrong = SessionEndWatch::said(ear.session, frame); !wrong.empty()) say(ear, wrong);
}

}  // namespace parley::sim
