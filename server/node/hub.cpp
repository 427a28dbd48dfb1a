#include "node/hub.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "node/bus_links.hpp"
#include "node/owner.hpp"
#include "node/requests.hpp"
#include "node/session.hpp"
#include "node/watch.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

/// Between two tries to find out who may watch whom.
constexpr Duration kFirstWait{250};
constexpr Duration kLongestWait{32'000};

bool contains(const auto& range, const auto& one) {
  return std::ranges::find(range, one) != range.end();
}

void fill_presence(const AccountId& account, bool online, bool sees_online, bool sees_last_seen, Time last_seen,
                   v1::Presence& out) {
  out.set_account(std::string(account.view()));
  out.set_online(online && sees_online);
  if (sees_last_seen && !(online && sees_online) && last_seen != kNever) out.set_last_seen(to_unix_ms(last_seen));
}

}  // namespace

Hub::Hub(NodeContext& node, Owner& first_owner)
    : node_(node), owner_(first_owner), alive_(std::make_shared<bool>(true)) {}

Hub::~Hub() = default;

void Hub::post(Task task) {
  owner_.executor().post([alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
    if (!alive.expired()) task();
  });
}

void Hub::opened(const AccountId& account, const SessionRef& ref) {
  post([this, account, ref] {
    const bool was_online = is_online(account);
    owner_.directory().add(account, ref);
    std::vector<SessionRef> same_device;
    for (const auto& other : owner_.directory().sessions_of(account)) {
      if (other.device == ref.device) same_device.push_back(other);
    }
    for (std::size_t i = 0; i + node_.limits.sessions_per_device < same_device.size(); ++i) {
      owner_.outlet().end_session(same_device[i], ErrorCode::too_many_sessions);
    }
    tell_change(account, was_online);
    if (node_.links != nullptr) node_.links->connected(account);
    owner_.outlet().flush();
  });
}

void Hub::closed(const AccountId& account, const SessionRef& ref) {
  post([this, account, ref] {
    unwatch(ref);
    const bool was_online = is_online(account);
    owner_.directory().remove(account, ref.session);
    away_.erase(ref.session);
    tell_change(account, was_online);
    if (node_.links != nullptr && owner_.directory().sessions_of(account).empty()) node_.links->disconnected(account);
    owner_.outlet().flush();
  });
}

void Hub::set_active(const AccountId& account, const SessionRef& ref, bool active) {
  if (!is_connected(account, ref)) return;
  const bool was_online = is_online(account);
  if (active) {
    away_.erase(ref.session);
  } else {
    away_.insert(ref.session);
  }
  tell_change(account, was_online);
}

bool Hub::is_connected(const AccountId& account, const SessionRef& ref) const {
  return contains(owner_.directory().sessions_of(account), ref);
}

bool Hub::is_online(const AccountId& account) const {
  const auto sessions = owner_.directory().sessions_of(account);
  return std::any_of(sessions.begin(), sessions.end(), [&](const auto& ref) { return !away_.contains(ref.session); });
}

void Hub::tell_change(const AccountId& account, bool was_online) {
  const bool online = is_online(account);
  if (online == was_online) return;
  tell_watchers(account);
  if (!online) node_.people->set_last_seen(owner_.executor(), {{account, node_.clock->now()}}, [](Result<void>) {});
}

void Hub::tell_watchers(const AccountId& account) {
  auto it = watchers_.find(account);
  if (it == watchers_.end()) return;
  const bool online = is_online(account);
  const Time now = node_.clock->now();
  for (auto& watcher : it->second) {
    if (watcher.look != 0) {
      watcher.untold = now;
      continue;
    }
    if (watcher.hears(online)) tell(watcher, account, now);
  }
}

void Hub::tell(const Watcher& watcher, const AccountId& account, Time last_seen) {
  v1::ServerFrame frame;
  fill_presence(account, is_online(account), watcher.sees_online, watcher.sees_last_seen, last_seen,
                *frame.mutable_presence_now()->add_accounts());
  Push push;
  push.kind = PushKind::presence;
  push.frame = std::make_shared<const std::string>(wire::serialize(wire::Encoding::binary, frame));
  owner_.outlet().push(push, std::span<const SessionRef>(&watcher.ref, 1));
}

