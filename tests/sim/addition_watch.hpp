// Nobody is brought into a group by somebody whom they had blocked before that was asked for.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/id.hpp"
#include "base/time.hpp"
#include "parley/v1/events.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::sim {

/// Who blocks whom, and since when that is certain.
using Blocks = std::map<std::pair<AccountId, AccountId>, Time>;

class AdditionWatch {
 public:
  /// The account sends this, on whichever way. What comes again counts from the first time.
  void asked(const AccountId& account, const v1::Command& command, Time now);
  /// What the event breaks, which is new in a channel, a group or another one. `blocks`: those that have stood until
  /// now. Whoever decides has asked about people after the command came, so a block of before is known by then.
  [[nodiscard]] std::string committed(const v1::EventHeader& header, const Blocks& blocks) const;

 private:
  std::map<std::pair<AccountId, SendId>, Time> asked_;
};

}  // namespace parley::sim
