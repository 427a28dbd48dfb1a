// Accounts: the relational store of people and their devices, as five small ports over one database.
#pragma once

#include "ports/jobs.hpp"
#include "ports/oversight.hpp"
#include "ports/people.hpp"
#include "ports/server_keys.hpp"
#include "ports/sign_ins.hpp"

namespace parley {

/// Owns what it hands out. Must be destroyed before the executors that were given to its calls, and after they have
/// stopped; calls still under way are then completed into the stopped executors, which drop them.
class Accounts {
 public:
  virtual ~Accounts() = default;
  virtual SignIns& sign_ins() = 0;
  virtual People& people() = 0;
  virtual Jobs& jobs() = 0;
  virtual ServerKeys& keys() = 0;
  virtual Oversight& oversight() = 0;
};

}  // namespace parley
