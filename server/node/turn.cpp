#include "node/turn.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace parley {
namespace {

/// Edits and reactions of one message that a deletion has to take along: what their limits allow at most.
constexpr std::uint32_t kMaxErasuresPerTarget = 2000;

/// The events whose content goes when `command` is done to a message of which `known` came.
std::vector<Seq> content_taken(const Command& command, const wire::Annotation& known) {
  std::vector<Seq> seqs;
  if (std::holds_alternative<command::Delete>(command.body)) {
    seqs = known.edits;
    for (const auto& slot : known.reactions) seqs.push_back(slot.seq);
  } else if (std::holds_alternative<command::React>(command.body)) {
    for (const auto& slot : known.reactions) {
      if (slot.account == command.stamp.account) seqs.push_back(slot.seq);
    }
  }
  return seqs;
}

EventRange one_event(const ChannelId& channel, Seq seq) {
  return {channel, seq, seq, 1, 1, true};
}

}  // namespace

StoreQuery Turn::first_query(std::vector<TurnItem>& deferred, const std::function<bool(const Command&)>& is_new) {
  StoreQuery query;
  std::vector<TurnItem> kept;
  std::set<ChannelId> stopped;
  std::set<std::pair<ChannelId, Seq>> targets_seen;
  std::set<std::pair<AccountId, SendId>> sends_seen;
  kept.reserve(items_.size());
  asked_.reserve(items_.size());
  for (auto& item : items_) {
    const auto* command = item.inspection ? nullptr : std::get_if<Command>(&item.queued.command);
    Asked asked;
    bool defer = stopped.contains(item.channel);
    if (!defer && command != nullptr) {
      asked.targets = command->targets();
      defer = !sends_seen.emplace(command->stamp.account, command->stamp.send_id).second;
      for (Seq target : asked.targets) defer = defer || targets_seen.contains({command->channel, target});
    }
    if (defer) {
      stopped.insert(item.channel);
      deferred.push_back(std::move(item));
      continue;
    }
    if (command != nullptr) {
      if (!is_new(*command)) {
        asked.outcome = query.outcomes.size();
        query.outcomes.push_back({command->channel, command->stamp.account, command->stamp.send_id});
      }
      asked.first_target = query.events.size();
      for (Seq target : asked.targets) {
        targets_seen.emplace(command->channel, target);
        query.events.push_back(one_event(command->channel, target));
        query.annotations.push_back({command->channel, target, target});
      }
    }
    kept.push_back(std::move(item));
    asked_.push_back(std::move(asked));
  }
  items_ = std::move(kept);
  return query;
}

Result<StoreQuery> Turn::second_query(StoreAnswer answer) {
  first_ = std::move(answer);
  StoreQuery query;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const auto* command = items_[i].inspection ? nullptr : std::get_if<Command>(&items_[i].queued.command);
    if (command == nullptr) continue;
    for (Seq target : asked_[i].targets) {
      auto known = annotation(asked_[i], target);
      if (!known) continue;  // decide() will find it again and answer by name
      for (Seq seq : content_taken(*command, *known)) {
        if (asked_[i].erasures.size() >= kMaxErasuresPerTarget * asked_[i].targets.size()) break;
        asked_[i].erasures.emplace_back(seq, query.events.size());
        query.events.push_back(one_event(command->channel, seq));
      }
    }
  }
  return query;
}

void Turn::take_second(StoreAnswer answer) {
  second_ = std::move(answer);
}

Result<wire::Annotation> Turn::annotation(const Asked& asked, Seq target) const {
  const auto at = std::find(asked.targets.begin(), asked.targets.end(), target) - asked.targets.begin();
  const auto& rows = first_.annotations.at(asked.first_target + static_cast<std::size_t>(at));
  if (rows.empty()) return wire::Annotation{};
  return wire::decode_annotation(rows.front().record);
}

