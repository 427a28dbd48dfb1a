#include "app/server.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <future>
#include <utility>

#include "app/admin/audit_log.hpp"
#include "app/admin/operations.hpp"
#include "app/backup/take.hpp"
#include "app/data_dir.hpp"
#include "app/memory_guard.hpp"
#include "app/people_there.hpp"
#include "app/process_metrics.hpp"
#include "app/pulse.hpp"
#include "app/store_metrics.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/version.hpp"
#include "engines/crypto/argon2_hasher.hpp"
#include "engines/crypto/ed25519_signer.hpp"
#include "engines/memory/command_queue.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "engines/sql/people_check.hpp"
#include "engines/sql/sql_accounts.hpp"
#include "engines/system/message_tracer.hpp"
#include "engines/system/system_clock.hpp"
#include "engines/system/thread_executor.hpp"
#include "gateway/gateway.hpp"
#include "gateway/http_api.hpp"
#include "gateway/io_pool.hpp"
#include "gateway/web_site.hpp"
#include "node/accounts/accounts_service.hpp"
#include "node/node.hpp"
#include "node/rate_limiter.hpp"
#include "node/session.hpp"

namespace parley {
namespace {

constexpr Duration kTick{1000};
constexpr Duration kCountJobs{5000};
constexpr std::uint32_t kMostJobs = 1000;
constexpr Duration kCloseGrace{1500};
constexpr Duration kCloseLimit{3000};
constexpr std::chrono::seconds kStartLimit{30};

NodeId new_node_id(const Clock& clock, Random& random) {
  std::array<std::uint8_t, 10> bytes{};
  random.fill(bytes);
  return NodeId(make_uuid_v7(to_unix_ms(clock.now()), bytes));
}

GatewayOptions gateway_options(const Config& config) {
  GatewayOptions options;
  for (const ListenOption& one : config.listen) {
    options.listen.push_back({one.host, one.port, one.secure, one.proxy});
  }
  options.limits = config.limits;
  options.tls = {config.tls_certificate, config.tls_key};
  options.allowed_origins = config.web_origins;
  options.http_body_bytes = config.limits.frame_bytes;
  options.limit_loopback = config.limit_loopback;
  options.trusted_proxies = NetworkList::parse(config.trusted_proxies).value_or(NetworkList{});  // checked before
  return options;
}

RocksOptions store_options(const Config& config, const DataDir& data, Metrics& metrics) {
  RocksOptions options;
  options.path = data.channels();
  options.cache_bytes = config.store_cache_mib << 20U;
  options.write_buffer_bytes = config.store_buffer_mib << 20U;
  Histogram& write = metrics.histogram("parley_store_write_seconds", "One synced write of the channel store.",
                                       Metrics::exponential_bounds(0.0001, 2, 16));
  Histogram& sync = metrics.histogram("parley_store_sync_seconds", "The fsync of one write of the channel store.",
                                      Metrics::exponential_bounds(0.0001, 2, 16));
  Counter& keys = metrics.counter("parley_store_keys_total", "Keys written to the channel store.");
  Counter& bytes = metrics.counter("parley_store_bytes_total", "Bytes written to the channel store's log.");
  options.on_commit = [&write, &sync, &keys, &bytes](const CommitSample& sample) {
    write.observe(std::chrono::duration<double>(sample.write).count());
    sync.observe(std::chrono::duration<double>(sample.sync).count());
    keys.add(sample.keys);
    bytes.add(sample.bytes);
  };
  options.on_warning = [](std::string_view text) { log::warning("channel_store", {{"text", text}}); };
  return options;
}

/// Before the store is opened, which makes a new one where there is none. A disk that was not mounted looks like that;
/// and what another user's process writes there, the one who owns the store cannot open any more.
Result<void> check_channels(const Config& config, const DataDir& data) {
  std::error_code error;
  const auto current = std::filesystem::path(data.channels()) / "CURRENT";
  if (std::filesystem::exists(current, error)) return DataDir::check_owner(current);
  if (config.new_channels || !std::filesystem::exists(data.people(), error)) return {};
  const auto people = has_accounts(data.people());
  if (!people) return fail(people.error());
  if (!*people) return {};
  return fail(ErrorCode::not_found,
              fmt::format("{} has accounts, but there is no channel store in {}. Is a disk not mounted? Mount it, or "
                          "restore a backup (parley restore). To give up all that was said and begin with no channel, "
                          "start once with --new-channels.",
                          data.people().string(), data.channels().string()));
}

AccountsConfig accounts_config(const Config& config) {
  AccountsConfig accounts;
  accounts.sign_up = config.sign_up;
  accounts.open_directory = config.open_directory;
  accounts.limits = config.limits;
  return accounts;
}

/// Waits for something that another thread completes.
Result<void> wait_for(const std::shared_ptr<std::promise<Result<void>>>& promise, std::string_view what) {
  auto future = promise->get_future();
  if (future.wait_for(kStartLimit) != std::future_status::ready) {
    return fail(ErrorCode::store_unavailable, fmt::format("{} took longer than {} s", what, kStartLimit.count()));
  }
  return future.get();
}

}  // namespace

// Destroyed from the bottom up: what uses something stands below it. Executors outlive everything that completes into
// them, and have stopped by then.
struct Server::Parts {
  Parts(const Config& how, DataDir dir, WebFiles web_app)
      : config(how),
        data(std::move(dir)),
        web(std::move(web_app)),
        process(metrics),
        stores(metrics, data.path(), data.channels(), data.people()),
        pool(how.io_threads) {}

