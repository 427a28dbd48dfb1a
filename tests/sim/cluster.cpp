#include "sim/cluster.hpp"

#include <algorithm>
#include <utility>

#include "node/accounts/access_token.hpp"
#include "node/owner.hpp"

namespace parley::sim {
namespace {

constexpr std::uint64_t kSlowPeople = 3000;

constexpr std::uint64_t kLongestRestart = 6000;
constexpr Duration kTriesAgain{1000};
constexpr std::uint64_t kSlowLink = 900;

NodeId node_id(std::size_t index) {
  IdBytes bytes{};
  bytes[15] = static_cast<std::uint8_t>(index + 1);
  return NodeId(bytes);
}

ClusterSettings usual(bool two) {
  ClusterSettings settings;
  settings.nodes = two ? 2 : 1;
  settings.owners = two ? 1 : 2;
  return settings;
}

}  // namespace

Limits small_limits() {
  Limits limits;
  limits.outbox_bytes = 16'384;
  limits.page_events = 10;
  limits.inbox_rows = 50;
  limits.sends_in_flight = 16;
  limits.page_bytes = 32'768;
  limits.access_token_ms = 60'000;
  limits.resume_token_ms = 30'000;
  return limits;
}

Cluster::Cluster(World& world, bool two) : Cluster(world, usual(two)) {}

Cluster::Cluster(World& world, ClusterSettings settings, std::unique_ptr<Storage> storage)
    : world_(world),
      settings_(std::move(settings)),
      storage_(storage ? std::move(storage) : std::make_unique<MemoryStorage>(world)),
      accounts_(make_memory_accounts(faults_of_people())),
      setup_(world.make_executor()) {
  if (settings_.nodes > 1) {
    queue_ = std::make_shared<MemoryCommandQueue>(first_epoch_above(storage_->highest_epoch()), settings_.backlog);
    bus_ = std::make_unique<SimBus>(world_);
  }
  storage_->when_power_goes([this] { world_.at(Duration(0), [this] { crash(0); }); });
  for (std::size_t i = 0; i < settings_.nodes; ++i) {
    auto server = std::make_unique<Server>(world);
    server->limits = i < settings_.limits.size() ? settings_.limits[i] : small_limits();
    for (std::size_t k = 0; k < settings_.owners; ++k) server->owners.push_back(&world.make_executor());
    for (std::size_t k = 0; k < settings_.ios; ++k) server->ios.push_back(&world.make_executor());
    nodes_.push_back(std::move(server));
    start(i);
  }
}

Cluster::~Cluster() {
  for (const auto& link : links_) {
    if (const auto live = link.lock()) live->server_died();
  }
  nodes_.clear();
}

// ---- processes ---------------------------------------------------------------------------------------------------

void Cluster::start(std::size_t index) {
  Server& server = *nodes_[index];
  server.store = storage_->open(index);
  if (!server.store) {
    world_.trace("node " + std::to_string(index) + " cannot open its store");
    return world_.at(kTriesAgain, [this, index] { start(index); });
  }
  if (!bus_) {
    queue_ = std::make_shared<MemoryCommandQueue>(first_epoch_above(storage_->highest_epoch()), settings_.backlog);
  }
  server.metrics = std::make_unique<Metrics>();
  server.front = std::make_unique<Front>(world_, *accounts_, *server.store, server.limits, server.ios);
  NodeSettings settings;
  settings.id = node_id(index);
  settings.limits = server.limits;
  settings.server_name = "sim";
  settings.cached_channels = settings_.cached_channels;
  const NodePorts ports{.store = *server.store,
                        .queue = *queue_,
                        .people = accounts_->people(),
                        .jobs = accounts_->jobs(),
                        .bus = bus_.get(),
                        .clock = server.clock,
                        .random = world_};
  server.node = std::make_unique<Node>(
      settings, ports, std::vector<Executor*>(server.owners.begin(), server.owners.end()),
      std::vector<Executor*>(server.ios.begin(), server.ios.end()), server.front->authenticators(), *server.metrics);
  world_.trace("node " + std::to_string(index) + " starts");
  server.front->open(*server.node, *server.metrics, [this, index] { open(index); });
}

/// Keys are there, so people may come.
void Cluster::open(std::size_t index) {
  world_.trace("node " + std::to_string(index) + " is open");
  nodes_[index]->node->start();
  for (std::size_t io = 0; io < settings_.ios; ++io) tick_io(index, io);
}

void Cluster::tick_io(std::size_t index, std::size_t io) {
  nodes_[index]->ios[io]->post_after(Duration(1000), [this, index, io] {
    nodes_[index]->node->io(io).tick();
    for (const auto& link : links()) {
      if (&link->server() == nodes_[index].get() && link->io() == io) link->tick(world_.uptime());
    }
    tick_io(index, io);
  });
}

void Cluster::crash(std::size_t index) {
  Server& server = *nodes_[index];
  if (!server.node) return;
  world_.trace("node " + std::to_string(index) + " crashes");
  for (const auto& executors : {server.owners, server.ios}) {
    for (auto* executor : executors) {
      executor->kill();
      executor->pause(false);
    }
  }
  storage_->crash(index, *server.store);
  for (const auto& link : std::vector(links_)) {
    if (const auto live = link.lock(); live && &live->server() == &server) live->server_died();
  }
  server.node.reset();
  server.front.reset();
  if (bus_) {
    for (std::size_t shard = 0; shard < server.owners.size(); ++shard) {
      queue_->unsubscribe(node_id(index), static_cast<std::uint32_t>(shard));
    }
    bus_->leave(node_id(index));
  } else {
    queue_.reset();
  }
  server.store.reset();
  server.metrics.reset();
  const Duration down(static_cast<std::int64_t>(50 + world_.dice().below(kLongestRestart)));
  world_.at(down, [this, index] { start(index); });
}

void Cluster::restore_backup() {
  world_.trace("an old backup of the server is restored");
  for (std::size_t i = 0; i < nodes_.size(); ++i) crash(i);
  storage_->restore_backup();
  if (bus_) {
    // The whole cluster is down: what waited to be decided and what was on its way is of a history that is no more.
    queue_ = std::make_shared<MemoryCommandQueue>(first_epoch_above(storage_->highest_epoch()), settings_.backlog);
    bus_->lose_all();
  }
  accounts_->sign_ins().end_all_sign_ins(setup_, world_.now(), [](const Result<void>&) {});
  accounts_->keys().forget_all_keys(setup_, [](const Result<void>&) {});
}

void Cluster::pause(std::size_t index, Duration span, bool all, std::optional<Duration> expires) {
  Server& server = *nodes_[index];
  if (!server.node) return;
  std::vector<SimExecutor*> executors = server.owners;
  if (all) executors.insert(executors.end(), server.ios.begin(), server.ios.end());
  for (auto* executor : executors) executor->pause(true);
  if (all) people_unknown_until_ = std::max(people_unknown_until_, world_.uptime() + span);
  if (told_of_pause_) told_of_pause_(span);
  if (expires) {
    world_.at(*expires, [index, queue = std::weak_ptr(queue_)] {
      if (const auto live = queue.lock()) live->expire(node_id(index));
    });
  }
  world_.at(span, [executors] {
    for (auto* executor : executors) executor->pause(false);
  });
}

void Cluster::swap_amid_commits(std::size_t index, Duration stands) {
  const auto within = [&] { return Duration(static_cast<std::int64_t>(world_.dice().below(stands.count()))); };
  storage_->hold_writes(index, stands);
  switch (world_.dice().below(3)) {
    case 0:
      // Nothing was heard of it; it runs, and gets them back as soon as it learns that.
      return world_.at(within(), [index, queue = std::weak_ptr(queue_)] {
        if (const auto live = queue.lock()) live->expire(node_id(index));
      });
    case 1:
      // Its owners stand still, and hear of it when others have had them.
      return world_.at(within(), [this, index, span = within() + Duration(1), expires = within()] {
        pause(index, span, false, expires);
      });
    default:
      return world_.at(within(), [this, span = within()] { take_partitions_away(span); });
  }
}

void Cluster::set_memory(std::size_t index, MemoryState state) {
  if (nodes_[index]->node) nodes_[index]->node->memory() = state;
}

void Cluster::take_partitions_away(Duration span) {
  struct Idle final : PartitionConsumer {
    void gained(PartitionId /*partition*/, Epoch /*epoch*/) override {}
    void lost(PartitionId /*partition*/) override {}
    void commands(PartitionId /*partition*/, std::vector<QueuedCommand> /*commands*/) override {}
  };
  static Idle idle;
  if (!queue_ || std::exchange(idle_node_, true)) return;
  // Before all others, or after them: the first or the last partitions go.
  IdBytes bytes{};
  if (world_.dice().once_in(2)) bytes.fill(0xFF);
  const NodeId id(bytes);
  queue_->subscribe(id, 0, 1, setup_, idle);
  world_.at(span, [this, id, queue = std::weak_ptr(queue_)] {
    idle_node_ = false;
    if (const auto live = queue.lock()) live->unsubscribe(id, 0);
  });
}

MemoryAccountsFaults Cluster::faults_of_people() {
  const auto hit = [this](const Executor& executor, std::uint64_t one_in) {
    return one_in != 0 && &executor != &setup_ && world_.dice().once_in(one_in);
  };
  MemoryAccountsFaults faults;
  faults.call = [this, hit](const Executor& executor) -> Result<void> {
    if (hit(executor, people_fail_one_in_)) return fail(ErrorCode::store_unavailable);
    return {};
  };
  faults.answer_delay = [this, hit](const Executor& executor) {
    const bool late = hit(executor, people_slow_one_in_);
    return late ? Duration(static_cast<std::int64_t>(world_.dice().below(kSlowPeople))) : Duration(0);
  };
  return faults;
}

// ---- people ------------------------------------------------------------------------------------------------------

void Cluster::fail_people(std::uint64_t one_in) {
  if (people_fail_one_in_ != 0) people_unknown_until_ = std::max(people_unknown_until_, world_.uptime());
  people_fail_one_in_ = one_in;
}

Duration Cluster::people_known_for() const {
  if (people_fail_one_in_ != 0) return Duration(0);
  return std::max(Duration(0), world_.uptime() - people_unknown_until_);
}

AccountId Cluster::sign_up(const std::string& handle) {
  AccountId account;
  world_.run_until([this] { return some_front().has_value(); }, std::chrono::minutes(1));
  const Place place = some_front().value();
  place.executor->post([&account, place, handle] {
    place.front->sign_up(place.io, handle, password_of(handle), [&account](const Result<AccountId>& made) {
      if (made) account = *made;
    });
  });
  world_.run_until([&account] { return !account.is_nil(); }, std::chrono::minutes(1));
  return account;
}

std::string Cluster::mint_token(const AccountId& account, const DeviceId& device) {
  std::string token;
  accounts_->keys().signing_keys(setup_, [&](const Result<std::vector<SigningKey>>& keys) {
    const AccessClaims claims{.account = account,
                              .device = device,
                              .generation = 1,
                              .issued = world_.now(),
                              .expires = world_.now() + std::chrono::hours(10),
                              .id = "minted"};
    if (keys && !keys->empty()) token = write_access_token(FakeSigner(), keys->back(), claims);
  });
  world_.run_until([&token] { return !token.empty(); }, std::chrono::minutes(1));
  return token;
}

std::optional<Cluster::Place> Cluster::some_front() {
  const std::size_t first = world_.dice().below(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Server& server = *nodes_[(first + i) % nodes_.size()];
    if (!server.is_open()) continue;
    const std::size_t io = world_.dice().below(settings_.ios);
    return Place{server.front.get(), server.ios[io], io};
  }
  return std::nullopt;
}

std::shared_ptr<Link> Cluster::connect(LinkEnd& end) {
  const std::size_t first = world_.dice().below(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Server& server = *nodes_[(first + i) % nodes_.size()];
    if (!server.is_open()) continue;
    auto link = std::make_shared<Link>(world_, server, world_.dice().below(settings_.ios), end, some_speed(), corpus_);
    links_.push_back(link);
    link->open();
    return link;
  }
  return nullptr;
}

Limits Cluster::largest_limits() const {
  Limits most = limits();
  for (const auto& node : nodes_) {
    for (const auto limit : {&Limits::mentions_per_message, &Limits::edits_per_message, &Limits::reactions_per_message,
                             &Limits::targets_per_delete, &Limits::group_members, &Limits::text_code_points,
                             &Limits::invitations_per_channel}) {
      most.*limit = std::max(most.*limit, node->limits.*limit);
    }
  }
  return most;
}

LinkSpeed Cluster::some_speed() {
  LinkSpeed speed;
  if (settings_.slow_link != 0 && world_.dice().once_in(settings_.slow_link)) speed.delay_ms = kSlowLink;
  if (settings_.narrow_link != 0 && world_.dice().once_in(settings_.narrow_link)) {
    speed.bytes_per_ms = 1 + world_.dice().below(8);
  }
  return speed;
}

std::vector<std::shared_ptr<Link>> Cluster::links() {
  std::vector<std::shared_ptr<Link>> open;
  for (const auto& link : links_) {
    if (auto live = link.lock(); live && !live->is_cut()) open.push_back(std::move(live));
  }
  std::erase_if(links_, [](const auto& link) { return link.expired(); });
  return open;
}

}  // namespace parley::sim