const std::string* Turn::stored_outcome(const Asked& asked) const {
  if (!asked.outcome) return nullptr;
  const auto& stored = first_.outcomes.at(*asked.outcome);
  return stored ? &*stored : nullptr;
}

LogFacts Turn::facts(const Asked& asked, const Command& command) const {
  LogFacts facts;
  for (std::size_t i = 0; i < asked.targets.size(); ++i) {
    TargetFact fact;
    fact.seq = asked.targets[i];
    const auto& rows = first_.events.at(asked.first_target + i);
    if (!rows.empty()) {
      const auto opened = wire::open_event(rows.front().record);
      const auto known = annotation(asked, fact.seq);
      if (opened && known) {
        fact.exists = true;
        fact.is_message = opened->event.is_message();
        fact.deleted = opened->content_deleted;
        fact.author = opened->event.account;
        fact.edits = static_cast<std::uint32_t>(known->edits.size());
        fact.reactions = static_cast<std::uint32_t>(known->reactions.size());
        fact.reacted_by_sender = std::any_of(known->reactions.begin(), known->reactions.end(),
                                             [&](const auto& slot) { return slot.account == command.stamp.account; });
      }
    }
    facts.targets.push_back(fact);
  }
  return facts;
}

Result<void> Turn::annotate(const Asked& asked, const Event& event, ChannelBatch& batch) const {
  std::vector<Seq> targets;
  if (const auto target = event.content_target()) targets.push_back(*target);
  if (const auto* deleted = event.as<event::Deleted>()) targets = deleted->targets;
  for (const Seq target : targets) {
    auto known = annotation(asked, target);
    if (!known) return fail(known.error());
    if (wire::annotate(*known, event)) batch.annotations.push_back({target, wire::encode_annotation(*known)});
  }
  return {};
}

Result<void> Turn::erase(const Asked& asked, const Event& event, ChannelBatch& batch) const {
  std::vector<EventRow> rewritten;
  auto take_out = [&](Seq seq, const std::vector<EventRow>& rows) -> Result<void> {
    if (rows.empty()) return fail(ErrorCode::damaged);
    auto record = wire::erase_content(rows.front().record);
    if (!record) return fail(record.error());
    rewritten.push_back({seq, std::move(*record)});
    return {};
  };
  const auto* deleted = event.as<event::Deleted>();
  for (Seq target : deleted != nullptr ? deleted->targets : std::vector<Seq>{}) {
    const auto at = std::find(asked.targets.begin(), asked.targets.end(), target) - asked.targets.begin();
    auto taken = take_out(target, first_.events.at(asked.first_target + static_cast<std::size_t>(at)));
    if (!taken) return taken;
  }
  for (const auto& [seq, index] : asked.erasures) {
    if (auto taken = take_out(seq, second_.events.at(index)); !taken) return taken;
  }
  std::move(rewritten.begin(), rewritten.end(), std::back_inserter(batch.rewritten));
  return {};
}

ChannelTurn& Turn::of(LoadedChannel& channel) {
  auto [it, fresh] = channels_.try_emplace(channel.state().id);
  if (fresh) {
    it->second.channel = &channel;
    it->second.was_hidden = channel.state().hidden;
    it->second.floors_before = channel.floors();
    it->second.batch.channel = channel.state().id;
  }
  return it->second;
}

void Turn::decide(std::size_t i, LoadedChannel& channel, Salts& salts) {
  const auto& queued = items_[i].queued;
  if (const auto* command = std::get_if<Command>(&queued.command)) {
    decide_command(i, *command, channel, salts);
  } else {
    decide_registers(std::get<RegisterCommand>(queued.command), queued.origin, channel);
  }
}