void Hub::unwatch(const SessionRef& ref) {
  auto mine = watched_by_.extract(ref.session);
  if (mine.empty()) return;
  for (const auto& account : mine.mapped().accounts) {
    auto it = watchers_.find(account);
    if (it == watchers_.end()) continue;
    std::erase_if(it->second, [&](const Watcher& watcher) { return watcher.ref == ref; });
    if (it->second.empty()) watchers_.erase(it);
  }
}

void Hub::watch(Io& io, const AccountId& viewer, const SessionRef& ref, const std::vector<Watched>& watched,
                Reply reply) {
  unwatch(ref);
  v1::ServerFrame frame;
  auto& now = *frame.mutable_presence_now();
  for (const auto& one : watched) {
    const bool online = is_online(one.account);
    fill_presence(one.account, online, one.sees_online, one.sees_last_seen, one.last_seen, *now.add_accounts());
    if (!one.sees_online && !one.sees_last_seen) continue;
    watchers_[one.account].push_back({ref, viewer, one.sees_online, one.sees_last_seen});
    Watching& watching = watched_by_[ref.session];
    watching.viewer = viewer;
    watching.accounts.push_back(one.account);
  }
  io.executor().post([alive = io.alive(), frame = std::move(frame), reply = std::move(reply)]() mutable {
    if (!alive.expired()) reply(frame);
  });
}

void Hub::hint(Io& io, const AccountId& account, const SessionRef& ref, const v1::ClientFrame& frame, Reply reply) {
  if (frame.has_set_active()) {
    post([this, account, ref, active = frame.set_active().active()] {
      set_active(account, ref, active);
      owner_.outlet().flush();
    });
    v1::ServerFrame ok;
    ok.mutable_ok();
    return reply(ok);
  }
  std::vector<AccountId> accounts;
  for (const auto& bytes : frame.watch().accounts()) {
    auto id = AccountId::from_bytes(bytes);
    if (!id) return reply_error(io, reply, {ErrorCode::invalid_argument, "accounts: an id has to be 16 bytes"});
    accounts.push_back(*id);
  }
  if (accounts.size() > node_.limits.watches_per_session) return reply_error(io, reply, ErrorCode::limit_reached);
  auto done = [this, &io, account, ref, reply = std::move(reply)](Result<std::vector<Watched>> found) mutable {
    if (!is_connected(account, ref)) return;
    if (found) return watch(io, account, ref, *found, std::move(reply));
    io.executor().post([&io, alive = io.alive(), error = found.error(), reply = std::move(reply)]() mutable {
      if (!alive.expired()) reply_error(io, reply, error);
    });
  };
  post([this, &io, account, accounts = std::move(accounts), done = std::move(done)]() mutable {
    begin(io, {.viewer = account, .accounts = std::move(accounts), .done = std::move(done)});
  });
}

// ---- looks -------------------------------------------------------------------------------------------------------

std::uint64_t Hub::begin(Io& io, Look look) {
  const std::uint64_t number = ++last_look_;
  looks_.emplace(number, std::move(look));
  this->look(io, number);
  return number;
}

void Hub::look(Io& io, std::uint64_t number) {
  Look& look = looks_.at(number);
  look.again = false;
  io.executor().post([this, &io, io_alive = io.alive(), alive = std::weak_ptr(alive_), number, viewer = look.viewer,
                      accounts = look.accounts]() mutable {
    if (io_alive.expired()) return;
    check_watch(io, viewer, std::move(accounts), [this, &io, alive, number](Result<std::vector<Watched>> found) {
      if (alive.expired()) return;
      post([this, &io, number, found = std::move(found)]() mutable { looked(io, number, std::move(found)); });
    });
  });
}

void Hub::looked(Io& io, std::uint64_t number, Result<std::vector<Watched>> found) {
  Look& under_way = looks_.at(number);
  // What was found may be older than what was to be looked at again.
  if (under_way.again) return look(io, number);
  if (under_way.done) return looks_.extract(number).mapped().done(std::move(found));
  if (!found) {
    under_way.wait = std::clamp(2 * under_way.wait, kFirstWait, kLongestWait);
    return owner_.executor().post_after(under_way.wait, [this, &io, alive = std::weak_ptr(alive_), number] {
      if (!alive.expired()) look(io, number);
    });
  }
  looks_.erase(number);
  for (const Watched& one : *found) permit(one, number);
  owner_.outlet().flush();
}

