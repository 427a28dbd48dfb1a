#include "node/node.hpp"

#include <utility>

#include "base/assert.hpp"
#include "node/bus_links.hpp"
#include "node/session.hpp"

namespace parley {

/// What arrives over the bus, spread to this node's sessions by its first owner.
class Node::FromElsewhere final : public BusLinks::Receiver {
 public:
  explicit FromElsewhere(Node& node) : node_(node) {}
  void answer_from_elsewhere(Answer answer) override {
    outlet().answer(std::move(answer));
    outlet().flush();
  }
  void push_from_elsewhere(const Push& push, const std::vector<AccountId>& accounts) override {
    outlet().push_here(push, accounts);
    outlet().flush();
  }
  void recheck_from_elsewhere(const AccountId& account, std::optional<AccountId> viewer) override {
    node_.hub_->recheck_here(io(), account, viewer);
  }
  void parted_elsewhere(const AccountId& account) override { node_.hub_->parted_here(io(), account); }
  bool owner_elsewhere(PartitionId partition, Epoch epoch) override { return outlet().learn(partition, epoch); }
  void link_lost_frames() override { node_.may_have_missed(); }

 private:
  Outlet& outlet() { return node_.owners_.front()->outlet(); }
  Io& io() { return *node_.ios_.front(); }
  Node& node_;
};

Node::Node(const NodeSettings& settings, const NodePorts& ports, const std::vector<Executor*>& owners,
           const std::vector<Executor*>& ios, const std::vector<Authenticator*>& authenticators, Metrics& metrics)
    : delay_(owners.size()), metrics_(metrics) {
  PARLEY_ASSERT(!owners.empty() && !ios.empty() && ios.size() == authenticators.size());
  // A link's numbers belong to one executor.
  PARLEY_ASSERT(ports.bus == nullptr || owners.size() == 1);
  context_.node = settings.id;
  context_.limits = settings.limits;
  context_.server_name = settings.server_name;
  context_.store = &ports.store;
  context_.queue = &ports.queue;
  context_.people = &ports.people;
  context_.clock = &ports.clock;
  context_.random = &ports.random;
  context_.metrics = &metrics_;
  context_.delay = &delay_;
  context_.memory = &memory_;
  context_.tracer = ports.tracer;
  if (ports.bus != nullptr) {
    from_elsewhere_ = std::make_unique<FromElsewhere>(*this);
    links_ = std::make_unique<BusLinks>(settings.id, *ports.bus, *owners.front(), ports.clock, ports.random,
                                        *from_elsewhere_);
  }
  context_.links = links_.get();
  auto to_io = [this](std::uint32_t io, IoBatch batch) {
    Io& target = *ios_[io];
    target.executor().post([&target, alive = target.alive(), batch = std::move(batch)]() mutable {
      if (!alive.expired()) target.deliver(std::move(batch));
    });
  };
  for (std::size_t shard = 0; shard < owners.size(); ++shard) {
    Owner::Settings owner;
    owner.node = settings.id;
    owner.shard = static_cast<std::uint32_t>(shard);
    owner.shards = static_cast<std::uint32_t>(owners.size());
    owner.ios = static_cast<std::uint32_t>(ios.size());
    owner.cached_channels = settings.cached_channels;
    owner.tracer = ports.tracer;
    owner.preview_bytes = static_cast<std::uint32_t>(settings.limits.preview_bytes);
    owner.delay = &delay_;
    owner.memory = &memory_;
    owner.parted = [this](const AccountId& account) { hub_->parted(*ios_.front(), account); };
    owner.missed = [this] {
      may_have_missed();
      if (links_) links_->skip();
    };
    owners_.push_back(std::make_unique<Owner>(owner, *owners[shard], ports.store, ports.queue, ports.clock,
                                              ports.random, to_io, links_.get(), metrics_));
    context_.owners.push_back(owners_.back().get());
  }
  hub_ = std::make_unique<Hub>(context_, *owners_.front());
  context_.hub = hub_.get();
  for (std::size_t i = 0; i < ios.size(); ++i) {
    ios_.push_back(std::make_unique<Io>(context_, static_cast<std::uint32_t>(i), *ios[i], *authenticators[i]));
  }
  jobs_ = std::make_unique<JobWorker>(*ios_.front(), ports.jobs);
}

Node::~Node() = default;

void Node::start() {
  for (const auto& owner : owners_) {
    owner->executor().post([owner = owner.get()] { owner->start(); });
  }
  if (links_) owners_.front()->executor().post([this] { links_->start(); });
  jobs_->start();
}

void Node::stop(Task done) {
  for (const auto& io : ios_) {
    io->executor().post([this, &io = *io] {
      if (&io == ios_.front().get()) jobs_->stop();
      io.drain();
    });
  }
  auto left = std::make_shared<std::atomic<std::size_t>>(owners_.size());
  auto finished = std::make_shared<Task>(std::move(done));
  for (const auto& owner : owners_) {
    owner->executor().post([this, owner = owner.get(), left, finished] {
      if (links_ && owner == owners_.front().get()) links_->stop();
      owner->stop([left, finished] {
        if (left->fetch_sub(1) == 1) (*finished)();
      });
    });
  }
}

void Node::trim() {
  for (const auto& owner : owners_) {
    owner->executor().post([&owner] { owner->trim(); });
  }
}

void Node::may_have_missed() {
  resync_sessions();
  hub_->recheck_all_here(*ios_.front());
}

void Node::resync_sessions() {
  for (const auto& io : ios_) {
    io->executor().post([&io = *io, alive = io->alive()] {
      if (!alive.expired()) io.push_to_all(resync_push());
    });
  }
}

void Node::kick_jobs() {
  jobs_->kick();
}

}  // namespace parley
