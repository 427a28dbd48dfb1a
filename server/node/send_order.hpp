// Keeps a session's sends to a channel in the order in which they were sent, also where one of them is refused for the
// time being and those behind it are on their way already.
#pragma once

#include <map>

#include "base/id.hpp"
#include "ports/executor.hpp"

namespace parley {

class SendOrder {
 public:
  /// So long a refusal holds up what was sent behind it: the client has long heard of it then, and knows the order. By
  /// then whoever gives a send up may send another.
  static constexpr Duration kHold{5000};
  static constexpr std::size_t kMost = 256;  // channels held up at once; with more, the order of all is given up

  /// `send_id` was refused, and may come again. `now` is an uptime.
  void refused(const ChannelId& channel, const SendId& send_id, Duration now);
  /// True: another send to the channel was refused, and has not come again, so this one is refused as well. False: it
  /// may go; what is refused from now on counts anew.
  [[nodiscard]] bool is_behind(const ChannelId& channel, const SendId& send_id, Duration now);

 private:
  struct Refused {
    SendId send_id;
    Duration until{};
  };
  std::map<ChannelId, Refused> first_refused_;
};

}  // namespace parley
