// A session ends with the token that it was opened with, or shown last (P9), as it is heard on the wire.
#pragma once

#include <string>

#include "base/time.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::sim {

class SessionEndWatch {
 public:
  /// Of one connection; a new one begins with nothing.
  struct Connection {
    Time ends = kNever;  // as told last
    int late = 0;        // so often in a row its server could have seen that it has ended
  };

  /// The thread of its session has just looked at sessions, and what time it took it to be.
  static void server_looked(Connection& connection, Time servers_clock);
  /// Returns what is wrong; empty: nothing.
  static std::string said(Connection& connection, const v1::ServerFrame& frame);
};

}  // namespace parley::sim
