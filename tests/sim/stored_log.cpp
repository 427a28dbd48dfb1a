#include "sim/stored_log.hpp"

#include <algorithm>
#include <set>

#include "base/utf8.hpp"
#include "parley/v1/events.pb.h"
#include "parley/v1/records.pb.h"
#include "sim/next_event.hpp"
#include "wire/record_frame.hpp"

namespace parley::sim {
namespace {

constexpr std::uint32_t kAll = 1U << 20U;
constexpr std::uint64_t kAllBytes = std::uint64_t{1} << 40U;

struct Reader {
  ChannelStoreScan& scan;
  const Words& words;
  const ChannelId& id;
  StoredLog& log;
  std::vector<std::string>& broken;
  const Limits* most;
  const SentCommands* sent;
  std::set<std::string>& salts;  // of all channels

  void say(const std::string& what) const { broken.push_back(what + " in " + id.str()); }

  void all() const {
    StoreQuery query;
    query.channels.push_back(id);
    query.events.push_back({id, 1, ~Seq{0} >> 1U, kAll, kAllBytes, false});
    query.annotations.push_back({id, 1, ~Seq{0} >> 1U});
    auto found = scan.read_now(query);
    if (!found || !found->channels[0]) return say("P10: a channel cannot be read");
    const Digest digest = events(found->events[0]);
    head(*found->channels[0], digest);
    card(*found->channels[0]);
    members(*found->channels[0]);
    annotations(found->annotations[0]);
    outcomes();
    for (const auto& row : found->events[0]) no_erased_words(row.record);
    for (const auto& row : found->annotations[0]) no_erased_words(row.record);
  }

  /// What the next event must not be, as things stand before it.
  void allowed(const v1::EventHeader& header, std::string_view content) const {
    const std::string at = ", seq " + std::to_string(header.seq());
    const Seq target = header.has_edited() ? header.edited().target() : header.reacted().target();
    const auto message = log.model.messages.find(target);
    if (message != log.model.messages.end() && message->second.deleted) say("P6: an edit of what was deleted" + at);
    if ((header.has_message() || target != 0) && !log.model.blocked_by.empty())
      say("P7: said in spite of a block" + at);
    const auto epoch = header.crypto_epoch();
    if (epoch != 0 && epoch != log.model.crypto_epoch) say("P9: of another crypto epoch" + at);
    if (header.has_edited() && message != log.model.messages.end() &&
        message->second.author.view() != header.account()) {
      say("P9: somebody else's message is edited" + at);
    }
    for (const std::string& wrong : {unseen_target(log.model, header), wrong_heir(log.model, header)}) {
      if (!wrong.empty()) say(wrong + at);
    }
    if (header.has_joined_by_invitation()) invited(header);
    if (header.has_deleted()) may_delete(header);
    if (log.model.kind == v1::CHANNEL_KIND_GROUP) permitted(header);
    if (most != nullptr) within_limits(header, content);
  }

  /// Each their own, and who runs a group all of it. A deleted account's messages are erased by the server.
  void may_delete(const v1::EventHeader& header) const {
    if (header.device().empty()) return;
    if (log.model.kind == v1::CHANNEL_KIND_GROUP && role_of(header.account()) >= v1::ROLE_ADMIN) return;
    for (const Seq target : header.deleted().targets()) {
      const auto message = log.model.messages.find(target);
      if (message != log.model.messages.end() && message->second.author.view() == header.account()) continue;
      say("P9: somebody else's message is deleted, seq " + std::to_string(header.seq()));
    }
  }

  [[nodiscard]] int role_of(const std::string& account) const {
    const ModelMember* member = log.model.find(AccountId::from_bytes(account).value_or(AccountId{}));
    return member == nullptr ? 0 : static_cast<int>(member->role);
  }

  void invited(const v1::EventHeader& header) const {
    const auto invitation = log.model.invitations.find(header.joined_by_invitation().invitation());
    const std::string at = ", seq " + std::to_string(header.seq());
    if (invitation == log.model.invitations.end())
      return say("P9: an invitation let in that is used up or revoked" + at);
    const Time expires = invitation->second.expires;
    if (expires != kNever && expires <= from_unix_ms(header.time()))
      say("P9: an invitation let in that had ended" + at);
  }

