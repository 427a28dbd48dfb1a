// Live sessions: list them, end one or all of a device.
#include <fmt/format.h>

#include "app/admin/common.hpp"
#include "gateway/io_pool.hpp"
#include "node/node.hpp"
#include "node/session.hpp"

namespace parley {
namespace {

constexpr std::size_t kMostListed = 100'000;

std::string text_of(std::uint64_t session) {
  return fmt::format("{:x}", session);
}

std::string_view mode_name(std::uint8_t mode) {
  return mode == 0 ? "everything" : mode == 1 ? "heads_only" : "open_channels";
}

/// Ended so that its client comes back, where it still may.
Error ended() {
  return {ErrorCode::draining, "The session was ended by an administrator; resume."};
}

/// What `work(io)` returns on every io thread, one after the other.
template <class T, class Work>
Result<std::vector<T>> on_every_io(const AdminCall& call, AdminParts& parts, Work work) {
  std::vector<T> all;
  for (std::size_t i = 0; i < parts.node.ios(); ++i) {
    auto here = await<std::vector<T>>(call, [&](auto done) {
      parts.pool.at(i).post([&io = parts.node.io(i), work, done = std::move(done)]() mutable { done(work(io)); });
    });
    if (!here) return fail(std::move(here.error()));
    all.insert(all.end(), std::make_move_iterator(here->begin()), std::make_move_iterator(here->end()));
  }
  return all;
}

Result<boost::json::value> list(AdminCall& call, AdminParts& parts) {
  AccountId only;
  if (const auto who = call.request().query_parameter("who")) {
    const auto person = find_person(call, parts, *who);
    if (!person) return fail(person.error());
    only = person->id;
  }
  const auto limit = query_number(call, "limit", 1000, kMostListed);
  if (!limit) return fail(limit.error());
  const auto found = on_every_io<SessionInfo>(call, parts, [only](Io& io) {
    std::vector<SessionInfo> infos;
    for (const Session* session : io.live_sessions()) {
      if (only.is_nil() || session->account() == only) infos.push_back(session->info());
    }
    return infos;
  });
  if (!found) return fail(found.error());
  boost::json::array rows;
  for (const SessionInfo& one : *found) {
    if (rows.size() == *limit) break;
    rows.emplace_back(boost::json::object{{"session", text_of(one.id)},
                                          {"account", one.account.str()},
                                          {"device", one.device.str()},
                                          {"address", one.address},
                                          {"opened", to_unix_ms(one.opened)},
                                          {"age_ms", to_unix_ms(parts.clock.now()) - to_unix_ms(one.opened)},
                                          {"mode", mode_name(one.mode)},
                                          {"encoding", one.json ? "json" : "protobuf"},
                                          {"outbox_bytes", one.outbox_bytes}});
  }
  return boost::json::object{{"sessions", std::move(rows)}, {"total", found->size()}};
}

/// Ends those that `wanted` says; how many.
template <class Wanted>
Result<std::size_t> end_sessions(const AdminCall& call, AdminParts& parts, Wanted wanted) {
  const auto gone = on_every_io<std::uint64_t>(call, parts, [wanted](Io& io) {
    std::vector<std::uint64_t> ids;
    for (Session* session : io.live_sessions()) {
      if (!wanted(*session)) continue;
      ids.push_back(session->id());
      session->end(ended());
    }
    return ids;
  });
  if (!gone) return fail(gone.error());
  return gone->size();
}

Result<boost::json::value> end_one(AdminCall& call, AdminParts& parts) {
  const auto gone = end_sessions(
      call, parts, [wanted = call.value(0)](const Session& session) { return text_of(session.id()) == wanted; });
  if (!gone) return fail(gone.error());
  if (*gone == 0) return fail(ErrorCode::not_found, "There is no such live session.");
  return boost::json::object{{"ended", *gone}};
}

Result<boost::json::value> end_device(AdminCall& call, AdminParts& parts) {
  const auto device = DeviceId::parse(call.value(0));
  if (!device) return fail(ErrorCode::device_unknown);
  const auto gone =
      end_sessions(call, parts, [device = *device](const Session& session) { return session.device() == device; });
  if (!gone) return fail(gone.error());
  call.remember("ended", *gone);
  return boost::json::object{{"ended", *gone}};
}

}  // namespace

void add_session_operations(AdminServer& admin, AdminParts& parts) {
  admin.look("GET", "/sessions", [&parts](AdminCall& call) { return list(call, parts); });
  admin.change("DELETE", "/sessions/{id}", "end_session", [&parts](AdminCall& call) { return end_one(call, parts); });
  admin.change("DELETE", "/devices/{id}/sessions", "end_device_sessions",
               [&parts](AdminCall& call) { return end_device(call, parts); });
}

}  // namespace parley
