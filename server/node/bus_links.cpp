#include "node/bus_links.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "parley/v1/internal.pb.h"

namespace parley {
namespace {

constexpr Duration kTick{1000};
constexpr std::uint64_t kRenewTicks = 30;
constexpr Duration kLease{75'000};
constexpr std::size_t kLeasesPerFrame = 1000;
/// Of a node that are remembered.
constexpr std::size_t kEarlierProcesses = 8;

}  // namespace

BusLinks::BusLinks(NodeId self, Bus& bus, Executor& executor, Clock& clock, Random& random, Receiver& receiver)
    : self_(self),
      bus_(bus),
      executor_(executor),
      clock_(clock),
      receiver_(receiver),
      alive_(std::make_shared<bool>(true)) {
  std::array<std::uint8_t, 16> start{};
  random.fill(start);
  start_.assign(start.begin(), start.end());
}

BusLinks::~BusLinks() = default;

void BusLinks::start() {
  running_ = true;
  bus_.listen(self_, executor_, [this, alive = std::weak_ptr(alive_)](NodeId from, const std::string& bytes) {
    if (!alive.expired()) received(from, bytes);
  });
  tick();
}

void BusLinks::stop() {
  running_ = false;
  bus_.leave(self_);
}

void BusLinks::send(const NodeId& node, v1::BusFrame& frame) {
  frame.set_number(++sent_[node]);
  frame.set_start(start_);
  bus_.send(self_, node, frame.SerializeAsString());
}

void BusLinks::broadcast(v1::BusFrame& frame) {
  for (const auto& node : bus_.nodes()) {
    if (node != self_) send(node, frame);
  }
}

void BusLinks::answer(const Answer& answer) {
  v1::BusFrame frame;
  auto& out = *frame.mutable_answer();
  out.set_io(answer.origin.io);
  out.set_session(answer.origin.session);
  out.set_request(answer.origin.request);
  out.set_channel(std::string(answer.channel.view()));
  out.set_send_id(std::string(answer.send_id.view()));
  if (const auto* outcome = std::get_if<wire::StoredOutcome>(&answer.body)) {
    out.set_outcome(true);
    out.set_seq(outcome->seq);
    out.set_error(static_cast<std::uint32_t>(outcome->refused));
    out.set_time(to_unix_ms(outcome->time));
  } else if (const auto* registers = std::get_if<RegistersAnswer>(&answer.body)) {
    out.set_registers(*registers->registers);
    out.set_epoch(answer.epoch);
  } else {
    const Error& error = std::get<Error>(answer.body);
    out.set_error(static_cast<std::uint32_t>(error.code));
    out.set_error_text(error.detail);
  }
  send(answer.origin.node, frame);
}

void BusLinks::push(const NodeId& node, const Push& push, const std::vector<AccountId>& accounts) {
  v1::BusFrame frame;
  auto& out = *frame.mutable_push();
  out.set_kind(static_cast<std::uint32_t>(push.kind));
  out.set_channel(std::string(push.channel.view()));
  out.set_head(push.head);
  out.set_time(to_unix_ms(push.time));
  out.set_frame(*push.frame);
  out.set_epoch(push.epoch);
  for (const auto& account : accounts) out.add_accounts(std::string(account.view()));
  send(node, frame);
}

void BusLinks::recheck(const AccountId& account, std::optional<AccountId> viewer) {
  v1::BusFrame frame;
  frame.mutable_recheck()->set_account(std::string(account.view()));
  if (viewer) frame.mutable_recheck()->set_viewer(std::string(viewer->view()));
  broadcast(frame);
}

void BusLinks::parted(const AccountId& account) {
  v1::BusFrame frame;
  frame.mutable_recheck()->set_account(std::string(account.view()));
  frame.mutable_recheck()->set_parted(true);
  broadcast(frame);
}

void BusLinks::skip() {
  for (const auto& node : bus_.nodes()) {
    if (node == self_) continue;
    ++sent_[node];
    tell_position(node);
  }
}

std::vector<NodeId> BusLinks::nodes_of(const AccountId& account) const {
  std::vector<NodeId> nodes;
  auto it = leases_.find(account);
  if (it == leases_.end()) return nodes;
  for (const auto& [node, until] : it->second) {
    if (until > clock_.uptime()) nodes.push_back(node);
  }
  return nodes;
}

void BusLinks::connected(const AccountId& account) {
  if (!here_.insert(account).second) return;
  v1::BusFrame frame;
  frame.mutable_lease()->add_accounts(std::string(account.view()));
  broadcast(frame);
}

void BusLinks::disconnected(const AccountId& account) {
  if (here_.erase(account) == 0) return;
  v1::BusFrame frame;
  frame.mutable_lease()->add_gone(std::string(account.view()));
  broadcast(frame);
}

void BusLinks::received(const NodeId& from, const std::string& bytes) {
  v1::BusFrame frame;
  if (!frame.ParseFromString(bytes)) return receiver_.link_lost_frames();
  Incoming& link = received_[from];
  const bool position_only = frame.body_case() == v1::BusFrame::BODY_NOT_SET;
  const std::uint64_t expected = link.number + (position_only ? 0 : 1);
  const bool fresh = link.start != frame.start();
  // Frames of a link come in order: one of an earlier process comes once more.
  if (fresh && std::ranges::find(link.earlier, frame.start()) != link.earlier.end()) return;
  if (!fresh && frame.number() < expected) return;  // once more, or a position that others have overtaken
  // Nothing of an earlier process is missed by this one; but a first frame other than 1 means that some went before it.
  const bool gap = fresh ? frame.number() > (position_only ? 0U : 1U) : frame.number() != expected;
  if (fresh) {
    link.earlier.push_back(std::exchange(link.start, frame.start()));
    if (link.earlier.size() > kEarlierProcesses) link.earlier.pop_front();
  }
  link.number = frame.number();
  if (fresh) tell_leases(from);  // a process that has just begun knows of nobody
  const bool learned = learn_owners(frame);
  if (!position_only) take(from, frame);
  if (gap || learned) receiver_.link_lost_frames();
}

/// Before what they tell: it may be the first word of an owner whose positions were lost.
bool BusLinks::learn_owners(const v1::BusFrame& frame) {
  bool learned = false;
  auto learn = [&](PartitionId partition, Epoch epoch) {
    if (receiver_.owner_elsewhere(partition, epoch)) learned = true;
  };
  for (int i = 0; i < std::min(frame.partitions_size(), frame.epochs_size()); ++i) {
    learn(frame.partitions(i), frame.epochs(i));
  }
  const auto& [channel, epoch] = frame.has_answer() ? std::pair(frame.answer().channel(), frame.answer().epoch())
                                                    : std::pair(frame.push().channel(), frame.push().epoch());
  if (const auto id = ChannelId::from_bytes(channel); id && epoch != 0) learn(partition_of(*id), epoch);
  return learned;
}

void BusLinks::take(const NodeId& from, const v1::BusFrame& frame) {
  if (frame.has_answer()) {
    const auto& in = frame.answer();
    Answer answer;
    answer.origin = {self_, in.io(), in.session(), in.request()};
    answer.channel = ChannelId::from_bytes(in.channel()).value_or(ChannelId{});
    answer.send_id = SendId::from_bytes(in.send_id()).value_or(SendId{});
    if (in.outcome()) {
      answer.body = wire::StoredOutcome{in.seq(), static_cast<ErrorCode>(in.error()), from_unix_ms(in.time())};
    } else if (in.error() != 0) {
      answer.body = Error(static_cast<ErrorCode>(in.error()), in.error_text());
    } else {
      answer.body = RegistersAnswer{std::make_shared<const std::string>(in.registers())};
      answer.epoch = in.epoch();
    }
    return receiver_.answer_from_elsewhere(std::move(answer));
  }
  if (frame.has_push()) {
    const auto& in = frame.push();
    std::vector<AccountId> accounts;
    for (const auto& bytes : in.accounts()) {
      if (auto id = AccountId::from_bytes(bytes)) accounts.push_back(*id);
    }
    const Push push{static_cast<PushKind>(in.kind()),
                    ChannelId::from_bytes(in.channel()).value_or(ChannelId{}),
                    in.head(),
                    from_unix_ms(in.time()),
                    std::make_shared<const std::string>(in.frame()),
                    {},
                    in.epoch()};
    return receiver_.push_from_elsewhere(push, accounts);
  }
  if (frame.has_recheck()) {
    const auto account = AccountId::from_bytes(frame.recheck().account());
    if (!account) return;
    if (frame.recheck().parted()) return receiver_.parted_elsewhere(*account);
    return receiver_.recheck_from_elsewhere(*account, AccountId::from_bytes(frame.recheck().viewer()));
  }
  std::vector<AccountId> news;
  for (const auto& bytes : frame.lease().accounts()) {
    const auto id = AccountId::from_bytes(bytes);
    if (!id) continue;
    Duration& until = leases_[*id].try_emplace(from, Duration{}).first->second;
    if (until <= clock_.uptime()) news.push_back(*id);
    until = clock_.uptime() + kLease;
  }
  // Until now nothing was sent there for them, and something may have been said since their inboxes were read: they had
  // connected a moment before, or an earlier lease was lost.
  if (!news.empty()) push(from, resync_push(), news);
  for (const auto& bytes : frame.lease().gone()) {
    auto id = AccountId::from_bytes(bytes);
    auto it = id ? leases_.find(*id) : leases_.end();
    if (it == leases_.end()) continue;
    it->second.erase(from);
    if (it->second.empty()) leases_.erase(it);
  }
}

void BusLinks::tell_leases(const NodeId& node) {
  v1::BusFrame frame;
  for (const auto& account : here_) {
    frame.mutable_lease()->add_accounts(std::string(account.view()));
    if (static_cast<std::size_t>(frame.lease().accounts_size()) < kLeasesPerFrame) continue;
    send(node, frame);
    frame.Clear();
  }
  if (frame.has_lease()) send(node, frame);
}

void BusLinks::tell_position(const NodeId& node) {
  v1::BusFrame position;
  position.set_number(sent_[node]);
  position.set_start(start_);
  for (const auto& [partition, epoch] : owned_) {
    position.add_partitions(partition);
    position.add_epochs(epoch);
  }
  bus_.send(self_, node, position.SerializeAsString());
}

void BusLinks::tick() {
  if (!running_) return;
  const bool renews = ticks_++ % kRenewTicks == 0;
  for (const auto& node : bus_.nodes()) {
    if (node == self_) continue;
    if (renews) tell_leases(node);
    tell_position(node);
  }
  executor_.post_after(kTick, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) tick();
  });
}

}  // namespace parley
