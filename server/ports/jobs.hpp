// Jobs: intentions over many channels. A job row is written in the same transaction as the intention it carries out
// (a block, a deletion), so that a crash between the two is impossible; a worker then issues one idempotent command per
// channel and remembers how far it came.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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

/// What a command knows of accounts is at most so old when it goes to the queue. So a channel may take somebody in as
/// they were before a set_hide_read or delete_account, after that job has been through all their channels. Each of the
/// two goes through them once more, when so much time has passed and all that was in the queue then is done.
inline constexpr Duration kFactsLive{20'000};
/// The cursor of a job that has been through all channels, and will be once more.
inline constexpr std::string_view kSettling = "settling";

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

  [[nodiscard]] bool settling() const { return cursor == kSettling; }
};

/// Any thread may call; completions run once, on the executor given. Every change is durable when it is answered.
class Jobs {
 public:
  virtual ~Jobs() = default;

  /// Unfinished jobs whose `not_before` has come, oldest first, at most `limit`. A job whose account has an earlier one
  /// that is put off is left out: the intentions of an account are carried out in their order. Those that are settling
  /// come after all others, and hold none back.
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
