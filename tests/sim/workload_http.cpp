// What people do over HTTP, and what happens to their devices.
#include "parley/v1/frames.pb.h"
#include "sim/workload.hpp"

namespace parley::sim {
namespace {

constexpr Duration kMayStillBeDone{120'000};
/// By then a server of which nothing stands still has heard of a change everywhere.
constexpr Duration kIsKnown{35'000};
constexpr Duration kMoment{1000};

}  // namespace

void Workload::call(Device& device) {
  if (device.access_token().empty()) return;
  switch (dice().below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return block(device, some_account());
    case 4:
    case 5:
      return change_privacy(device);
    case 6:
      return revoke(device);
    case 7:
      if (dice().once_in(4)) return sign_out_everywhere(device);
      return sync(device);
    case 8:
      if (dice().once_in(6)) return delete_account(device);
      return steal(device);
    case 9: {
      const Account& peer = some_account();
      return set_contact(device, peer, !dice().once_in(3));
    }
    case 10:
      return device.ask("GET", "/v1/devices", nullptr, [](auto) {});
    case 11:
      return device.ask("GET", "/v1/export", nullptr, [](auto) {});
    default:
      return sync(device);
  }
}

Web::Answer Workload::if_alone(const std::string& key, std::function<void(const HttpResponse&)> then) {
  Calls& calls = calls_[key];
  const bool first = calls.under_way++ == 0 && world_.now() >= calls.doubtful_until;
  return [this, key, first, made = ++calls.made, then = std::move(then)](const std::optional<HttpResponse>& response) {
    Calls& now = calls_[key];
    --now.under_way;
    // A process that stands still may do it when it goes on, and in another order than it was asked.
    if (!response) now.doubtful_until = world_.now() + kMayStillBeDone;
    if (first && now.made == made && response) then(*response);
  };
}

void Workload::set_block(Device& device, const Account& peer, bool on) {
  const std::string path = "/v1/blocks/" + peer.id.str();
  const AccountId me = device.account();
  world_.trace(device.name() + (on ? " blocks " : " unblocks ") + peer.handle);
  if (!on) witness_.unblocking(me, peer.id);
  device.ask(on ? "PUT" : "DELETE", path, nullptr,
             if_alone("block " + me.str() + peer.id.str(), [this, me, on, id = peer.id](const HttpResponse& response) {
               if (on && response.status == 204) witness_.blocked(me, id, world_.now());
             }));
}

void Workload::set_contact(Device& device, const Account& peer, bool on) {
  const AccountId me = device.account();
  witness_.audiences().changing_contact(me, peer.id);
  device.ask(
      on ? "PUT" : "DELETE", "/v1/contacts/" + peer.id.str(), nullptr,
      if_alone("contact " + me.str() + peer.id.str(), [this, me, on, id = peer.id](const HttpResponse& response) {
        if (!on && response.status == 204) witness_.audiences().no_contact(me, id, world_.now());
      }));
}

void Workload::change_privacy(Device& device) {
  v1::ChangeAccount change;
  if (dice().once_in(2)) change.set_read_receipts(dice().once_in(2));
  if (dice().once_in(2)) change.set_last_seen(static_cast<v1::Audience>(1 + dice().below(3)));
  if (dice().once_in(2)) change.set_online(static_cast<v1::Audience>(1 + dice().below(3)));
  if (dice().once_in(3)) change.set_about("about " + some_text(5));
  change_account(device, change);
  if (change.has_last_seen() || change.has_online()) be_watched_later(device.account());
}

/// When everybody has to know what it shows to whom, somebody looks whether it is there, which it is or is not.
void Workload::be_watched_later(const AccountId& account) {
  world_.at(kIsKnown, [this, account] {
    const bool away = dice().once_in(2);
    if (away) set_active(account, false);
    world_.at(kMoment, [this, account] {
      Device& viewer = some_device();
      if (!viewer.running() || viewer.account() == account) return;
      v1::ClientFrame frame;
      frame.mutable_watch()->add_accounts(std::string(account.view()));
      viewer.ask_by_hand(frame);
    });
    if (away) world_.at(2 * kMoment, [this, account] { set_active(account, true); });
  });
}

void Workload::set_active(const AccountId& account, bool on) {
  v1::ClientFrame frame;
  frame.mutable_set_active()->set_active(on);
  for (const auto& device : devices_) {
    v1::ClientFrame copy = frame;
    if (device->account() == account && device->running()) device->ask_by_hand(copy);
  }
}

void Workload::hide_reads_or_not() {
  Device& device = some_device();
  if (!device.running()) return;
  v1::ChangeAccount change;
  change.set_read_receipts(dice().once_in(2));
  change_account(device, change);
}

void Workload::change_account(Device& device, const v1::ChangeAccount& change) {
  if (change.has_read_receipts()) witness_.changes_read_receipts(device.account());
  witness_.audiences().changing(device.account(), change);
  device.ask("PATCH", "/v1/account", &change,
             if_alone("privacy " + device.account().str(),
                      [this, id = device.account(), change](const HttpResponse& response) {
                        if (response.status == 200) witness_.audiences().changed(id, change, world_.now());
                      }));
}

std::function<void(const v1::ServerFrame&)> Workload::hear_over_http(Device& device) {
  Witness::Ear ear{device.name() + " over HTTP", device.account(), {}, {}};
  return [this, ear = std::make_shared<Witness::Ear>(std::move(ear)),
          asked_in = cluster_.incarnation()](const v1::ServerFrame& frame) {
    if (cluster_.incarnation() == asked_in) witness_.said(*ear, frame.SerializeAsString(), 0, world_.now());
  };
}

void Workload::sync(Device& device) {
  v1::Sync body;
  if (dice().once_in(2)) body.set_version(device.core().session().version);
  body.set_history_for_top(static_cast<std::uint32_t>(dice().below(4)));
  body.set_history_limit(static_cast<std::uint32_t>(dice().below(10)));
  device.ask("POST", "/v1/sync", &body, [heard = hear_over_http(device)](const std::optional<HttpResponse>& response) {
    v1::SyncAnswer answer;
    if (!response || response->status != 200 || !answer.ParseFromString(response->body)) return;
    v1::ServerFrame frame;
    *frame.mutable_inbox() = answer.inbox();
    heard(frame);
    for (const auto& history : answer.histories()) {
      *frame.mutable_history() = history;
      heard(frame);
    }
  });
}

void Workload::delete_account(Device& device) {
  Standing& standing = standings_.accounts.at(device.account());
  if (deletions_ > 0 || device.account() == accounts_.front().id || standing.other_password) return;
  standing.may_be_gone = true;
  ++deletions_;
  for (const auto& other : devices_) {
    if (other->account() == device.account()) other->may_be_signed_out();
  }
  for (auto& account : accounts_) {
    if (account.id != device.account()) continue;
    v1::DeleteAccount body;
    body.set_password(standing.password);
    body.set_erase(dice().once_in(2));
    account.deleted = true;
    account.erased = body.erase();
    world_.trace("account of " + account.handle + " is to go");
    device.ask("DELETE", "/v1/account", &body, [](auto) {});
  }
}

/// Somebody copies a refresh token, and uses it when the device has moved on, or has not.
void Workload::steal(Device& device) {
  if (device.refresh_token().empty()) return;
  device.may_be_signed_out();
  world_.at(Duration(static_cast<std::int64_t>(dice().below(100'000))), [this, &device, stolen = device.refresh_token(),
                                                                         then = device.refreshes(), id = device.id()] {
    v1::Refresh body;
    body.set_refresh_token(stolen);
    // It must have been used twice since for this to be theft for certain.
    const bool caught = device.id() == id && device.refreshes() >= then + 2;
    web_.ask("POST", "/v1/auth/refresh", "", &body, [&device, id, caught](const std::optional<HttpResponse>& response) {
      const bool seen = response && error_name(*response) == "refresh_reused";
      if (seen && caught && device.id() == id) device.must_be_signed_out();
      if (caught && response && response->status == 200) device.thief_got_in();
    });
  });
}

void Workload::device_trouble(Device& device) {
  const auto restart = [this, &device](std::uint64_t longest_ms) {
    world_.at(Duration(static_cast<std::int64_t>(dice().below(longest_ms))), [&device] {
      if (!device.running() && !device.given_up()) device.start();
    });
  };
  switch (dice().below(4)) {
    case 0:
      return device.crash_at_write(1 + dice().below(20));
    case 1:
      return device.take_backup();
    case 2:
      if (!device.has_backup()) return device.take_backup();
      device.restore_backup();
      return restart(30'000);
    default:
      device.crash();
      return restart(60'000);
  }
}

}  // namespace parley::sim
