// The tracer of a server: remembers the steps of those sends that somebody follows.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

#include "ports/tracer.hpp"

namespace parley {

struct TraceStep {
  std::string_view stage;
  std::chrono::microseconds at{};  // since the first step
  std::uint64_t session = 0;       // 0: of none
  AccountId account{};             // nil: of none
};

/// Any thread. Bounded: so many are followed at once, and so many steps of each are kept.
class MessageTracer final : public Tracer {
 public:
  static constexpr std::size_t kMostFollowed = 16;
  static constexpr std::size_t kMostSteps = 512;

  using Number = std::uint64_t;
  /// Follows `send_id`, or, where it is nil, the next send of `account`. nullopt when as many are followed as may be.
  std::optional<Number> follow(const SendId& send_id, const AccountId& account);
  void forget(Number number);

  struct Seen {
    SendId send_id{};  // nil while nothing came
    ChannelId channel{};
    Seq seq = 0;
    std::vector<TraceStep> steps;  // from the `from`th on
  };
  [[nodiscard]] Seen look(Number number, std::size_t from) const;

  void received(const SendId& send_id, const AccountId& account) override;
  void reached(const SendId& send_id, TraceStage stage) override;
  void committed(const SendId& send_id, const ChannelId& channel, Seq seq) override;
  void answered(const SendId& send_id) override;
  void pushed(const ChannelId& channel, Seq seq, std::uint64_t session, const AccountId& account) override;
  void flushed(std::uint64_t session) override;
  void moved(const ChannelId& channel, const AccountId& account, Seq delivered, Seq read) override;

 private:
  struct Followed {
    SendId send_id;
    AccountId account;
    ChannelId channel;
    Seq seq = 0;
    std::chrono::steady_clock::time_point began;
    std::vector<TraceStep> steps;
    std::map<std::uint64_t, AccountId> unflushed;  // sessions with the event in their outbox
    std::set<AccountId> delivered, read;
  };

  void add(Followed& one, std::string_view stage, std::uint64_t session = 0, const AccountId& account = {});
  template <class Do>
  void each_of(const SendId& send_id, Do act);

  mutable std::mutex mutex_;
  std::map<Number, Followed> followed_;
  Number last_ = 0;
};

}  // namespace parley
