// Listens to everything that servers say, at the moment they say it, and holds it against what is committed: nobody is
// told what membership does not allow, nothing is told before it is stored, every request has one answer, no frame and
// no queue is larger than its limit, hints go only to who may have them, and receipts cost no more than they must.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parley/limits.hpp"
#include "parley/v1/frames.pb.h"
#include "sim/addition_watch.hpp"
#include "sim/audiences.hpp"
#include "sim/model.hpp"
#include "sim/receipt_watch.hpp"
#include "sim/refusal_watch.hpp"
#include "sim/send_watch.hpp"
#include "sim/sent_commands.hpp"
#include "sim/session_end_watch.hpp"
#include "sim/words.hpp"

namespace parley::sim {

/// Calls `row` for the committed records of a channel's events from `from` on, in rising seq.
using CommittedLog =
    std::function<void(const ChannelId&, Seq from, const std::function<void(Seq, std::string_view record)>& row)>;

/// The committed record of a member; empty: there is none.
using CommittedMember = std::function<std::string(const ChannelId&, const AccountId&)>;

/// All channels that are committed.
using CommittedChannels = std::function<std::vector<ChannelId>()>;

class Witness {
 public:
  Witness(const Limits& limits, const Words& words, CommittedLog log, CommittedMember member, CommittedChannels all)
      : limits_(limits), words_(words), log_(std::move(log)), member_(std::move(member)), all_(std::move(all)) {}

  /// One connection, as seen from outside.
  struct Ear {
    std::string name;
    AccountId account;
    std::map<std::uint64_t, Time> open;              // requests without answer, and since when
    std::map<std::uint64_t, v1::ClientFrame> asked;  // of those, where the answer is looked at together with them
    std::map<ChannelId, Seq> pushed{};               // the newest event that came by itself
    std::string token{};                             // the newest that was shown on it
    SendWatch::Connection sends{};
    SendWatch::Made made{};  // over all connections
    ReceiptWatch::Connection receipts{};
    RefusalWatch::Connection questions{};
    SessionEndWatch::Connection session{};
  };

  /// A device sent `bytes`.
  void asked(Ear& ear, std::string_view bytes, Time now);
  /// The account sends this, on whichever way, or wishes to: one that makes a channel may be told of the one that there
  /// is.
  void sends(const AccountId& account, const v1::Command& command, Time now);
  /// The server sends `bytes` to it while `queued` bytes wait.
  void said(Ear& ear, std::string_view bytes, std::size_t queued, Time now);

  /// Since `now`, or earlier, neither of the two may see the other's presence or typing, nor may the peer bring who
  /// blocks into a group.
  void blocked(const AccountId& by, const AccountId& peer, Time now) { blocks_.try_emplace({by, peer}, now); }
  /// From here on they may again, at some time.
  void unblocking(const AccountId& by, const AccountId& peer) { blocks_.erase({by, peer}); }
  /// Who may see whether somebody is online, and when they were last seen.
  Audiences& audiences() { return audiences_; }
  /// From here on it hides when it reads, or hides it no longer: ticks that others are told may be of before that.
  void changes_read_receipts(const AccountId& account) { shows_reads_since_[account].clear(); }
  /// Some thread of a server stands still: what it has to pass on stays on its way meanwhile.
  void stands_still(Time from, Time until);
  /// A restore: what was committed is another history now.
  void forget_history() {
    // Which channels there are is still known: who shares one may see the other before anything is told of it.
    for (auto& [id, known] : channels_) known = {};
    digests_.clear();
    contents_.clear();
    sends_.forget_history();
  }

  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }
  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  /// How often each kind came by: v1::ServerFrame, v1::ClientFrame and v1::Command, by number of the body's field.
  struct Kinds {
    std::map<int, std::uint64_t> said, asked, commands;
  };
  [[nodiscard]] const Kinds& kinds() const { return kinds_; }
  [[nodiscard]] const SentCommands& sent() const { return sent_; }

 private:
  struct Hearing;
  const ModelChannel& channel(const ChannelId& id, Time now);
  void look_at_refusal(Ear& ear, const v1::ServerFrame& frame, Time now);
  void look_at_busy(Ear& ear, const v1::ServerFrame& frame);
  void say(const std::string& what);
  void say(const Ear& ear, const std::string& what);
  /// False: what others are told of it in `channel` may be of when it did not show when it reads.
  bool shows_reads(const AccountId& account, const ChannelId& channel, bool hides, Time now);
  /// For so long before `now` what has ended may be on its way inside the server: as long as nothing stood still
  /// meanwhile.
  [[nodiscard]] Duration grace(Time now) const;

  const Limits limits_;
  const Words& words_;
  const CommittedLog log_;
  const CommittedMember member_;
  const CommittedChannels all_;
  std::map<ChannelId, ModelChannel> channels_;
  std::map<ChannelId, std::vector<std::string>> digests_;   // of the hash chain; [0] is that of seq 1
  std::map<ChannelId, std::vector<std::string>> contents_;  // as stored; empty: none, or deleted at once
  Blocks blocks_;
  AdditionWatch additions_;
  Audiences audiences_;
  /// Of those who changed it: where they were seen to show when they read, and since when.
  std::map<AccountId, std::map<ChannelId, Time>> shows_reads_since_;
  std::vector<std::pair<Time, Time>> stood_still_;  // rising, apart
  SendWatch sends_;
  SentCommands sent_;
  std::set<std::pair<AccountId, SendId>> creations_;
  std::vector<std::string> broken_;
  Kinds kinds_;
  std::uint64_t frames_ = 0;
};

}  // namespace parley::sim