  const Config config;
  DataDir data;
  const WebFiles web;
  SystemClock clock;
  SystemRandom random;
  MessageTracer tracer;
  Metrics metrics;
  ProcessMetrics process;
  StoreMetrics stores;
  Gauge& jobs_waiting = metrics.gauge("parley_jobs_waiting", "Jobs that are not done, up to 1000.");
  IoPool pool;
  std::vector<std::unique_ptr<ThreadExecutor>> owners;
  std::unique_ptr<RocksChannelStore> store;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<PasswordHasher> hasher;
  std::unique_ptr<Signer> signer;
  std::unique_ptr<MemoryCommandQueue> queue;
  std::vector<std::shared_ptr<TokenVerifier>> verifiers;
  std::unique_ptr<AccountsService> service;
  std::unique_ptr<Node> node;
  std::unique_ptr<HttpApiParts> api_parts;
  std::unique_ptr<HttpApi> api;
  std::unique_ptr<WebSite> site;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<AdminParts> admin_parts;
  std::unique_ptr<AdminServer> admin;
  Pulse pulse;
  std::atomic<bool> draining = false;
  std::atomic<bool> node_stopped = false;

  ~Parts() {
    if (admin) admin->stop();  // its operations wait for the threads below
    pool.stop();
    for (auto& owner : owners) owner->stop();
  }

  Result<void> open_stores() {
    if (auto there = check_channels(config, data); !there) return there;
    auto channels = RocksChannelStore::open(store_options(config, data, metrics));
    if (!channels) return fail(std::move(channels.error()));
    store = std::move(*channels);
    if (auto there = config.new_people ? Result<void>() : check_people_there(data.people(), *store); !there) {
      return fail(there.error().code, there.error().text() +
                                          " To leave the channels to nobody and begin with new people, start once with "
                                          "--new-people.");
    }
    auto people = open_sqlite_accounts({.file = data.people()});
    if (!people) return fail(std::move(people.error()));
    accounts = std::move(*people);
    return {};
  }

