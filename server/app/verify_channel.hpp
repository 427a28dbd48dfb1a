// The check of one channel. For verify.cpp.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/references.hpp"
#include "app/verify.hpp"
#include "chat/channel.hpp"
#include "wire/records.hpp"

namespace parley {

class ChannelCheck {
 public:
  ChannelCheck(ChannelStoreScan& scan, const ChannelId& id, Position partition_position, VerifyReport& report,
               const DamageSink& found)
      : scan_(scan), id_(id), partition_position_(partition_position), report_(report), found_(found) {}

  void run();
  /// Everybody who is or was a member, as far as could be read.
  [[nodiscard]] std::vector<AccountId> accounts() const;

 private:
  void damage(Seq seq, std::string what);

  // Reading; false: there is too little to go on.
  bool read_records();
  void read_outcomes();

  // Walking over the events.
  void walk();
  void take(const EventRow& row);
  void take_one_by_one(Seq from, Seq to);
  void lose(Seq from, Seq to, const std::string& why);
  void check_chain(const wire::OpenedEvent& opened);
  void replay(const Event& event);
  void check_outcome(const Event& event);
  void check_members_at(Seq seq);
  void check_reads_at(Seq seq);

  // After the walk.
  void check_head();
  void check_card();
  void check_unclaimed_outcomes();
  void check_deletions();
  void check_annotations();

  struct Outcome {
    AccountId account;
    SendId send_id;
    wire::StoredOutcome said;
    bool claimed = false;
  };

  ChannelStoreScan& scan_;
  const ChannelId id_;
  const Position partition_position_;
  VerifyReport& report_;
  const DamageSink& found_;

  wire::Head head_;
  Channel stored_;                 // card and members as they are stored
  std::vector<Outcome> outcomes_;  // ascending by account and send_id
  std::multimap<Seq, AccountId> reads_;

  Channel replayed_;          // what the events make of the channel
  bool replay_whole_ = true;  // no event was missing or unreadable so far
  Seq next_ = 1;
  std::optional<Digest> digest_ = Digest{};  // nullopt: unknown since a gap

  std::vector<Interval> lost_;  // events that are not there or cannot be read

  EventReferences references_;
};

}  // namespace parley
