// How accounts stand with the server, as far as their people know: passwords, who is signed out, who may not come in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"

namespace parley::sim {

struct Standing {
  std::string password;
  /// The answer to a change of it was lost, or is on its way: one of both is right.
  std::optional<std::string> other_password;
  /// An operator keeps it out for a while, or may.
  bool may_be_disabled = false;
  /// It is deleted, or may be.
  bool may_be_gone = false;
};

/// Times are of World::uptime.
struct Standings {
  std::map<AccountId, Standing> accounts;
  /// Sign-ins that the server said had ended, and when it did.
  std::map<DeviceId, Duration> ended;
  /// After that nobody who has the sign-in is told anything. nullopt: other nodes learn of it at some time.
  std::optional<Duration> grace;
};

}  // namespace parley::sim