  void make_services() {
    hasher =
        make_argon2_hasher(config.password_cost == PasswordCost::minimum ? Argon2Options::minimum() : Argon2Options{});
    signer = make_ed25519_signer();
    queue = std::make_unique<MemoryCommandQueue>(first_epoch_above(store->highest_epoch()), config.limits.owner_queue);
    for (std::uint64_t i = 0; i < config.owners; ++i) {
      owners.push_back(std::make_unique<ThreadExecutor>(fmt::format("owner-{}", i)));
    }
    for (std::size_t i = 0; i < pool.size(); ++i) {
      TokenVerifier::Options options;
      options.incarnation = store->incarnation();
      options.resume_life = Duration(static_cast<std::int64_t>(config.limits.resume_token_ms));
      verifiers.push_back(std::make_shared<TokenVerifier>(*signer, clock, options));
    }
    service = std::make_unique<AccountsService>(
        AccountsService::Ports{*accounts, *hasher, *signer, clock, random, pool.at(0)}, accounts_config(config));
  }

  void make_node() {
    NodeSettings settings;
    settings.id = new_node_id(clock, random);
    settings.limits = config.limits;
    settings.server_name = fmt::format("parleyd {}", version());
    settings.cached_channels = config.cached_channels;
    std::vector<Executor*> owner_executors;
    std::vector<Executor*> io_executors;
    std::vector<Authenticator*> authenticators;
    for (auto& owner : owners) owner_executors.push_back(owner.get());
    for (std::size_t i = 0; i < pool.size(); ++i) {
      io_executors.push_back(&pool.at(i));
      authenticators.push_back(verifiers[i].get());
    }
    node = std::make_unique<Node>(
        settings, NodePorts{*store, *queue, accounts->people(), accounts->jobs(), nullptr, clock, random, &tracer},
        owner_executors, io_executors, authenticators, metrics);
  }

  /// Keys and revoked devices reach every io thread before anybody can connect.
  Result<void> start_accounts() {
    auto started = std::make_shared<std::promise<Result<void>>>();
    service->start([started](Result<void> result) { started->set_value(std::move(result)); });
    if (auto result = wait_for(started, "loading the server's keys"); !result) return result;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      auto attached = std::make_shared<std::promise<Result<void>>>();
      pool.at(i).post([this, i] {
        verifiers[i]->on_device_revoked(
            [this, i](const DeviceId& device, ErrorCode why) { node->io(i).end_device(device, why); });
      });
      service->attach(pool.at(i), verifiers[i],
                      [attached](Result<void> result) { attached->set_value(std::move(result)); });
      if (auto result = wait_for(attached, "handing out the server's keys"); !result) return result;
    }
    return {};
  }

  /// Any thread.
  void update_metrics() {
    process.update();
    stores.update(*store);
  }

  void count_jobs() {
    pool.at(0).post_after(kCountJobs, [this] {
      accounts->oversight().jobs(pool.at(0), kMostJobs, [this](const Result<std::vector<Job>>& found) {
        if (found) jobs_waiting.set(static_cast<std::int64_t>(found->size()));
        count_jobs();
      });
    });
  }

  void tick(std::size_t i) {
    pool.at(i).post_after(kTick, [this, i] {
      node->io(i).tick();
      tick(i);
    });
  }

  void make_gateway() {
    HttpApiOptions options;
    options.metrics_for_all = config.metrics == MetricsAccess::all;
    options.limit_loopback = config.limit_loopback;
    options.server_name = fmt::format("parleyd {}", version());
    options.without_web_app = config.web && web.empty();
    std::vector<TokenVerifier*> by_thread;
    for (auto& verifier : verifiers) by_thread.push_back(verifier.get());
    api_parts = std::make_unique<HttpApiParts>(
        *node, *service, std::move(by_thread), *store, accounts->people(), clock, random, metrics,
        [this] { return store->writable(); }, [this] { update_metrics(); }, std::move(options), draining);
    api = std::make_unique<HttpApi>(*api_parts);
    site = std::make_unique<WebSite>(web, *api);
    auto factory = [this](Connection& connection, const PeerInfo& peer) -> std::unique_ptr<ConnectionHandler> {
      return std::make_unique<Session>(node->io(peer.io_thread), connection, address_hash(peer.address));
    };
    for (std::size_t i = 0; i < pool.size(); ++i) pulse.watch(pool.at(i));
    for (auto& owner : owners) pulse.watch(*owner);
    GatewayOptions gateway_how = gateway_options(config);
    gateway_how.memory = &node->memory();
    gateway = std::make_unique<Gateway>(pool, clock, metrics, std::move(gateway_how), factory, *site);
  }

