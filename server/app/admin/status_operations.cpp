// How the server is doing, what it logs, and its end.
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>

#include "app/admin/operations.hpp"
#include "app/backup/last.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "gateway/gateway.hpp"
#include "node/node.hpp"

namespace parley {
namespace {

std::string_view name_of(log::Level level) {
  switch (level) {
    case log::Level::debug:
      return "debug";
    case log::Level::info:
      return "info";
    case log::Level::warning:
      return "warning";
    case log::Level::error:
      return "error";
    case log::Level::off:
      break;
  }
  return "off";
}

log::Level level_now() {
  return log::detail::level.load(std::memory_order_relaxed);
}

/// "ready", "read only (…)" with the error of who posts, or the name of the error with which the store answers.
std::string store_state(const AdminCall& call, AdminParts& parts) {
  const auto answer = await<StoreAnswer>(call, [&](auto done) {
    StoreQuery query;
    query.channels.emplace_back();  // of no channel: an answer is all that matters
    parts.store.read(std::move(query), parts.pool.at(0), std::move(done));
  });
  if (!answer) return std::string(answer.error().name());
  const auto writable = parts.store.writable();
  return writable ? "ready" : fmt::format("read only ({})", writable.error().name());
}

/// null where none was ever taken.
boost::json::value last_backup(const AdminParts& parts) {
  const auto last = backup::last_backup(parts.data);
  if (!last) return nullptr;
  return boost::json::object{{"time", to_unix_ms(last->time)}, {"id", last->id}, {"folder", last->folder}};
}

Result<boost::json::value> status(const AdminCall& call, AdminParts& parts) {
  boost::json::array listening;
  for (const ListenAddress& address : parts.gateway.listening()) {
    listening.emplace_back(ListenOption{address.host, address.port, address.secure, address.proxy, std::nullopt}.url());
  }
  const Time now = parts.clock.now();
  return boost::json::object{{"version", version()},
                             {"pid", ::getpid()},
                             {"incarnation", parts.store.incarnation().str()},
                             {"started", to_unix_ms(parts.started)},
                             {"uptime_ms", to_unix_ms(now) - to_unix_ms(parts.started)},
                             {"data", parts.data.string()},
                             {"listening", std::move(listening)},
                             {"connections", parts.gateway.connections()},
                             {"draining", parts.draining.load()},
                             {"store", store_state(call, parts)},
                             {"last_backup", last_backup(parts)},
                             {"log_level", name_of(level_now())}};
}

/// In the order of the table, each with what it would be if nobody had set it.
Result<boost::json::value> limits(const AdminParts& parts) {
  boost::json::array rows;
  for (const LimitInfo& info : kLimits) {
    rows.emplace_back(boost::json::object{{"name", info.name},
                                          {"value", parts.config.limits.*info.member},
                                          {"default", info.default_value},
                                          {"min", info.min},
                                          {"max", info.max},
                                          {"unit", info.unit},
                                          {"what", info.text}});
  }
  return boost::json::object{{"limits", std::move(rows)}};
}

Result<boost::json::value> set_log_level(AdminCall& call) {
  const auto body = call.body();
  if (!body) return fail(body.error());
  const auto* wanted = body->if_contains("level");
  const auto level = wanted != nullptr && wanted->is_string() ? log::parse_level(wanted->as_string()) : std::nullopt;
  if (!level) {
    return fail(ErrorCode::invalid_argument, "level: one of debug, info, warning, error and off is needed");
  }
  const log::Level before = level_now();
  call.remember("before", name_of(before));
  call.remember("level", name_of(*level));
  log::set_level(*level);
  return boost::json::object{{"before", name_of(before)}, {"level", name_of(*level)}};
}

Result<boost::json::value> drain() {
  // As an operator's signal does it: main() waits for one, and there is one way to end.
  ::kill(::getpid(), SIGTERM);
  return boost::json::object{{"draining", true}};
}

}  // namespace

void add_status_operations(AdminServer& admin, AdminParts& parts) {
  admin.look("GET", "/status", [&parts](AdminCall& call) { return status(call, parts); });
  admin.look("GET", "/limits", [&parts](AdminCall&) { return limits(parts); });
  admin.change("PUT", "/log-level", "set_log_level", set_log_level);
  admin.change("POST", "/drain", "drain", [](AdminCall&) { return drain(); });
}

}  // namespace parley