  /// What the role of the sender is for. The server's own commands have no device.
  void permitted(const v1::EventHeader& header) const {
    if (header.device().empty() || header.has_joined_by_invitation()) return;
    const int role = role_of(header.account());
    const v1::ChannelSettings& settings = log.model.settings;
    int least = v1::ROLE_MEMBER;
    if (header.has_message()) least = settings.post();
    if (header.has_described()) least = settings.rename();
    if (header.has_members_added()) least = settings.add();
    if (header.has_member_removed())
      least = std::max<int>(v1::ROLE_ADMIN, role_of(header.member_removed().account()) + 1);
    if (header.has_settings_changed()) least = v1::ROLE_ADMIN;
    if (header.has_invitation_created() || header.has_invitation_revoked()) least = v1::ROLE_ADMIN;
    if (header.has_role_changed() || header.has_ownership_handed_over()) least = v1::ROLE_OWNER;
    if (role < least) say("P9: done by a member who may not, seq " + std::to_string(header.seq()));
  }

  void within_limits(const v1::EventHeader& header, std::string_view content) const {
    const ModelChannel& model = log.model;
    const auto expect = [&](std::uint64_t count, std::uint64_t limit, std::string_view what) {
      if (count > limit) say("P9: more " + std::string(what) + " than the limit, seq " + std::to_string(header.seq()));
    };
    expect(static_cast<std::uint64_t>(header.message().mentions_size()), most->mentions_per_message, "mentions");
    if (const auto message = model.messages.find(header.edited().target()); message != model.messages.end()) {
      expect(message->second.edits.size() + 1, most->edits_per_message, "edits");
    }
    if (const auto message = model.messages.find(header.reacted().target()); message != model.messages.end()) {
      // Whoever has one may change it.
      if (message->second.reactions.size() > most->reactions_per_message) expect(1, 0, "reactions");
    }
    // A deleted account's messages are erased by the server, which has no device.
    if (!header.device().empty()) {
      expect(static_cast<std::uint64_t>(header.deleted().targets_size()), most->targets_per_delete,
             "deletions at once");
    }
    if (model.kind == v1::CHANNEL_KIND_GROUP) expect(model.active_members(), most->group_members, "members");
    if (header.has_invitation_created()) {
      const auto live = std::ranges::count_if(model.invitations, [&](const auto& one) {
        return one.second.expires == kNever || one.second.expires > from_unix_ms(header.time());
      });
      expect(static_cast<std::uint64_t>(live) + 1, most->invitations_per_channel, "invitations");
    }
    v1::Content said;
    if (!said.ParseFromString(std::string(content))) return say("P9: a content that is none");
    expect(count_code_points(said.text()).value_or(UINT64_MAX), most->text_code_points, "code points");
    expect(said.data().size(), most->content_bytes, "bytes");
    if (header.has_reacted())
      expect(said.text().size() + said.data().size(), most->reaction_bytes, "bytes of a reaction");
  }

