// Keeps sends in the order in which they were sent, also where one of them is refused for the time being and those
// behind it are on their way already. A session knows what it has heard of; the owner, what is still on its way to
// either.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Where there is too much to remember all, lines in which nothing was refused for so long go first.
constexpr Duration kSendOrderHold{30'000};

/// After this error the same send may come again.
inline bool may_come_again(const Error& error) {
  const ErrorInfo& info = error_info(error.code);
  return info.retry == Retry::same && info.kind != ErrorKind::caller && info.kind != ErrorKind::refusal;
}

/// Why a send is refused that is behind another.
inline Error behind_another_send() {
  constexpr std::uint32_t kRetryMs = 100;
  return {ErrorCode::overloaded, "an earlier send to this channel has to come again first", kRetryMs};
}

/// `Line`: within what there is an order. Numbers rise in the order of sending. Whoever sends again what was refused
/// has heard of that, so nothing here ends with time: `now`, an uptime, only says which lines go where there are too
/// many.
template <class Line>
class SendOrder {
 public:
  /// Refused sends that are remembered at once, of all lines; with more, the order of all is given up.
  explicit SendOrder(std::size_t most) : most_(most) {}

  /// `send_id` was refused, and may come again. Refusals may be heard of in another order than that of sending; the
  /// first by `number` is waited for.
  void refused(const Line& line, const SendId& send_id, std::uint64_t number, Duration now) {
    if (sends_ >= most_) {
      forget_if([&](const auto& entry) { return now - entry.second.last >= kSendOrderHold; });
    }
    if (sends_ >= most_) forget_if([](const auto&) { return true; });
    Held& held = lines_.try_emplace(line, Held{send_id, number, now, {}}).first->second;
    sends_ -= held.counted;
    if (send_id == held.first || number < held.number) {
      held.behind.clear();  // what was refused before this may come again before its sender has heard of it
      held.first = send_id;
      held.number = std::min(held.number, number);
    } else {
      held.behind.insert(send_id);
    }
    held.last = now;
    held.counted = 1 + held.behind.size();
    sends_ += held.counted;
  }

  /// True: an earlier send of the line was refused, and has not come again, so this one is refused as well. False: it
  /// may go. Where it is the one that was waited for, or comes again itself, so that the one that was waited for is
  /// given up, what is refused from now on counts anew; in the first case `number` becomes its old one.
  [[nodiscard]] bool is_behind(const Line& line, const SendId& send_id, std::uint64_t& number) {
    const auto held = lines_.find(line);
    if (held == lines_.end()) return false;
    const bool waited_for = held->second.first == send_id;
    if (!waited_for && number < held->second.number) return false;
    if (!waited_for && !held->second.behind.contains(send_id)) return true;
    if (waited_for) number = held->second.number;
    sends_ -= held->second.counted;
    lines_.erase(held);
    return false;
  }

  /// No longer waits for anything of lines for which `which` is true.
  template <class Which>
  void forget(const Which& which) {
    forget_if([&](const auto& entry) { return which(entry.first); });
  }

 private:
  struct Held {
    SendId first;
    std::uint64_t number = 0;  // of it
    Duration last{};           // when something was refused
    std::set<SendId> behind;   // refused since
    std::size_t counted = 0;   // of `sends_`
  };

  template <class Which>
  void forget_if(const Which& which) {
    std::erase_if(lines_, [&](const auto& entry) {
      const bool goes = which(entry);
      if (goes) sends_ -= entry.second.counted;
      return goes;
    });
  }

  const std::size_t most_;
  std::map<Line, Held> lines_;
  std::size_t sends_ = 0;  // in all lines
};

}  // namespace parley
