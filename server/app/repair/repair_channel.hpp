// One channel of a damaged store: what its events still tell is made anew, what is lost is recorded as lost.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/references.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "chat/channel.hpp"
#include "engines/rocksdb/salvage.hpp"
#include "wire/records.hpp"

namespace parley {

/// One thing that a repair does or cannot do.
struct RepairNote {
  enum class Kind : std::uint8_t {
    rebuilt,  // made anew from the events: nothing is lost
    lost,     // recorded as lost
    remains,  // neither: it stays as it is
  };
  Kind kind = Kind::rebuilt;
  ChannelId channel;  // nil: of the store as a whole
  Seq seq = 0;        // 0: of the channel as a whole
  std::string what;
};
using RepairSink = std::function<void(const RepairNote&)>;
/// Takes what is to be stored of a channel, part by part.
using RepairWriter = std::function<Result<void>(const ChannelBatch&)>;

class ChannelRepair {
 public:
  /// `now` is written into the places of lost events.
  ChannelRepair(const RocksSalvage& from, ChannelId id, Time now, const RepairSink& note, const RepairWriter& write)
      : from_(from), id_(id), now_(now), note_(note), write_(write) {}

  /// Error: what `write` said.
  Result<void> run();
  /// The highest commit position that a record names.
  [[nodiscard]] Position position() const { return position_; }
  [[nodiscard]] Seq events() const { return head_.seq; }

 private:
  using Kind = RepairNote::Kind;
  void tell(Kind kind, Seq seq, std::string what) { note_({kind, id_, seq, std::move(what)}); }

  void read_outcomes();
  void read_state();
  Result<void> walk();
  Result<void> take_page(Seq from, Seq to);
  Result<void> take(Seq seq, const Result<std::optional<std::string>>& record);
  void take_event(const wire::OpenedEvent& opened);
  void check_outcome(const Event& event);
  void settle_lost(std::uint64_t count_after, bool is_message);
  void remember_totals(Seq seq);
  Result<void> flush(bool all);

  void finish_outcomes();
  void finish_head();
  void finish_card();
  void finish_members();
  void finish_member(const AccountId& account, const Member* right);
  void finish_annotations();
  Result<void> finish_deletions();

  const RocksSalvage& from_;
  const ChannelId id_;
  const Time now_;
  const RepairSink& note_;
  const RepairWriter& write_;

  struct Said {
    wire::StoredOutcome outcome;
    bool claimed = false;
  };
  std::map<std::pair<AccountId, SendId>, Said> outcomes_;
  std::map<Seq, AccountId> authors_;  // of posted outcomes
  std::optional<wire::Head> stored_head_;
  wire::Head head_;                     // as it is going to be
  std::optional<Channel> stored_card_;  // card fields alone
  std::map<AccountId, Member> stored_;  // members whose record can be read
  std::set<AccountId> unreadable_;      // members whose record is there and cannot
  bool members_all_ = true;
  std::multimap<Seq, AccountId> reads_;
  Position position_ = 0;

  Channel replayed_;
  std::map<AccountId, Totals> at_read_;  // right totals at each member's read cursor
  std::map<AccountId, Totals> as_of_;    // replayed totals at the stored head's members_as_of
  std::vector<Interval> lost_;
  std::optional<Seq> lost_from_;  // a run of lost events that goes on
  bool doubtful_ = false;         // a lost event may have changed card or members
  std::optional<Digest> digest_ = Digest{};
  Digest restarted_{};  // goes on where the chain is unknown
  EventReferences references_;
  ChannelBatch batch_;
  std::size_t batch_bytes_ = 0;
};

}  // namespace parley
