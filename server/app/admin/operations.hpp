// What an administrator can ask of a running server (docs/operations.md, Administration). A new kind of operation is a
// file of its own, with one function here.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "app/config.hpp"
#include "base/metrics.hpp"
#include "gateway/admin/admin_server.hpp"
#include "ports/executor.hpp"

namespace parley {

class Accounts;
class AccountsService;
class AuditLog;
class Gateway;
class IoPool;
class MessageTracer;
class Node;
class RocksChannelStore;

/// What operations work with. All of it outlives the administrator's socket and may be used on any thread, but for what
/// says otherwise.
struct AdminParts {
  const Config& config;
  const std::filesystem::path& data;
  Node& node;  // its ios and owners on their executors
  AccountsService& service;
  Accounts& accounts;
  RocksChannelStore& store;
  IoPool& pool;
  Gateway& gateway;
  AuditLog& audit;
  MessageTracer& tracer;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  std::function<void()> before_metrics;  // brings gauges of the process up to date
  const std::atomic<bool>& draining;
  Time started = kNever;
};

/// Where the administrator's socket is to be; nullopt: nowhere. A path that is not absolute begins in `data`.
std::optional<std::filesystem::path> admin_socket_of(const Config& config, const std::filesystem::path& data);

/// All of them. `parts` outlives the server.
void add_admin_operations(AdminServer& admin, AdminParts& parts);

// One file each.
void add_status_operations(AdminServer& admin, AdminParts& parts);
void add_people_operations(AdminServer& admin, AdminParts& parts);
void add_invitation_operations(AdminServer& admin, AdminParts& parts);
void add_channel_operations(AdminServer& admin, AdminParts& parts);
void add_session_operations(AdminServer& admin, AdminParts& parts);
void add_trace_operations(AdminServer& admin, AdminParts& parts);
void add_job_operations(AdminServer& admin, AdminParts& parts);
void add_audit_operations(AdminServer& admin, AdminParts& parts);
void add_backup_operations(AdminServer& admin, AdminParts& parts);

}  // namespace parley