void Turn::decide_command(std::size_t i, const Command& command, LoadedChannel& channel, Salts& salts) {
  const Asked& asked = asked_[i];
  const Origin& origin = items_[i].queued.origin;
  auto answer = [&](auto body) {
    if constexpr (std::is_same_v<decltype(body), wire::StoredOutcome>) {
      if (body.seq != 0) {
        ++posted_;
      } else {
        refused_.push_back(body.refused);
      }
    }
    answers_.push_back({origin, command.channel, command.stamp.send_id, std::move(body)});
  };
  if (const std::string* stored = stored_outcome(asked)) {
    if (auto outcome = wire::decode_outcome(*stored)) {
      answer(*outcome);
    } else {
      answer(outcome.error());
    }
    return;
  }
  auto keep = [&](const wire::StoredOutcome& outcome) {
    of(channel).batch.outcomes.push_back({command.stamp.account, command.stamp.send_id, wire::encode_outcome(outcome)});
    channel.note_outcome(command.stamp.account, command.stamp.send_id);
    answer(outcome);
  };
  auto decided = parley::decide(channel.state(), command, facts(asked, command));
  if (!decided) {
    if (creates_existing_pair(channel.state(), command)) {
      keep({1, ErrorCode::ok, channel.state().time});
    } else if (refusal_is_kept(channel.state(), command, decided.error().code)) {
      keep({0, decided.error().code, command.stamp.at});
    } else {
      answer(decided.error());
    }
    return;
  }
  ChannelTurn& turn = of(channel);
  if (auto ready = annotate(asked, *decided, turn.batch); !ready) return answer(ready.error());
  if (auto ready = erase(asked, *decided, turn.batch); !ready) return answer(ready.error());
  const bool talk = decided->is_message() || decided->as<event::Edited>() != nullptr ||
                    decided->as<event::Reacted>() != nullptr || decided->as<event::Deleted>() != nullptr;
  std::set<AccountId> told;
  auto note_members = [&] {
    for (const auto& [account, member] : channel.state().members) {
      if (member.active()) told.insert(account);
    }
  };
  // Who leaves learns it by this very event, so those before and those after it are told; what was said before it in
  // this turn is for those before alone.
  if (!talk) {
    note_members();
    for (auto& group : turn.groups) {
      if (group.told.empty()) group.told.assign(told.begin(), told.end());
    }
  }
  auto sealed = channel.append(*decided, salts.next());
  if (!talk) note_members();
  turn.batch.events.push_back({decided->seq, sealed.record});
  keep({decided->seq, ErrorCode::ok, decided->time});
  if (const auto* removed = decided->as<event::MemberRemoved>()) turn.parted.push_back(removed->account);
  if (decided->as<event::MemberLeft>() != nullptr) turn.parted.push_back(decided->account);
  const Seq target = decided->content_target().value_or(0);
  if (turn.groups.empty() || !told.empty() || !turn.groups.back().told.empty() || target != 0 ||
      turn.groups.back().target != 0) {
    turn.groups.emplace_back();
  }
  EventGroup& group = turn.groups.back();
  group.told.assign(told.begin(), told.end());
  group.target = target;
  group.last = decided->seq;
  group.time = decided->time;
  sealed.record.clear();
  group.events.push_back(std::move(sealed));
  ++events_;
  ++events_by_kind_[decided->body.index()];
}

std::vector<PartitionBatch> Turn::batches(const std::function<std::pair<Epoch, Position>(PartitionId)>& stand) {
  std::map<PartitionId, PartitionBatch> batches;
  for (auto& [id, turn] : channels_) {
    const PartitionId partition = partition_of(id);
    auto [it, fresh] = batches.try_emplace(partition);
    if (fresh) {
      it->second.partition = partition;
      std::tie(it->second.epoch, it->second.position) = stand(partition);
    }
    if (turn.channel->changed()) turn.floors_moved = turn.channel->collect(it->second.position, turn.batch);
    it->second.channels.push_back(std::move(turn.batch));
  }
  std::vector<PartitionBatch> result;
  result.reserve(batches.size());
  for (auto& [partition, batch] : batches) result.push_back(std::move(batch));
  return result;
}

}  // namespace parley
