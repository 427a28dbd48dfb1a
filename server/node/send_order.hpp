// Keeps sends in the order in which they were sent, also where one of them is refused for the time being and those
// behind it are on their way already. A session knows what it has heard of; the owner, what is still on its way to
// either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

/// A refusal holds up what was sent behind it until so long nothing of that has come: the client has heard of it then,
/// and knows the order.
constexpr Duration kSendOrderQuiet{5000};
/// And no longer than this in all, so that whoever gives a send up is not held up without end.
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

/// `Line`: within what there is an order. Uptimes.
template <class Line>
class SendOrder {
 public:
  /// Lines held up at once; with more, the order of all is given up.
  explicit SendOrder(std::size_t most) : most_(most) {}

  /// `send_id` was refused, and may come again. `number`: rises in the order of sending; refusals may be heard of in
  /// another one, and the first of them is waited for.
  void refused(const Line& line, const SendId& send_id, std::uint64_t number, Duration now) {
    if (first_refused_.size() >= most_) {
      std::erase_if(first_refused_, [&](const auto& held) { return held.second.is_over(now); });
    }
    if (first_refused_.size() >= most_) first_refused_.clear();
    const auto held = first_refused_.try_emplace(line, Refused{send_id, number, now, now}).first;
    // Not where it was quiet for a while: this may have been on its way all that time.
    if (held->second.is_old(now) || number < held->second.number) held->second = {send_id, number, now, now};
    held->second.last = now;
  }

  /// True: another send of the line was refused, and has not come again, so this one is refused as well. False: it may
  /// go; what is refused from now on counts anew. Where it is the one that was waited for, `number` becomes its old
  /// one. `unheard`: it was sent while an earlier one had no answer yet, so that quiet says nothing.
  [[nodiscard]] bool is_behind(const Line& line, const SendId& send_id, std::uint64_t& number, Duration now,
                               bool unheard = false) {
    const auto held = first_refused_.find(line);
    if (held == first_refused_.end()) return false;
    const bool waited_for = held->second.send_id == send_id;
    const bool over = unheard ? held->second.is_old(now) : held->second.is_over(now);
    if (!waited_for && !over) return true;
    if (waited_for) number = held->second.number;
    first_refused_.erase(held);
    return false;
  }

  /// No longer waits for anything of lines for which `which` is true.
  template <class Which>
  void forget(const Which& which) {
    std::erase_if(first_refused_, [&](const auto& held) { return which(held.first); });
  }

 private:
  struct Refused {
    SendId send_id;
    std::uint64_t number = 0;
    Duration at{};
    Duration last{};  // when something was refused behind it
    [[nodiscard]] bool is_old(Duration now) const { return now - at >= kSendOrderHold; }
    [[nodiscard]] bool is_over(Duration now) const { return is_old(now) || now - last >= kSendOrderQuiet; }
  };
  const std::size_t most_;
  std::map<Line, Refused> first_refused_;
};

}  // namespace parley