  Digest events(const std::vector<EventRow>& rows) const {
    Digest digest{};
    std::set<std::pair<AccountId, SendId>> sends;
    bool owned = true;
    bool salts_differ = true;
    for (const auto& row : rows) {
      auto opened = wire::verify_event(row.record);
      v1::EventHeader header;
      if (!opened || row.seq != log.model.head + 1 || !header.ParseFromString(opened->header) ||
          header.seq() != row.seq) {
        say("P2: a hole or damage at seq " + std::to_string(row.seq));
        break;
      }
      digest = wire::chain(digest, opened->header, opened->content_hash);
      if (opened->digest && *opened->digest != digest) say("P10: a stored digest is wrong");
      if ((row.seq % wire::kDigestEvery == 0) != opened->digest.has_value()) say("P10: a digest is missing");
      if (!sends.emplace(opened->event.account, opened->event.send_id).second) say("P3: a send is stored twice");
      if (from_unix_ms(header.time()) < log.head.time) say("P2: time goes back");
      log.head.time = from_unix_ms(header.time());
      allowed(header, opened->content);
      // The server's own commands have no device.
      if (sent != nullptr && !header.device().empty()) {
        const std::string wrong = sent->differs(id, log.model, header, opened->content, opened->content_deleted);
        if (!wrong.empty()) say(wrong);
      }
      log.model.add(header, opened->header, !opened->content_hash.empty(), kNever);
      const std::string wrong = wrong_owners(log.model);
      if (!wrong.empty() && owned) say(wrong + ", seq " + std::to_string(row.seq));
      owned = wrong.empty();
      if (salts_differ && !salt_is_new(row.record)) {
        say("P10: a salt is there twice, seq " + std::to_string(row.seq));
        salts_differ = false;
      }
      if (header.count() != log.model.messages.size()) say("P4: a count is wrong at seq " + std::to_string(row.seq));
      log.events.push_back(std::move(*opened));
    }
    for (const auto& opened : log.events) {
      const Seq seq = opened.event.seq;
      if (opened.content_deleted != log.model.erased.contains(seq)) {
        say(opened.content_deleted ? "P1: content is gone that nobody erased, seq " + std::to_string(seq)
                                   : "P6: erased content is still stored, seq " + std::to_string(seq));
      }
    }
    return digest;
  }

  /// Equal contents must not have equal hashes, wherever they are. It is gone with its content.
  [[nodiscard]] bool salt_is_new(std::string_view record) const {
    v1::EventRecord stored;
    stored.ParseFromString(std::string(record.substr(wire::kRecordFrame)));
    return stored.salt().empty() || salts.insert(stored.salt()).second;
  }

  void head(const StoredChannel& stored, const Digest& digest) const {
    auto read = wire::decode_head(stored.head);
    if (!read || read->seq != log.model.head || read->count != log.model.messages.size() || read->digest != digest ||
        read->time != log.head.time || read->members_as_of > read->seq) {
      return say("P10: the head does not fit its events");
    }
    log.head = *read;
  }

  void card(const StoredChannel& stored) const {
    Channel card;
    if (!wire::decode_card(stored.card, card)) return say("P10: a card is damaged");
    const ModelChannel& model = log.model;
    const bool same_settings = static_cast<int>(card.settings.post) == static_cast<int>(model.settings.post()) &&
                               static_cast<int>(card.settings.add) == static_cast<int>(model.settings.add()) &&
                               static_cast<int>(card.settings.rename) == static_cast<int>(model.settings.rename()) &&
                               card.settings.history_from_start == model.settings.history_from_start();
    const bool same = static_cast<int>(card.kind) == static_cast<int>(model.kind) && card.title == model.title &&
                      card.description == model.description && card.avatar == model.avatar &&
                      card.hidden == model.hidden && card.crypto_epoch == model.crypto_epoch &&
                      std::ranges::equal(card.blocked_by, model.blocked_by);
    if (!same || !same_settings) say("P10: the card does not fit the events");
    std::map<std::string, std::uint32_t> invitations, expected;
    for (const auto& one : card.invitations) invitations[std::string(one.id.view())] = one.uses_left;
    for (const auto& [one, known] : model.invitations) expected[one] = known.uses_left;
    if (invitations != expected) say("P10: the invitations do not fit the events");
  }

  void members(const StoredChannel& stored) const {
    for (const auto& row : stored.members) {
      auto member = wire::decode_member(row.record);
      if (!member) {
        say("P10: a member is damaged");
        continue;
      }
      check_member(row.account, *member);
      log.members.emplace(row.account, std::move(*member));
    }
    if (log.members.size() != log.model.members.size()) say("P10: the members do not fit the events");
  }