  /// Nothing where the configuration wants none.
  Result<void> make_admin() {
    const auto socket = admin_socket_of(config, data.path());
    if (!socket) return {};
    auto log = AuditLog::open(data.path() / "audit.jsonl", clock);
    if (!log) return fail(std::move(log.error()));
    audit = std::move(*log);
    admin_parts = std::make_unique<AdminParts>(AdminParts{config, data.path(), *node, *service, *accounts, *store, pool,
                                                          *gateway, *audit, tracer, clock, random, metrics,
                                                          [this] { update_metrics(); }, draining, clock.now()});
    AdminOptions options;
    options.socket = *socket;
    options.owns_directory = socket->parent_path() == data.path();
    admin = std::make_unique<AdminServer>(std::move(options), *audit);
    add_admin_operations(*admin, *admin_parts);
    return {};
  }
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  if (!parts_) return;
  begin_drain();
  stop();
}

Result<std::unique_ptr<Server>> Server::open(const Config& config, WebFiles web) {
  auto data = DataDir::lock(config.data);
  if (!data) return fail(std::move(data.error()));
  if (auto removed = backup::remove_old_snapshot(data->path()); !removed) return fail(std::move(removed.error()));
  auto parts = std::make_unique<Parts>(config, std::move(*data), std::move(web));
  if (auto opened = parts->open_stores(); !opened) return fail(std::move(opened.error()));
  parts->make_services();
  parts->make_node();
  if (auto started = parts->start_accounts(); !started) return fail(std::move(started.error()));
  parts->node->start();
  for (std::size_t i = 0; i < parts->pool.size(); ++i) parts->tick(i);
  guard_memory(parts->pool.at(0), config.memory_mib << 20U, parts->node->memory(),
               [node = parts->node.get()] { node->trim(); });
  parts->count_jobs();
  parts->make_gateway();
  if (auto made = parts->make_admin(); !made) return fail(std::move(made.error()));
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Result<void> Server::listen(std::vector<int> inherited) {
  if (auto listening = parts_->gateway->listen(std::move(inherited)); !listening || !parts_->admin) return listening;
  return parts_->admin->listen();
}

std::vector<std::string> Server::urls() const {
  std::vector<std::string> urls;
  for (const ListenAddress& address : parts_->gateway->listening()) {
    urls.push_back(ListenOption{address.host, address.port, address.secure, address.proxy, std::nullopt}.url());
  }
  return urls;
}

std::string Server::data_path() const {
  return parts_->data.path().string();
}

Result<void> Server::reload_certificate() {
  return parts_->gateway->reload();
}

bool Server::is_alive() {
  return parts_->pulse.beat();
}

void Server::begin_drain() {
  if (parts_->draining.exchange(true)) return;
  parts_->gateway->stop_accepting();
  parts_->node->stop([parts = parts_.get()] { parts->node_stopped = true; });
}

bool Server::drained() const {
  return parts_->node_stopped;
}

void Server::stop() {
  if (!parts_) return;
  if (parts_->admin) parts_->admin->stop();
  const ErrorInfo& why = error_info(ErrorCode::draining);
  parts_->gateway->close_all(why.close_code, std::string(why.name), kCloseGrace);
  if (!parts_->gateway->wait_until_closed(kCloseLimit)) {
    log::warning("connections_dropped", {{"count", parts_->gateway->connections()}});
  }
  parts_->pool.stop();
  for (auto& owner : parts_->owners) owner->stop();
  parts_.reset();
}

}  // namespace parley
