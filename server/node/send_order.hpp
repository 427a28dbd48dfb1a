// Keeps a session's sends to a channel in the order in which they were sent, also where one of them is refused for the
// time being and those behind it are on their way already.
#pragma once

#include <map>

#include "base/id.hpp"
#include "ports/executor.hpp"

namespace parley {

class SendOrder {
 public:
  /// A refusal holds up what was sent behind it until so long nothing of that has come: the client has heard of it
  /// then, and knows the order.
  static constexpr Duration kQuiet{5000};
  /// And no longer than this in all, so that whoever gives a send up is not held up without end.
  static constexpr Duration kHold{30'000};
  static constexpr std::size_t kMost = 256;  // channels held up at once; with more, the order of all is given up

  /// `send_id` was refused, and may come again. `now` is an uptime.
  void refused(const ChannelId& channel, const SendId& send_id, Duration now);
  /// True: another send to the channel was refused, and has not come again, so this one is refused as well. False: it
  /// may go; what is refused from now on counts anew.
  [[nodiscard]] bool is_behind(const ChannelId& channel, const SendId& send_id, Duration now);

 private:
  struct Refused {
    SendId send_id;
    Duration at{};
    Duration last{};  // when something was refused behind it
    [[nodiscard]] bool is_over(Duration now) const { return now - at >= kHold || now - last >= kQuiet; }
  };
  std::map<ChannelId, Refused> first_refused_;
};

}  // namespace parley
