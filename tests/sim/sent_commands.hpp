// What people sent, kept apart from all that a server makes of it: each stored event is held against the command that
// it came from (P1, P3, P9).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/id.hpp"
#include "parley/v1/frames.pb.h"
#include "sim/model.hpp"

namespace parley::sim {

class SentCommands {
 public:
  /// The account sends this, for the first time or once more, on whichever way. Returns what is wrong; empty: nothing.
  std::string add(const AccountId& account, const v1::Command& command);

  /// What is wrong with an event that a device sent, as it is stored in `id` behind all of `before`; empty: nothing.
  /// `content`: its v1.Content; empty where there is none, or none any more (`erased`).
  [[nodiscard]] std::string differs(const ChannelId& id, const ModelChannel& before, const v1::EventHeader& header,
                                    std::string_view content, bool erased) const;

 private:
  std::map<std::pair<AccountId, SendId>, v1::Command> commands_;
};

}  // namespace parley::sim
