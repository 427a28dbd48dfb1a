#include "sim/checkers.hpp"

#include <algorithm>
#include <set>

#include "parley/v1/events.pb.h"

namespace parley::sim {
namespace {

constexpr std::uint32_t kAll = 1U << 20U;
constexpr std::uint64_t kAllBytes = std::uint64_t{1} << 40U;

void read_outcomes(ChannelStoreScan& scan, const ChannelId& id, const StoredLog& log,
                   std::vector<std::string>& broken) {
  auto rows = scan.outcomes_of(id);
  if (!rows) return broken.push_back("outcomes cannot be read");
  std::set<Seq> with_outcome;
  for (const auto& row : *rows) {
    auto outcome = wire::decode_outcome(row.record);
    if (!outcome) {
      broken.push_back("P10: an outcome is damaged");
      continue;
    }
    if (outcome->seq == 0) continue;
    if (outcome->seq > log.events.size()) {
      broken.push_back("P1: an outcome points past the head");
      continue;
    }
    const Event& event = log.events[outcome->seq - 1].event;
    const bool second_create = event.seq == 1 && log.replayed.kind != ChannelKind::group;
    if ((event.send_id != row.send_id || event.account != row.account) && !second_create) {
      broken.push_back("P3: an outcome points at another send's event");
    }
    if (event.send_id == row.send_id) with_outcome.insert(outcome->seq);
  }
  if (with_outcome.size() != log.events.size()) broken.push_back("P3: an event has no outcome");
}

}  // namespace

std::map<ChannelId, StoredLog> read_store(ChannelStoreScan& scan, std::vector<std::string>& broken) {
  std::map<ChannelId, StoredLog> logs;
  const auto ids = scan.all_channels();
  if (!ids) {
    broken.push_back("the channels cannot be listed");
    return logs;
  }
  for (const auto& id : *ids) {
    StoreQuery query;
    query.channels.push_back(id);
    query.events.push_back({id, 1, ~Seq{0}, kAll, kAllBytes, false});
    auto found = scan.read_now(query);
    if (!found || !found->channels[0]) {
      broken.push_back("a channel cannot be read");
      continue;
    }
    StoredLog& log = logs[id];
    log.replayed.id = id;
    Digest digest{};
    std::set<std::pair<AccountId, SendId>> sends;
    for (const auto& row : found->events[0]) {
      auto opened = wire::verify_event(row.record);
      if (!opened || opened->event.seq != log.replayed.head + 1 || row.seq != opened->event.seq) {
        broken.push_back("P2: a hole or damage at seq " + std::to_string(row.seq));
        break;
      }
      digest = wire::chain(digest, opened->header, opened->content_hash);
      if (opened->digest && *opened->digest != digest) broken.push_back("P10: a stored digest is wrong");
      if (!sends.emplace(opened->event.account, opened->event.send_id).second) {
        broken.push_back("P3: a send is stored twice");
      }
      apply(log.replayed, opened->event);
      log.events.push_back(std::move(*opened));
    }
    auto head = wire::decode_head(found->channels[0]->head);
    if (!head || head->seq != log.replayed.head || head->count != log.replayed.count || head->digest != digest) {
      broken.push_back("P10: the head of " + id.str() + " does not fit its events");
    }
    for (const auto& row : found->channels[0]->members) {
      if (auto member = wire::decode_member(row.record)) {
        log.members.emplace(row.account, std::move(*member));
      } else {
        broken.push_back("P10: a member is damaged");
      }
    }
    read_outcomes(scan, id, log, broken);
  }
  return logs;
}

void check_sends(const std::map<ChannelId, StoredLog>& logs, const Device& device, std::vector<std::string>& broken) {
  for (const auto& [send_id, sent] : device.sends()) {
    Seq stored = 0;
    if (auto log = logs.find(sent.channel); log != logs.end()) {
      for (const auto& opened : log->second.events) {
        if (opened.event.send_id == send_id && opened.event.account == device.account()) stored = opened.event.seq;
      }
    }
    if (!sent.told) continue;  // the device died between the commit and the telling; it is out of the outbox
    const bool existing_pair = sent.seq == 1 && stored == 0;
    if (sent.seq != stored && !existing_pair) {
      broken.push_back("P1: " + device.name() + " was told seq " + std::to_string(sent.seq) + ", stored is " +
                       std::to_string(stored) + " " + sent.refused);
    }
  }
}

void check_view(const std::map<ChannelId, StoredLog>& logs, const Device& device, std::vector<std::string>& broken) {
  for (const auto& [id, log] : logs) {
    const Member* me = log.replayed.find(device.account());
    if (me == nullptr || !me->active() || log.replayed.hidden) continue;
    const std::string where = device.name() + " in " + id.str() + ": ";
    auto known = device.store().channels().find(id);
    if (known == device.store().channels().end()) {
      broken.push_back("P7: " + where + "the channel is not known");
      continue;
    }
    const client::ChannelState& view = known->second;
    if (view.head != log.replayed.head) {
      broken.push_back("P7: " + where + "head " + std::to_string(view.head) + " of " +
                       std::to_string(log.replayed.head));
    }
    std::map<Seq, v1::Event> shown;
    for (const auto& bytes : device.store().events(id)) {
      v1::Event event;
      if (event.ParseFromString(bytes)) shown[event.header().seq()] = event;
    }
    for (const auto& opened : log.events) {
      const Seq seq = opened.event.seq;
      auto it = shown.find(seq);
      if (me->sees(seq) != (it != shown.end())) {
        // What was seen under an earlier membership stays with the device.
        broken.push_back("P7: " + where + (me->sees(seq) ? "misses seq " : "has what it may not see, seq ") +
                         std::to_string(seq));
        continue;
      }
      if (it != shown.end() && it->second.header().SerializeAsString() != opened.header) {
        broken.push_back("P2: " + where + "another event at seq " + std::to_string(seq));
      }
    }
    const Member& registers = log.members.at(device.account());
    std::uint64_t unread = 0;
    for (const auto& opened : log.events) {
      const Event& event = opened.event;
      if (event.is_message() && event.seq > registers.read && event.account != device.account()) ++unread;
    }
    if (view.unread != unread) {
      broken.push_back("P4: " + where + "badge " + std::to_string(view.unread) + ", counted " + std::to_string(unread));
    }
    if (view.registers.read != registers.read) broken.push_back("P5: " + where + "another read cursor");
  }
}

}  // namespace parley::sim
