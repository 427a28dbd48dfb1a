#include "engines/system/message_tracer.hpp"

#include "base/log.hpp"

namespace parley {
namespace {

std::string_view name_of(TraceStage stage) {
  switch (stage) {
    case TraceStage::received:
      return "received";
    case TraceStage::queued:
      return "queued";
    case TraceStage::turn:
      return "turn_begun";
    case TraceStage::decided:
      return "decided";
  }
  return "unknown";
}

}  // namespace

std::optional<MessageTracer::Number> MessageTracer::follow(const SendId& send_id, const AccountId& account) {
  const std::scoped_lock lock(mutex_);
  if (followed_.size() >= kMostFollowed) return std::nullopt;
  Followed one;
  one.send_id = send_id;
  one.account = account;
  followed_.emplace(++last_, std::move(one));
  armed_ = true;
  return last_;
}

void MessageTracer::forget(Number number) {
  const std::scoped_lock lock(mutex_);
  followed_.erase(number);
  armed_ = !followed_.empty();
}

MessageTracer::Seen MessageTracer::look(Number number, std::size_t from) const {
  const std::scoped_lock lock(mutex_);
  Seen seen;
  const auto found = followed_.find(number);
  if (found == followed_.end()) return seen;
  const Followed& one = found->second;
  seen.send_id = one.send_id;
  seen.channel = one.channel;
  seen.seq = one.seq;
  for (std::size_t i = from; i < one.steps.size(); ++i) seen.steps.push_back(one.steps[i]);
  return seen;
}

void MessageTracer::add(Followed& one, std::string_view stage, std::uint64_t session, const AccountId& account) {
  if (one.steps.size() >= kMostSteps) return;
  const auto now = std::chrono::steady_clock::now();
  if (one.steps.empty()) one.began = now;
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(now - one.began);
  one.steps.push_back({stage, at, session, account});
  log::info("trace", {{"send_id", one.send_id}, {"stage", stage}, {"at_us", at.count()}, {"session", session}});
}

template <class Do>
void MessageTracer::each_of(const SendId& send_id, Do act) {
  if (send_id.is_nil()) return;  // registers have none
  const std::scoped_lock lock(mutex_);
  for (auto& [number, one] : followed_) {
    if (one.send_id == send_id) act(one);
  }
}

void MessageTracer::received(const SendId& send_id, const AccountId& account) {
  if (send_id.is_nil()) return;  // a job of the server, which draws its send_ids later
  const std::scoped_lock lock(mutex_);
  for (auto& [number, one] : followed_) {
    if (one.send_id.is_nil() && one.account == account) one.send_id = send_id;
    if (one.send_id == send_id) add(one, name_of(TraceStage::received));
  }
}

void MessageTracer::reached(const SendId& send_id, TraceStage stage) {
  each_of(send_id, [&](Followed& one) { add(one, name_of(stage)); });
}

void MessageTracer::committed(const SendId& send_id, const ChannelId& channel, Seq seq) {
  each_of(send_id, [&](Followed& one) {
    one.channel = channel;
    one.seq = seq;
    add(one, seq == 0 ? "refused" : "committed");
  });
}

void MessageTracer::answered(const SendId& send_id) {
  each_of(send_id, [&](Followed& one) { add(one, "answered"); });
}

void MessageTracer::pushed(const ChannelId& channel, Seq seq, std::uint64_t session, const AccountId& account) {
  const std::scoped_lock lock(mutex_);
  for (auto& [number, one] : followed_) {
    if (one.seq == 0 || one.channel != channel || seq < one.seq || one.steps.size() >= kMostSteps) continue;
    bool before = false;
    for (const TraceStep& step : one.steps) before = before || (step.session == session && step.stage == "pushed");
    if (before) continue;
    add(one, "pushed", session, account);
    one.unflushed.emplace(session, account);
  }
}

void MessageTracer::flushed(std::uint64_t session) {
  const std::scoped_lock lock(mutex_);
  for (auto& [number, one] : followed_) {
    if (const auto waiting = one.unflushed.extract(session)) add(one, "flushed", session, waiting.mapped());
  }
}

void MessageTracer::moved(const ChannelId& channel, const AccountId& account, Seq delivered, Seq read) {
  const std::scoped_lock lock(mutex_);
  for (auto& [number, one] : followed_) {
    if (one.seq == 0 || one.channel != channel || one.steps.size() >= kMostSteps) continue;
    if (delivered >= one.seq && one.delivered.insert(account).second) add(one, "delivered", 0, account);
    if (read >= one.seq && one.read.insert(account).second) add(one, "read", 0, account);
  }
}

}  // namespace parley
