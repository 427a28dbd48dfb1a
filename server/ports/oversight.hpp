// Oversight: what an administrator sees of accounts, sign-up invitations and jobs, across everybody.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ports/jobs.hpp"
#include "ports/people.hpp"
#include "ports/sign_ins.hpp"

namespace parley {

struct PeopleList {
  std::string prefix{};  // of the handle
  std::string after{};   // only handles behind this one; empty: from the first
  std::uint32_t limit = 100;
  bool disabled_only = false;
};

/// Any thread may call; completions run once, on the executor given. Each call is one transaction, durable when it is
/// answered.
class Oversight {
 public:
  virtual ~Oversight() = default;

  /// Accounts that are not deleted, disabled ones too, ordered by handle.
  virtual void people(Executor& executor, PeopleList what, Completion<Result<std::vector<Person>>> done) = 0;
  /// Those with uses left that end after `now`, the oldest first; `uses` is what is left.
  virtual void invitations(Executor& executor, Time now, Completion<Result<std::vector<SignUpInvitation>>> done) = 0;
  /// invitation_invalid where there is none.
  virtual void revoke_invitation(Executor& executor, Digest hash, Completion<Result<void>> done) = 0;
  /// Unfinished jobs, put off or not, the oldest first, at most `limit`.
  virtual void jobs(Executor& executor, std::uint32_t limit, Completion<Result<std::vector<Job>>> done) = 0;
  /// A job that was put off is due at once. not_found where there is none.
  virtual void retry_job(Executor& executor, std::uint64_t id, Completion<Result<void>> done) = 0;
};

}  // namespace parley
