// Says in the log that commits fail: once when it begins and when the reason changes, and once when it is over. On a
// full disk each commit fails, and a line for each would take the room that is left.
#pragma once

#include <cstdint>
#include <optional>

#include "base/id.hpp"
#include "base/result.hpp"

namespace parley {

class CommitLog {
 public:
  /// A partition that another owner has by now is always told: it happens once.
  void failed(PartitionId partition, const Error& error);
  void succeeded();

 private:
  std::optional<ErrorCode> failing_;  // why, while they fail
  std::uint64_t failed_ = 0;          // since it began
};

}  // namespace parley
