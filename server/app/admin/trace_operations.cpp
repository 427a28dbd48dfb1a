// One send on its way through the server, step by step as it happens. Ids and times, never what is said.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "app/admin/common.hpp"
#include "engines/system/message_tracer.hpp"

namespace parley {
namespace {

constexpr std::chrono::milliseconds kLook{50};
constexpr std::uint64_t kMostSeconds = 3600;

boost::json::object json_of(const TraceStep& step) {
  boost::json::object line{{"stage", step.stage}, {"at_us", step.at.count()}};
  if (step.session != 0) line["session"] = fmt::format("{:x}", step.session);
  if (!step.account.is_nil()) line["account"] = step.account.str();
  return line;
}

Result<boost::json::value> follow(AdminCall& call, AdminParts& parts, const SendId& send_id, const AccountId& account,
                                  std::chrono::seconds limit) {
  const auto number = parts.tracer.follow(send_id, account);
  if (!number) return fail(ErrorCode::limit_reached, "As many sends are followed as may be.");
  const auto end = std::chrono::steady_clock::now() + limit;
  std::size_t told = 0;
  MessageTracer::Seen seen;
  bool there = call.line({{"following", send_id.is_nil() ? account.str() : send_id.str()}});
  for (bool last = false; there && !last;) {
    last = std::chrono::steady_clock::now() >= end;
    seen = parts.tracer.look(*number, told);
    for (const TraceStep& step : seen.steps) there = there && call.line(json_of(step));
    told += seen.steps.size();
    there = there && !call.cancelled();
    if (!last) std::this_thread::sleep_for(kLook);
  }
  parts.tracer.forget(*number);
  boost::json::object out{{"steps", told}};
  if (!seen.send_id.is_nil()) out["send_id"] = seen.send_id.str();
  if (seen.seq != 0) {
    out["channel"] = seen.channel.str();
    out["seq"] = seen.seq;
  }
  return out;
}

Result<boost::json::value> trace(AdminCall& call, AdminParts& parts) {
  const auto body = call.body();
  if (!body) return fail(body.error());
  const auto send_id = text_field(*body, "send_id");
  if (!send_id) return fail(send_id.error());
  const auto next_of = text_field(*body, "next_of");
  if (!next_of) return fail(next_of.error());
  const auto seconds = number_field(*body, "seconds");
  if (!seconds) return fail(seconds.error());
  const std::chrono::seconds limit(std::clamp<std::uint64_t>(seconds->value_or(60), 1, kMostSeconds));
  if (*send_id) {
    const auto id = SendId::parse(**send_id);
    if (!id || id->is_nil()) return fail(ErrorCode::invalid_argument, "send_id: a UUID is needed");
    call.remember("send_id", id->str());
    return follow(call, parts, *id, AccountId{}, limit);
  }
  const auto person = find_person(call, parts, next_of->value_or(""));
  if (!person) return fail(person.error());
  return follow(call, parts, SendId{}, person->id, limit);
}

}  // namespace

void add_trace_operations(AdminServer& admin, AdminParts& parts) {
  admin.change("POST", "/traces", "trace", [&parts](AdminCall& call) { return trace(call, parts); });
}

}  // namespace parley