  void check_member(const AccountId& account, const Member& member) const {
    const ModelMember* known = log.model.find(account);
    if (known == nullptr) return say("P10: a member whom no event made");
    const Seq as_of = log.head.members_as_of;
    const bool same_visible = std::ranges::equal(member.intervals, known->visible, [](const auto& a, const auto& b) {
      return a.from == b.first && a.to == b.second;
    });
    if (static_cast<int>(member.role) != static_cast<int>(known->role) || !same_visible) {
      say("P7: a stored membership is not what the events made it");
    }
    if (member.own != log.model.own_up_to(account, as_of) ||
        member.mentions != log.model.mentions_up_to(account, as_of)) {
      say("P4: a member's totals are wrong");
    }
    if (member.read > member.delivered || member.delivered > log.model.visible_head(account)) {
      say("P5: a cursor stands where none can");
    }
    if (member.at_read.count != log.model.messages_up_to(member.read) ||
        member.at_read.own != log.model.own_up_to(account, member.read) ||
        member.at_read.mentions != log.model.mentions_up_to(account, member.read)) {
      say("P4: the totals remembered at a read cursor are wrong");
    }
  }

  void annotations(const std::vector<AnnotationRow>& rows) const {
    for (const auto& row : rows) {
      auto annotation = wire::decode_annotation(row.record);
      if (!annotation) {
        say("P10: an annotation is damaged");
        continue;
      }
      log.annotations.emplace(row.target, std::move(*annotation));
    }
    for (const auto& [seq, message] : log.model.messages) {
      const wire::Annotation& annotation = log.annotations[seq];
      std::map<AccountId, Seq> reactions;
      for (const auto& slot : annotation.reactions) reactions[slot.account] = slot.seq;
      if (reactions != message.reactions) say("P6: the reactions to seq " + std::to_string(seq) + " are wrong");
      if (!message.deleted && annotation.edits != message.edits) {
        say("P6: the edits of seq " + std::to_string(seq) + " are wrong");
      }
    }
  }

  void outcomes() const {
    auto rows = scan.outcomes_of(id);
    if (!rows) return say("P10: outcomes cannot be read");
    std::set<Seq> with_outcome;
    for (const auto& row : *rows) {
      auto outcome = wire::decode_outcome(row.record);
      if (!outcome) {
        say("P10: an outcome is damaged");
        continue;
      }
      log.outcomes.emplace(std::pair(row.account, row.send_id), *outcome);
      const auto stored = log.model.sends.find({row.account, row.send_id});
      const Seq at = stored == log.model.sends.end() ? 0 : stored->second;
      if (outcome->seq > log.model.head) say("P1: an outcome points past the head");
      const bool second_create = outcome->seq == 1 && at == 0 && log.model.kind != v1::CHANNEL_KIND_GROUP;
      if (outcome->seq != at && !second_create) {
        say(outcome->seq == 0 ? "P3: what was refused is stored" : "P3: an outcome points at another send's event");
      }
      if (at != 0) with_outcome.insert(at);
    }
    if (with_outcome.size() != log.events.size()) say("P3: an event has no outcome");
  }

  void no_erased_words(std::string_view raw) const {
    Words::each(raw, [&](std::size_t number) {
      if (number >= words.size()) return;
      const Words::Word& word = words[number];
      const auto at = log.model.sends.find({word.account, word.send_id});
      if (word.channel != id || at == log.model.sends.end()) return say("P1: somebody else's words are stored");
      if (log.model.erased.contains(at->second)) {
        say("P6: words of seq " + std::to_string(at->second) + " are still stored");
      }
    });
  }
};

}  // namespace

std::map<AccountId, ModelCursors> StoredLog::cursors() const {
  std::map<AccountId, ModelCursors> all;
  for (const auto& [account, member] : members) all[account] = {member.delivered, member.read, member.hide_read};
  return all;
}

StoredLogs read_store(ChannelStoreScan& scan, const Words& words, std::vector<std::string>& broken, const Limits* most,
                      const SentCommands* sent) {
  StoredLogs logs;
  const auto ids = scan.all_channels();
  if (!ids) {
    broken.emplace_back("P10: the channels cannot be listed");
    return logs;
  }
  std::set<std::string> salts;
  for (const auto& id : *ids) Reader{scan, words, id, logs[id], broken, most, sent, salts}.all();
  return logs;
}

}  // namespace parley::sim
