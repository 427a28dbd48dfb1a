#include "sim/session_end_watch.hpp"

namespace parley::sim {
namespace {

/// A server looks at some of its sessions each time, and has been at each well before that.
constexpr int kLooks = 20;

}  // namespace

void SessionEndWatch::server_looked(Connection& connection, Time servers_clock) {
  const bool late = connection.ends != kNever && servers_clock >= connection.ends;
  connection.late = late ? connection.late + 1 : 0;
}

std::string SessionEndWatch::said(Connection& connection, const v1::ServerFrame& frame) {
  if (frame.has_welcome()) connection = {from_unix_ms(frame.welcome().session_ends())};
  // It may be told that it has ended.
  const bool is_end = frame.has_error() && frame.request() == 0;
  if (connection.late <= kLooks || is_end) return {};
  return "P9: something is told to a session whose token has ended";
}

}  // namespace parley::sim
