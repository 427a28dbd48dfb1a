#include "sim/told_messages.hpp"

#include <algorithm>
#include <map>

namespace parley::sim {
namespace {

std::string at(Seq seq) {
  return ", seq " + std::to_string(seq);
}

/// The server looks for the newest message among so many events, and in so many bytes.
constexpr Seq kLastWithin = 4;
constexpr std::size_t kLastBytes = 32 * 1024;

}  // namespace

bool shows(const v1::Content& told, const v1::Content& stored) {
  if (told.body_case() != stored.body_case() || told.type() != stored.type()) return false;
  const std::string& whole = stored.has_data() ? stored.data() : stored.text();
  const std::string& part = told.has_data() ? told.data() : told.text();
  return told.preview() ? part.size() < whole.size() && whole.starts_with(part) && told.full_size() == whole.size()
                        : part == whole;
}

std::string ToldMessages::content(Seq seq, const v1::Content& told) const {
  if (seq == 0 || seq > contents.size() || contents[seq - 1].empty()) return {};
  v1::Content stored;
  if (!stored.ParseFromString(contents[seq - 1])) return "P10: a content that is none" + at(seq);
  return shows(told, stored) ? "" : "P7: another content than stored" + at(seq);
}

std::string ToldMessages::annotation(const v1::Event& message, Seq as_of) const {
  const auto known = in.messages.find(message.header().seq());
  // What was deleted meanwhile had edits then.
  if (known == in.messages.end() || known->second.deleted) return {};
  const ModelMember* member = in.find(reader);
  if (member == nullptr || member->joined > as_of || message.content_state() != v1::CONTENT_STATE_UNSPECIFIED)
    return {};
  const std::string wrong = edits(known->second, message, as_of);
  return wrong.empty() ? reactions(known->second, message, as_of) : wrong;
}

std::string ToldMessages::edits(const ModelMessage& known, const v1::Event& message, Seq as_of) const {
  std::vector<Seq> should;
  for (const Seq edit : known.edits) {
    if (edit <= as_of && in.sees(reader, edit)) should.push_back(edit);
  }
  const v1::Annotation& told = message.annotation();
  if (!std::ranges::equal(told.edits(), should)) return "P7: other edits than stored" + at(message.header().seq());
  if (should.empty()) return told.has_current() ? "P7: edited by nobody" + at(message.header().seq()) : "";
  if (!told.has_current()) return "P7: not told what it says now" + at(message.header().seq());
  return content(should.back(), told.current());
}

std::string ToldMessages::reactions(const ModelMessage& known, const v1::Event& message, Seq as_of) const {
  std::map<AccountId, Seq> told;
  for (const auto& one : message.annotation().reactions()) {
    const auto target = in.targets.find(one.seq());
    if (target == in.targets.end() || target->second != message.header().seq()) {
      return "P7: a reaction to something else" + at(one.seq());
    }
    const auto gone = in.erased.find(one.seq());
    const bool of_then = gone == in.erased.end() || gone->second > as_of;
    const bool only = told.emplace(AccountId::from_bytes(one.account()).value_or(AccountId{}), one.seq()).second;
    if (!of_then || !only) return "P7: a reaction that was taken back" + at(one.seq());
    if (const std::string wrong = content(one.seq(), one.content()); !wrong.empty()) return wrong;
  }
  // What was in a slot then may have been replaced; what is in it since before then was there.
  for (const auto& [account, seq] : known.reactions) {
    if (seq > as_of || !in.sees(reader, seq)) continue;
    const auto found = told.find(account);
    if (found == told.end() || found->second != seq) return "P7: a page without a reaction" + at(seq);
  }
  return {};
}

bool ToldMessages::is_near(Seq seq, Seq head) const {
  if (seq + kLastWithin <= head || head > contents.size()) return false;
  std::size_t bytes = 0;
  for (Seq at = seq; at <= head; ++at) bytes += contents[at - 1].size();
  return bytes < kLastBytes;
}

std::string ToldMessages::last(const v1::InboxRow& row, bool wanted) const {
  const ModelMember* member = in.find(reader);
  // What a later joining shows was not so when the row was made.
  if (member == nullptr || member->joined > row.head()) return {};
  const auto shown = std::ranges::find_if(in.messages.rbegin(), in.messages.rend(), [&](const auto& one) {
    const Seq seq = one.first;
    return seq <= row.head() && in.sees(reader, seq) &&
           std::ranges::none_of(row.registers().hidden(), [&](const v1::Range& range) {
             return range.from() <= seq && (seq <= range.to() || range.to() == 0);
           });
  });
  if (!row.has_last()) {
    const bool near = shown != in.messages.rend() && is_near(shown->first, row.head());
    return wanted && near ? "P7: a row without its newest message" + at(shown->first) : "";
  }
  const v1::Event& last = row.last();
  if (shown == in.messages.rend() || shown->first != last.header().seq()) {
    return "P7: another message than the newest" + at(last.header().seq());
  }
  const bool deleted = shown->second.deleted || last.content_state() != v1::CONTENT_STATE_UNSPECIFIED;
  return deleted ? "" : edits(shown->second, last, row.head());
}

}  // namespace parley::sim
