#include "node/io.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "node/channel_loader.hpp"
#include "node/hub.hpp"
#include "node/owner.hpp"
#include "node/requests.hpp"
#include "node/send_order.hpp"
#include "node/session.hpp"
#include "parley/v1/frames.pb.h"
#include "ports/jobs.hpp"
#include "wire/frames.hpp"

namespace parley {
namespace {

/// One part of the sessions is looked at in each tick.
constexpr std::size_t kTickParts = 8;
/// While memory is tight outboxes are so many times smaller.
constexpr std::size_t kTightOutboxes = 8;
constexpr Duration kAnswerTakes{30'000};
/// Between two tries of what the server insists on: twice as long each time.
constexpr Duration kFirstWait{250};
constexpr Duration kLongestWait{32'000};
/// From asking SQL to its answer, and from there to the queue, each: longer only where something stands still.
constexpr Duration kFactsTake = kFactsLive / 2;
/// Of the number that sessions are counted from: leaves room to count on, below the index of the Io.
constexpr std::size_t kRandomBytes = 5;

void fill_answer(const Answer& answer, v1::ServerFrame& frame) {
  if (const auto* outcome = std::get_if<wire::StoredOutcome>(&answer.body)) {
    auto& out = *frame.mutable_outcome();
    out.set_channel_id(std::string(answer.channel.view()));
    out.set_send_id(std::string(answer.send_id.view()));
    out.set_seq(outcome->seq);
    out.set_time(to_unix_ms(outcome->time));
    if (outcome->seq == 0) out.set_refused(std::string(error_info(outcome->refused).name));
  } else if (const auto* registers = std::get_if<RegistersAnswer>(&answer.body)) {
    frame.mutable_registers()->ParseFromString(*registers->registers);
  } else {
    wire::from_error(std::get<Error>(answer.body), *frame.mutable_error());
  }
}

}  // namespace

Io::Io(NodeContext& node, std::uint32_t index, Executor& executor, Authenticator& authenticator)
    : node_(node),
      index_(index),
      executor_(executor),
      authenticator_(authenticator),
      gate_(*node.clock, Duration(static_cast<std::int64_t>(node.limits.queue_delay_ms)), *node.delay, *node.memory),
      alive_(std::make_shared<bool>(true)) {
  // A queue that outlives this process still holds commands of the one before it on this node: an answer to one of them
  // finds nobody here, whatever number its session had.
  std::array<std::uint8_t, 16> random{};
  node.random->fill(random);
  for (std::size_t i = 0; i < kRandomBytes; ++i) {
    last_session_ = last_session_ << 8U | random[i];
    last_waiting_ = last_waiting_ << 8U | random[8 + i];
  }
}

Io::~Io() = default;

ChannelLimits Io::channel_limits() const {
  const Limits& all = node_.limits;
  ChannelLimits limits;
  limits.text_code_points = static_cast<std::uint32_t>(all.text_code_points);
  limits.content_bytes = static_cast<std::uint32_t>(all.content_bytes);
  limits.members = static_cast<std::uint32_t>(all.group_members);
  limits.mentions = static_cast<std::uint32_t>(all.mentions_per_message);
  limits.targets = static_cast<std::uint32_t>(all.targets_per_delete);
  limits.reaction_bytes = static_cast<std::uint32_t>(all.reaction_bytes);
  limits.reactions = static_cast<std::uint32_t>(all.reactions_per_message);
  limits.edits = static_cast<std::uint32_t>(all.edits_per_message);
  limits.title_code_points = static_cast<std::uint32_t>(all.title_code_points);
  limits.description_code_points = static_cast<std::uint32_t>(all.description_code_points);
  limits.invitations = static_cast<std::uint32_t>(all.invitations_per_channel);
  limits.hidden_ranges = static_cast<std::uint32_t>(all.hidden_ranges);
  return limits;
}

// ---- commands ----------------------------------------------------------------------------------------------------

void Io::stamp(const Caller& caller, Command& command) const {
  command.stamp.account = caller.account;
  command.stamp.device = caller.device;
  command.stamp.at = now();
  command.stamp.limits = channel_limits();
  if (Tracer* tracer = node_.tracing()) tracer->received(command.stamp.send_id, caller.account);
}

void Io::people_now(const AccountId& viewer, std::vector<AccountId> ids, Completion<Result<std::vector<Person>>> done) {
  node_.people->people(executor_, viewer, std::move(ids),
                       [this, alive = alive(), since = node_.clock->uptime(),
                        done = std::move(done)](Result<std::vector<Person>> people) mutable {
                         if (alive.expired()) return;
                         if (people && node_.clock->uptime() - since > kFactsTake)
                           return done(fail(ErrorCode::overloaded));
                         done(std::move(people));
                       });
}

void Io::add_facts(Command command, Completion<Result<Command>> done) {
  const bool enters =
      std::holds_alternative<command::Create>(command.body) || std::holds_alternative<command::Join>(command.body);
  if (!enters || command.stamp.device.is_nil()) return add_people(std::move(command), std::move(done));
  count_channels(std::move(command), std::move(done));
}

void Io::count_channels(Command command, Completion<Result<Command>> done) {
  const AccountId account = command.stamp.account;
  node_.store->channels_of(account, executor_,
                           [this, alive = alive(), command = std::move(command),
                            done = std::move(done)](Result<std::vector<ChannelId>> channels) mutable {
                             if (alive.expired()) return;
                             if (!channels) return done(fail(channels.error()));
                             command.stamp.at_channel_limit = channels->size() >= node_.limits.channels_per_account;
                             add_people(std::move(command), std::move(done));
                           });
}

void Io::add_people(Command command, Completion<Result<Command>> done) {
  const AccountId sender = command.stamp.account;
  auto ids = command.named_accounts();
  people_now(
      sender, std::move(ids),
      [command = std::move(command), done = std::move(done)](Result<std::vector<Person>> people) mutable {
        if (!people) return done(fail(people.error()));
        // What the server carries out itself was wished for before, and is there when an account is let in again.
        const bool own = command.stamp.device.is_nil();
        for (const Person& person : *people) {
          command.stamp.accounts.push_back({person.id, !person.deleted && (own || !person.disabled),
                                            !person.privacy.read_receipts, person.blocks_viewer, person.is_blocked});
        }
        done(std::move(command));
      });
}

void Io::submit(QueuedCommand command) {
  if (outgoing_.empty()) {
    outgoing_.reserve(last_outgoing_);  // as busy as the turn before
    outgoing_since_ = node_.clock->uptime();
  }
  outgoing_.push_back(std::move(command));
  if (flush_posted_) return;
  flush_posted_ = true;
  executor_.post([this, alive = alive()] {
    if (!alive.expired()) flush();
  });
}

void Io::flush() {
  flush_posted_ = false;
  if (outgoing_.empty()) return;
  auto commands = std::exchange(outgoing_, {});
  last_outgoing_ = commands.size();
  std::vector<std::pair<Origin, std::pair<ChannelId, SendId>>> origins;
  origins.reserve(commands.size());
  for (const auto& queued : commands) {
    const auto* command = std::get_if<Command>(&queued.command);
    origins.push_back({queued.origin, {queued.channel(), command != nullptr ? command->stamp.send_id : SendId{}}});
  }
  if (Tracer* tracer = node_.tracing()) {
    for (const auto& [origin, ids] : origins) tracer->reached(ids.second, TraceStage::queued);
  }
  const bool stood_still = node_.clock->uptime() - outgoing_since_ > kFactsTake;
  auto taken = stood_still ? fail(ErrorCode::overloaded) : node_.queue->push(std::move(commands));
  if (taken) return;
  IoBatch batch;
  for (const auto& [origin, ids] : origins) batch.answers.push_back({origin, ids.first, ids.second, taken.error()});
  deliver(std::move(batch));
}

Origin Io::expect(Reply reply) {
  const std::uint64_t key = ++last_waiting_;
  waiting_.emplace(key, std::move(reply));
  waiting_since_.emplace(key, node_.clock->uptime());
  return {node_.node, index_, 0, key};
}

void Io::ask(std::variant<Command, RegisterCommand> command, Reply reply) {
  submit({std::move(command), expect(std::move(reply))});
}

void Io::submit_until_decided(Command command) {
  submit_until_decided(std::move(command), kFirstWait);
}

void Io::submit_until_decided(Command command, Duration wait) {
  auto again = [this, command, wait](v1::ServerFrame& answer) mutable {
    if (!answer.has_error() || wait > kLongestWait) return;
    const Error error = wire::to_error(answer.error());
    if (!may_come_again(error) && error.code != ErrorCode::channel_unknown) return;
    executor_.post_after(wait, [this, alive = this->alive(), command = std::move(command), wait]() mutable {
      if (!alive.expired()) submit_until_decided(std::move(command), 2 * wait);
    });
  };
  ask(std::move(command), std::move(again));
}

void Io::handle(const Caller& caller, const v1::ClientFrame& frame, Reply to) {
  Reply reply = std::move(to);
  auto refuse = [&](const Error& error) {
    node_.metrics->refused(error.code);
    v1::ServerFrame out;
    wire::from_error(error, *out.mutable_error());
    reply(out);
  };
  if (auto entered = gate_.enter(caller.account, caller.address); !entered) return refuse(entered.error());
  reply = [this, alive = alive(), caller, asked = std::move(reply)](v1::ServerFrame& answer) mutable {
    if (!alive.expired()) gate_.leave(caller.account, caller.address);
    asked(answer);
  };
  if (frame.has_command()) {
    auto command = wire::to_command(frame.command(), caller.account);
    if (!command) return refuse(command.error());
    stamp(caller, *command);
    if (command->named_accounts().empty()) return ask(std::move(*command), std::move(reply));
    add_facts(std::move(*command), [this, alive = alive(), at = expect(std::move(reply))](Result<Command> ready) {
      if (alive.expired()) return;
      if (ready) return submit({std::move(*ready), at});
      Answer failed{at, ChannelId{}, SendId{}, ready.error()};
      answer(failed);
    });
    return;
  }
  if (auto command = to_register_command(caller, frame, now(), channel_limits())) {
    if (!*command) return refuse(command->error());
    node_.metrics->register_changes.add();
    return ask(std::move(**command), std::move(reply));
  }
  answer_question(*this, caller, frame, std::move(reply));
}

// ---- what comes back ---------------------------------------------------------------------------------------------

void Io::deliver(IoBatch batch) {
  for (auto& one : batch.answers) answer(one);
  for (const auto& one : batch.pushes) push(one);
  for (const auto& [session, why] : batch.endings) {
    if (Session* live = find(session)) live->end(why);
  }
}

void Io::answer(Answer& answer) {
  if (Tracer* tracer = node_.tracing()) tracer->answered(answer.send_id);
  if (answer.origin.session != 0) {
    if (Session* session = find(answer.origin.session)) session->answer(answer);
    return;
  }
  auto waiting = waiting_.extract(answer.origin.request);
  if (waiting.empty()) return;
  waiting_since_.erase(answer.origin.request);
  v1::ServerFrame frame;
  fill_answer(answer, frame);
  waiting.mapped()(frame);
}

/// An answer from another node may be lost on the way, and who asked over HTTP or for a job would wait for ever.
void Io::give_up_waiting() {
  const Duration at = node_.clock->uptime();
  while (!waiting_since_.empty() && at - waiting_since_.begin()->second > kAnswerTakes) {
    waiting_since_.erase(waiting_since_.begin());
    auto waiting = waiting_.extract(waiting_.begin());
    reply_error(*this, waiting.mapped(), {ErrorCode::store_unavailable, "no answer came; ask again"});
  }
}

void Io::push(const Push& push) {
  std::shared_ptr<const std::string> json;
  for (const std::uint64_t id : push.sessions) {
    if (Session* session = find(id)) session->push(push, json);
  }
}

void Io::push_to_all(Push push) {
  push.sessions = order_;
  this->push(push);
}

// ---- sessions ----------------------------------------------------------------------------------------------------

Session* Io::find(std::uint64_t session) const {
  auto it = sessions_.find(session);
  return it == sessions_.end() ? nullptr : it->second;
}

/// The first one's directory is kept by the hub, which lives there.
std::span<Owner* const> Io::other_owners() const {
  return std::span(node_.owners).subspan(1);
}

void Io::add(Session& session) {
  sessions_.emplace(session.id(), &session);
  order_.push_back(session.id());
  node_.metrics->sessions.at(session.mode())->add(1);
  const SessionRef ref{index_, session.id(), session.device()};
  for (Owner* owner : other_owners()) {
    owner->executor().post([owner, account = session.account(), ref] { owner->directory().add(account, ref); });
  }
  node_.hub->opened(session.account(), ref);
}

void Io::remove(const Session& session) {
  if (sessions_.erase(session.id()) == 0) return;
  node_.metrics->sessions.at(session.mode())->add(-1);
  for (Owner* owner : other_owners()) {
    owner->executor().post(
        [owner, account = session.account(), id = session.id()] { owner->directory().remove(account, id); });
  }
  node_.hub->closed(session.account(), {index_, session.id(), session.device()});
}

std::size_t Io::outbox_limit() const {
  const bool roomy = node_.memory->load(std::memory_order_relaxed) == MemoryState::roomy;
  return node_.limits.outbox_bytes / (roomy ? 1 : kTightOutboxes);
}

void Io::tick() {
  give_up_waiting();
  const Time at = now();
  for (std::size_t left = order_.size() / kTickParts + 1; left > 0 && !order_.empty(); --left) {
    if (tick_at_ >= order_.size()) tick_at_ = 0;
    if (Session* session = find(order_[tick_at_])) {
      session->tick(at);
      ++tick_at_;
    } else {
      order_[tick_at_] = order_.back();
      order_.pop_back();
    }
  }
}

std::vector<Session*> Io::live_sessions() const {
  std::vector<Session*> live;
  for (const std::uint64_t id : order_) {
    if (Session* session = find(id)) live.push_back(session);
  }
  return live;
}

void Io::end_device(const DeviceId& device, const Error& why) {
  const std::vector<std::uint64_t> ids = order_;
  for (const std::uint64_t id : ids) {
    Session* session = find(id);
    if (session != nullptr && session->device() == device) session->end(why);
  }
}

void Io::drain() {
  std::vector<std::uint64_t> ids = order_;
  for (const std::uint64_t id : ids) {
    if (Session* session = find(id)) session->end(ErrorCode::draining);
  }
}

void inspect_channel(NodeContext& node, const ChannelId& channel, Executor& executor,
                     std::move_only_function<void(Result<const LoadedChannel*>)> look) {
  Owner& owner = node.owner_of(partition_of(channel));
  owner.executor().post([&node, &owner, channel, &executor, look = std::move(look)]() mutable {
    if (owner.position_of(partition_of(channel))) return owner.inspect(channel, std::move(look));
    load_channels(*node.store, executor, {channel},
                  [look = std::move(look)](std::vector<Result<LoadedChannel>> loaded) mutable {
                    if (!loaded[0]) return look(fail(loaded[0].error()));
                    look(loaded[0]->state().exists() ? &*loaded[0] : nullptr);
                  });
  });
}

}  // namespace parley
