// What a node knows of people rather than of channels: who is connected, who watches whom, which sessions have to end.
// Belongs to the executor of the node's first owner; what is marked "any thread" posts itself there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "node/io.hpp"
#include "node/outlet.hpp"

namespace parley {

class Hub {
 public:
  /// `outlet` and `directory` are the first owner's.
  Hub(NodeContext& node, Owner& first_owner);
  ~Hub();

  /// A session said hello / is gone; keeps the first owner's directory too. Any thread.
  void opened(const AccountId& account, const SessionRef& ref);
  void closed(const AccountId& account, const SessionRef& ref);
  /// SetActive and Watch of a session. On its io executor, where `reply` gets the answer while the session lives.
  void hint(Io& io, const AccountId& account, const SessionRef& ref, const v1::ClientFrame& frame, Reply reply);
  /// Looks again whether `account` may still be watched, by `viewer` or by everybody who does, after a block, a contact
  /// or a privacy switch changed; who watches learns what it may see now. On all nodes. Any thread; checks on `io`.
  void recheck(Io& io, const AccountId& account, std::optional<AccountId> viewer = std::nullopt);
  /// `account` shares a channel less with others: looks again who may watch it and whom it may watch. On all nodes. Any
  /// thread.
  void parted(Io& io, const AccountId& account);
  /// The same on this node alone, and for all that is watched, where word from another one may have been lost.
  void recheck_here(Io& io, const AccountId& account, std::optional<AccountId> viewer);
  void parted_here(Io& io, const AccountId& account);
  void recheck_all_here(Io& io);
  /// Ends live sessions at once: of one device, or of all devices but `except`. Any thread.
  void end_device(const AccountId& account, const DeviceId& device, ErrorCode why);
  void end_account(const AccountId& account, const DeviceId& except, ErrorCode why);

  /// Who may be watched, as found by the check of a Watch.
  struct Watched {
    AccountId account;
    bool sees_online = false;
    bool sees_last_seen = false;
    Time last_seen = kNever;  // as stored
  };

 private:
  struct Watcher {
    SessionRef ref;
    AccountId viewer;
    bool sees_online = false;
    bool sees_last_seen = false;
    std::uint64_t look = 0;  // that is to say whether it still may; until then nothing is told
    Time untold = kNever;    // the last change that was not told meanwhile
    /// That somebody comes who is not to be seen online would be told by the time alone, too.
    [[nodiscard]] bool hears(bool online) const { return sees_online || (!online && sees_last_seen); }
  };
  struct Watching {
    AccountId viewer;
    std::vector<AccountId> accounts;
  };
  /// A check under way of whom somebody may watch. What is to be looked at again meanwhile makes it begin anew.
  struct Look {
    AccountId viewer;
    std::vector<AccountId> accounts;
    Completion<Result<std::vector<Watched>>> done = nullptr;  // of a Watch; without it watchers wait for the look
    bool again = false;
    Duration wait{};  // before the next try of what could not be found out
  };
  void set_active(const AccountId& account, const SessionRef& ref, bool active);
  [[nodiscard]] bool is_online(const AccountId& account) const;
  void tell_change(const AccountId& account, bool was_online);
  void watch(Io& io, const AccountId& viewer, const SessionRef& ref, const std::vector<Watched>& watched, Reply reply);
  std::uint64_t begin(Io& io, Look look);
  void look(Io& io, std::uint64_t number);
  void looked(Io& io, std::uint64_t number, Result<std::vector<Watched>> found);
  void look_again(Io& io, const AccountId& viewer, std::vector<AccountId> accounts);
  void permit(const Watched& now, std::uint64_t look);
  [[nodiscard]] bool is_connected(const AccountId& account, const SessionRef& ref) const;
  void tell(const Watcher& watcher, const AccountId& account, Time last_seen);
  void unwatch(const SessionRef& ref);
  void tell_watchers(const AccountId& account);
  void post(Task task);

  NodeContext& node_;
  Owner& owner_;
  std::unordered_set<std::uint64_t> away_;  // sessions whose device is not in use: few, since most have not said so
  std::unordered_map<AccountId, std::vector<Watcher>> watchers_;
  std::map<std::uint64_t, Watching> watched_by_;  // by session
  std::map<std::uint64_t, Look> looks_;
  std::uint64_t last_look_ = 0;
  std::shared_ptr<bool> alive_;
};

}  // namespace parley
