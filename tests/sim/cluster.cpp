#include "sim/cluster.hpp"

#include <utility>

#include "node/accounts/access_token.hpp"
#include "parley/v1/accounts.pb.h"

namespace parley::sim {
namespace {

constexpr std::size_t kIosPerNode = 2;
constexpr Duration kRestart{3000};

NodeId node_id(std::size_t index) {
  IdBytes bytes{};
  bytes[15] = static_cast<std::uint8_t>(index + 1);
  return NodeId(bytes);
}

Incarnation first_incarnation() {
  IdBytes bytes{};
  bytes[0] = 7;
  return Incarnation(bytes);
}

}  // namespace

/// One process.
struct Cluster::Server {
  std::vector<SimExecutor*> owners;
  std::vector<SimExecutor*> ios;
  std::unique_ptr<MemoryChannelStore> store;
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<Front> front;
  std::unique_ptr<Node> node;

  [[nodiscard]] bool is_open() const { return node != nullptr && front->is_open(); }
};

Cluster::Cluster(World& world, bool two)
    : world_(world),
      disk_(std::make_shared<MemoryDisk>(first_incarnation())),
      accounts_(make_memory_accounts()),
      setup_(world.make_executor()) {
  // Small limits are reached often.
  limits_.outbox_bytes = 16'384;
  limits_.page_events = 10;
  limits_.inbox_rows = 50;
  limits_.sends_in_flight = 16;
  limits_.page_bytes = 65'536;
  limits_.access_token_ms = 60'000;
  limits_.resume_token_ms = 30'000;
  if (two) {
    queue_ = std::make_unique<MemoryCommandQueue>(1, 4096);
    bus_ = std::make_unique<MemoryBus>();
    bus_->lose([this](NodeId, NodeId, std::string_view) { return lose_bus_ && world_.dice().once_in(3); });
  }
  for (std::size_t i = 0; i < (two ? 2U : 1U); ++i) {
    auto server = std::make_unique<Server>();
    for (std::size_t k = 0; k < (two ? 1U : 2U); ++k) server->owners.push_back(&world.make_executor());
    for (std::size_t k = 0; k < kIosPerNode; ++k) server->ios.push_back(&world.make_executor());
    nodes_.push_back(std::move(server));
    start(i);
  }
}

Cluster::~Cluster() {
  for (auto& link : links_) {
    if (auto live = link.lock()) live->server_died();
  }
  nodes_.clear();
}

void Cluster::start(std::size_t index) {
  Server& server = *nodes_[index];
  MemoryStoreFaults faults;
  faults.commit = [this] { return std::exchange(next_fate_, MemoryStoreFaults::Fate::ok); };
  faults.reopen = [this] {
    const bool fails = world_.dice().below(2) == 0;
    return fails ? Result<void>(fail(ErrorCode::store_unavailable)) : Result<void>{};
  };
  faults.commit_delay = [this] { return Duration(static_cast<std::int64_t>(world_.dice().below(20))); };
  faults.read_delay = [this] { return Duration(static_cast<std::int64_t>(world_.dice().below(5))); };
  server.store = std::make_unique<MemoryChannelStore>(disk_, faults);
  if (!bus_) queue_ = std::make_unique<MemoryCommandQueue>((server.store->highest_epoch() >> 16U) + 1, 4096);
  server.metrics = std::make_unique<Metrics>();
  server.front = std::make_unique<Front>(world_, *accounts_, *server.store, limits_, server.ios);
  NodeSettings settings;
  settings.id = node_id(index);
  settings.limits = limits_;
  settings.server_name = "sim";
  settings.cached_channels = 8;
  const NodePorts ports{*server.store, *queue_, accounts_->people(), accounts_->jobs(), bus_.get(), world_, world_};
  server.node = std::make_unique<Node>(
      settings, ports, std::vector<Executor*>(server.owners.begin(), server.owners.end()),
      std::vector<Executor*>(server.ios.begin(), server.ios.end()), server.front->authenticators(), *server.metrics);
  server.front->open(*server.node, *server.metrics, [this, index] { open(index); });
}

/// Keys are there, so people may come.
void Cluster::open(std::size_t index) {
  nodes_[index]->node->start();
  for (std::size_t io = 0; io < kIosPerNode; ++io) tick_io(index, io);
}

void Cluster::tick_io(std::size_t index, std::size_t io) {
  nodes_[index]->ios[io]->post_after(Duration(1000), [this, index, io] {
    nodes_[index]->node->io(io).tick();
    tick_io(index, io);
  });
}

void Cluster::crash(std::size_t index) {
  Server& server = *nodes_[index];
  if (!server.node) return;
  world_.trace("crash of node " + std::to_string(index));
  for (auto* executor : server.owners) executor->kill();
  for (auto* executor : server.ios) executor->kill();
  server.store->crash(world_.dice().below(server.store->in_flight() + 1));
  for (auto& link : links_) {
    if (auto live = link.lock(); live && live->node() == index) live->server_died();
  }
  std::erase_if(links_, [](const auto& link) { return link.expired(); });
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
  world_.at(kRestart, [this, index] { start(index); });
}

void Cluster::restore(const MemoryDisk::Image& image) {
  world_.trace("an old backup of the server is restored");
  for (std::size_t i = 0; i < nodes_.size(); ++i) crash(i);
  IdBytes bytes = disk_->incarnation.bytes();
  bytes[1] = ++restores_;
  disk_ = std::make_shared<MemoryDisk>(Incarnation(bytes));
  disk_->image = image;
  accounts_->sign_ins().end_all_sign_ins(setup_, world_.now(), [](const Result<void>&) {});
  accounts_->keys().forget_all_keys(setup_, [](const Result<void>&) {});
}

void Cluster::cut_one() {
  std::erase_if(links_, [](const auto& link) { return link.expired(); });
  if (links_.empty()) return;
  if (auto link = links_[world_.dice().below(links_.size())].lock()) link->cut();
}

std::unique_ptr<ChannelStoreScan> Cluster::scan() const {
  static MemoryStoreFaults none;
  return MemoryChannelStore(disk_, none).scan();
}

AccountId Cluster::sign_up(const std::string& handle) {
  AccountId account;
  v1::SignUp body;
  body.set_handle(handle);
  body.set_password(password_of(handle));
  HttpRequest request;
  request.method = "POST";
  request.target = request.path = "/v1/accounts";
  request.headers = {{"content-type", "application/x-protobuf"}, {"accept", "application/x-protobuf"}};
  request.body = body.SerializeAsString();
  world_.run_until([this] { return some_front().has_value(); }, std::chrono::minutes(1));
  const Place place = some_front().value();
  place.executor->post([&account, place, request = std::move(request)]() mutable {
    place.front->handle(place.io, std::move(request), [&account](const HttpResponse& response) {
      v1::Tokens tokens;
      if (tokens.ParseFromString(response.body))
        account = AccountId::from_bytes(tokens.account()).value_or(AccountId{});
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
    const std::size_t io = world_.dice().below(kIosPerNode);
    return Place{server.front.get(), server.ios[io], io};
  }
  return std::nullopt;
}

CommittedLog Cluster::committed_log() const {
  return [this](const ChannelId& channel, Seq from, const std::function<void(Seq, std::string_view)>& row) {
    const auto log = disk_->image.channels.find(channel);
    if (log == disk_->image.channels.end()) return;
    const auto& events = log->second.events;
    for (auto it = events.lower_bound(from); it != events.end(); ++it) row(it->first, it->second);
  };
}

std::shared_ptr<Link> Cluster::connect(LinkEnd& end) {
  const std::size_t first = world_.dice().below(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::size_t index = (first + i) % nodes_.size();
    if (!nodes_[index]->is_open()) continue;
    auto link = std::make_shared<Link>(*this, index, world_.dice().below(kIosPerNode), end);
    links_.push_back(link);
    link->open();
    return link;
  }
  return nullptr;
}

// ---- links -------------------------------------------------------------------------------------------------------

Link::Link(Cluster& cluster, std::size_t node, std::size_t io, LinkEnd& end)
    : cluster_(cluster),
      node_(node),
      io_(io),
      end_(&end),
      slow_(cluster.world_.dice().once_in(8) && cluster.slow_links_) {}

Link::~Link() = default;

Duration Link::delay() {
  return Duration(static_cast<std::int64_t>(1 + cluster_.world_.dice().below(slow_ ? 900 : 60)));
}

void Link::open() {
  auto& server = *cluster_.nodes_[node_];
  cluster_.world_.at(delay(), [self = shared_from_this(), &server] {
    if (self->cut_ || !server.is_open()) return;
    server.ios[self->io_]->post([self, &server] {
      if (self->cut_) return;
      self->session_ = std::make_unique<Session>(server.node->io(self->io_), *self);
      if (self->end_ != nullptr) self->end_->link_opened();
    });
  });
}

void Link::send_to_server(std::string bytes) {
  if (cut_) return;
  if (cluster_.corpus_ != nullptr) cluster_.corpus_->client_frame(bytes);
  World& world = cluster_.world_;
  last_up_ = std::max(last_up_, world.uptime() + delay());
  world.at(last_up_ - world.uptime(), [self = shared_from_this(), bytes = std::move(bytes)]() mutable {
    if (self->cut_) return;
    auto& executor = *self->cluster_.nodes_[self->node_]->ios[self->io_];
    executor.post([self, bytes = std::move(bytes)] {
      if (!self->cut_ && self->session_) self->session_->on_message(FrameKind::binary, bytes);
    });
  });
}

void Link::send(FrameKind, std::string_view payload) {
  if (cut_) return;
  if (cluster_.corpus_ != nullptr) cluster_.corpus_->server_frame(payload);
  World& world = cluster_.world_;
  last_down_ = std::max(last_down_, world.uptime() + delay());
  if (end_ != nullptr) end_->server_says(payload, queued_);
  queued_ += payload.size();
  world.at(last_down_ - world.uptime(), [self = shared_from_this(), bytes = std::string(payload)]() mutable {
    if (self->held_) {
      self->held_back_.push_back(std::move(bytes));
    } else {
      self->arrive(std::move(bytes));
    }
  });
}

void Link::arrive(std::string bytes) {
  if (cut_) return;
  queued_ -= bytes.size();
  if (end_ != nullptr) end_->link_frame(std::move(bytes));
  if (queued_ != 0 || cut_) return;
  cluster_.nodes_[node_]->ios[io_]->post([self = shared_from_this()] {
    if (!self->cut_ && self->session_ && self->queued_ == 0) self->session_->on_drained();
  });
}

void Link::hold_down(bool on) {
  held_ = on;
  while (!held_ && !held_back_.empty()) {
    std::string bytes = std::move(held_back_.front());
    held_back_.pop_front();
    arrive(std::move(bytes));
  }
}

void Link::send(FrameKind kind, std::shared_ptr<const std::string> payload) {
  send(kind, std::string_view(*payload));
}

void Link::end_server() {
  auto& server = *cluster_.nodes_[node_];
  if (!server.node) return;
  server.ios[io_]->post([self = shared_from_this()] {
    if (!self->session_) return;
    self->session_->on_closed();
    self->session_.reset();
  });
}

void Link::close(std::uint16_t code, std::string_view) {
  if (cut_) return;
  World& world = cluster_.world_;
  last_down_ = std::max(last_down_, world.uptime() + delay());
  world.at(last_down_ - world.uptime(), [self = shared_from_this(), code] {
    if (self->cut_) return;
    self->cut_ = true;
    self->end_server();
    if (self->end_ != nullptr) std::exchange(self->end_, nullptr)->link_closed(code);
  });
}

void Link::close_by_device() {
  end_ = nullptr;
  if (cut_) return;
  cut_ = true;
  end_server();
}

void Link::cut() {
  if (cut_) return;
  cut_ = true;
  end_server();
  cluster_.world_.at(delay(), [self = shared_from_this()] {
    if (self->end_ != nullptr) std::exchange(self->end_, nullptr)->link_closed(0);
  });
}

void Link::server_died() {
  session_.reset();
  if (cut_) return;
  cut_ = true;
  cluster_.world_.at(delay(), [self = shared_from_this()] {
    if (self->end_ != nullptr) std::exchange(self->end_, nullptr)->link_closed(0);
  });
}

}  // namespace parley::sim