void Hub::recheck(Io& io, const AccountId& account, std::optional<AccountId> viewer) {
  recheck_here(io, account, viewer);
  if (node_.links == nullptr) return;
  post([this, account, viewer] { node_.links->recheck(account, viewer); });
}

void Hub::recheck_here(Io& io, const AccountId& account, std::optional<AccountId> viewer) {
  post([this, &io, account, viewer] {
    for (auto& [number, look] : looks_) {
      if ((!viewer || look.viewer == *viewer) && contains(look.accounts, account)) look.again = true;
    }
    auto it = watchers_.find(account);
    if (it == watchers_.end()) return;
    std::set<AccountId> viewers;
    for (const auto& watcher : it->second) {
      if (!viewer || watcher.viewer == *viewer) viewers.insert(watcher.viewer);
    }
    for (const auto& one : viewers) look_again(io, one, {account});
  });
}

void Hub::recheck_all_here(Io& io) {
  post([this, &io] {
    for (auto& [number, look] : looks_) look.again = true;
    for (const auto& [session, watching] : watched_by_) look_again(io, watching.viewer, watching.accounts);
  });
}

/// One look at a time is enough: whoever calls this has made those under way begin anew.
void Hub::look_again(Io& io, const AccountId& viewer, std::vector<AccountId> accounts) {
  std::erase_if(accounts, [&](const AccountId& account) {
    const auto it = watchers_.find(account);
    return it == watchers_.end() || std::ranges::all_of(it->second, [&](const Watcher& watcher) {
             return watcher.viewer != viewer || watcher.look != 0;
           });
  });
  if (accounts.empty()) return;
  const std::uint64_t number = begin(io, {.viewer = viewer, .accounts = accounts});
  for (const auto& account : accounts) {
    for (auto& watcher : watchers_.at(account)) {
      if (watcher.viewer == viewer) watcher.look = number;
    }
  }
}

void Hub::parted(Io& io, const AccountId& account) {
  parted_here(io, account);
  if (node_.links == nullptr) return;
  post([this, account] { node_.links->parted(account); });
}

void Hub::parted_here(Io& io, const AccountId& account) {
  recheck_here(io, account, std::nullopt);
  post([this, &io, account] {
    for (auto& [number, look] : looks_) look.again = look.again || look.viewer == account;
    for (const auto& ref : owner_.directory().sessions_of(account)) {
      if (auto mine = watched_by_.find(ref.session); mine != watched_by_.end()) {
        look_again(io, account, mine->second.accounts);
      }
    }
  });
}

void Hub::permit(const Watched& now, std::uint64_t look) {
  auto it = watchers_.find(now.account);
  if (it == watchers_.end()) return;
  const bool online = is_online(now.account);
  for (auto& watcher : it->second) {
    if (watcher.look != look) continue;
    watcher.look = 0;
    const bool as_before = watcher.sees_online == now.sees_online && watcher.sees_last_seen == now.sees_last_seen;
    watcher.sees_online = now.sees_online;
    watcher.sees_last_seen = now.sees_last_seen;
    const Time untold = std::exchange(watcher.untold, kNever);
    if (as_before && (untold == kNever || !watcher.hears(online))) continue;
    tell(watcher, now.account, online ? now.last_seen : std::max(now.last_seen, untold));
  }
}

void Hub::end_device(const AccountId& account, const DeviceId& device, ErrorCode why) {
  post([this, account, device, why] {
    for (const auto& ref : owner_.directory().sessions_of(account)) {
      if (ref.device == device) owner_.outlet().end_session(ref, why);
    }
    owner_.outlet().flush();
  });
}

void Hub::end_account(const AccountId& account, const DeviceId& except, ErrorCode why) {
  post([this, account, except, why] {
    for (const auto& ref : owner_.directory().sessions_of(account)) {
      if (ref.device != except) owner_.outlet().end_session(ref, why);
    }
    owner_.outlet().flush();
  });
}

}  // namespace parley
