// Keeps sends in the order in which they were sent, also where one of them is refused for the time being and those
// behind it are on their way already. A session knows what it has heard of; the owner, what is still on its way to
// either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Where there is too much to remember all, lines in which nothing was refused for so long go.
constexpr Duration kSendOrderHold{30'000};
/// Refused sends that are remembered of one line: those that were sent first.
constexpr std::size_t kSendsOfALine = 1024;

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

/// `Line`: within what there is an order. Numbers rise in the order of sending, and each send keeps its first one for
/// as long as it is known here. Whoever sends again what was refused has heard of that, so nothing here ends with time:
/// `now`, an uptime, only says which lines go where there are too many.
template <class Line>
class SendOrder {
 public:
  /// Refused sends that are remembered at once, of all lines. What comes when there is no room has no place to keep.
  explicit SendOrder(std::size_t most) : most_(most) {}

  /// `send_id` was refused, and may come again. Refusals may be heard of in another order than that of sending.
  void refused(const Line& line, const SendId& send_id, std::uint64_t number, Duration now) {
    Held& held = lines_[line];
    held.last = now;
    const auto [known, added] = held.numbers.try_emplace(send_id, number);
    if (added) {
      ++sends_;
    } else if (number < known->second) {
      held.sends.erase({known->second, send_id});
      known->second = number;
    }
    number = known->second;
    held.sends[{number, send_id}] = true;
    // What was refused before this may come again before its sender has heard of this.
    for (auto later = held.sends.upper_bound({number, send_id}); later != held.sends.end(); ++later) {
      later->second = false;
    }
    if (sends_ > most_) {
      forget_if([&](const auto& entry) { return now - entry.second.last >= kSendOrderHold; });
    }
    if (sends_ > most_ || held.sends.size() > kSendsOfALine) forget_last(line);
  }

  /// True: an earlier send of the line was refused, and has not come again, so this one is refused as well. False: it
  /// may go, and is forgotten, and so are earlier ones that its sender has given up: where `gives_up` does not say
  /// whether it has, those that were refused before this one was. `number` becomes the one that it had when it was
  /// refused.
  [[nodiscard]] bool is_behind(const Line& line, const SendId& send_id, std::uint64_t& number,
                               std::optional<bool> gives_up = {}) {
    const auto at = lines_.find(line);
    if (at == lines_.end()) return false;
    Held& held = at->second;
    bool refused_later = false;
    if (const auto known = held.numbers.find(send_id); known != held.numbers.end()) {
      number = known->second;
      refused_later = held.sends.at({number, send_id});
    }
    if (held.sends.begin()->first.first < number && !gives_up.value_or(refused_later)) return true;
    while (!held.sends.empty() && held.sends.begin()->first.first <= number) {
      held.numbers.erase(held.sends.begin()->first.second);
      held.sends.erase(held.sends.begin());
      --sends_;
    }
    if (held.sends.empty()) lines_.erase(at);
    return false;
  }

  /// No longer waits for anything of lines for which `which` is true.
  template <class Which>
  void forget(const Which& which) {
    forget_if([&](const auto& entry) { return which(entry.first); });
  }

 private:
  /// Refused, and did not come again.
  struct Held {
    std::map<std::pair<std::uint64_t, SendId>, bool> sends;  // whether the earlier ones were refused before it was
    std::map<SendId, std::uint64_t> numbers;                 // of the same
    Duration last{};                                         // when something was refused
  };

  void forget_last(const Line& line) {
    const auto at = lines_.find(line);
    Held& held = at->second;
    const auto last = std::prev(held.sends.end());
    held.numbers.erase(last->first.second);
    held.sends.erase(last);
    --sends_;
    if (held.sends.empty()) lines_.erase(at);
  }

  template <class Which>
  void forget_if(const Which& which) {
    std::erase_if(lines_, [&](const auto& entry) {
      const bool goes = which(entry);
      if (goes) sends_ -= entry.second.sends.size();
      return goes;
    });
  }

  const std::size_t most_;
  std::map<Line, Held> lines_;
  std::size_t sends_ = 0;  // in all lines
};

}  // namespace parley
