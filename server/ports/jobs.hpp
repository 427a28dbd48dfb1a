// Jobs: intentions over many channels. A job row is written in the same transaction as the intention it carries out
// (a block, a deletion), so that a crash between the two is impossible; a worker then issues one idempotent command per
// channel and remembers how far it came.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Numbers are stored: never renumber.
enum class JobKind : std::uint8_t {
  create_own_channels = 1,  // of a new account: `self` and `account`
  set_block = 2,            // `account` blocks (`flag`) or unblocks `peer`: a flag in their direct channel
  set_hide_read = 3,        // `account` hides (`flag`) or shows when it has read, in all its channels
  delete_account = 4,       // leave every channel; `flag`: also erase what the account wrote
};

struct Job {
  std::uint64_t id = 0;  // grows with the order in which the intentions were committed
  JobKind kind = JobKind::create_own_channels;
  AccountId account{};
  AccountId peer{};  // set_block only
  bool flag = false;
  std::string cursor{};  // the worker's own words, at most 256 bytes; empty at first
  std::uint32_t attempts = 0;
  Time created{};
  Time not_before{};  // kNever: at once
};

/// Any thread may call; completions run once, on the executor given. Every change is durable when it is answered.
class Jobs {
 public:
  virtual ~Jobs() = default;

  /// Unfinished jobs whose `not_before` has come, oldest first, at most `limit`. A job whose account has an earlier one
  /// that is put off is left out: the intentions of an account are carried out in their order.
  virtual void next_jobs(Executor& executor, Time now, std::uint32_t limit,
                         Completion<Result<std::vector<Job>>> done) = 0;
  /// Remembers how far the job came. A job that is done or unknown is left alone.
  virtual void job_progress(Executor& executor, std::uint64_t id, std::string cursor,
                            Completion<Result<void>> done) = 0;
  /// Counts a failed attempt and puts the job off until `not_before`.
  virtual void job_failed(Executor& executor, std::uint64_t id, Time not_before, Completion<Result<void>> done) = 0;
  /// Removes the job; idempotent.
  virtual void job_done(Executor& executor, std::uint64_t id, Completion<Result<void>> done) = 0;
};

}  // namespace parley
