// A simulated person's device: the real client core over the simulated network, with a disk that survives its crashes
// and the tokens that a device has. It signs in, refreshes, loses answers, is signed out, and comes back.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "sim/cluster.hpp"
#include "sim/device_check.hpp"
#include "sim/device_store.hpp"
#include "sim/standing.hpp"
#include "sim/web.hpp"
#include "sim/witness.hpp"
#include "sim/world.hpp"

namespace parley::sim {

/// What all devices of a run share.
struct Surroundings {
  World& world;
  Cluster& cluster;
  Web& web;
  Witness* witness = nullptr;
  /// By how much the clock of a device is off that starts now. Empty: all are right.
  std::function<Duration()> some_clock{};
  /// nullptr: nobody does anything with accounts but signing in.
  Standings* standings = nullptr;
};

class Device final : public client::Host, public client::Listener, public LinkEnd {
 public:
  Device(const Surroundings& around, AccountId account, std::string handle, std::string name);
  ~Device() override;

  /// The app starts, on what its disk has.
  void start();
  /// It dies in the middle of whatever it does.
  void crash();
  /// It dies at the `n`th write to its disk from now on, and is started again after a while.
  void crash_at_write(std::size_t n);
  void take_backup() { backup_ = Backup{disk_.disk, refreshes_}; }
  [[nodiscard]] bool has_backup() const { return backup_.has_value(); }
  /// It crashes, and its disk is again as it was when take_backup() was called; start() is up to the caller.
  void restore_backup();

  [[nodiscard]] bool running() const { return core_ != nullptr; }
  /// The account is gone, or nobody signs in here any more.
  [[nodiscard]] bool given_up() const { return given_up_; }
  [[nodiscard]] bool settled() const;

  /// What its clock says: right or wrong, and for as long as the app runs it does not jump.
  [[nodiscard]] Time now() const { return world_.now() + clock_off_; }
  client::Client& core() { return *core_; }
  [[nodiscard]] const client::Client& core() const { return *core_; }
  [[nodiscard]] const client::MemoryClientStore& store() const { return disk_.disk.store; }
  [[nodiscard]] const AccountId& account() const { return account_; }
  [[nodiscard]] const DeviceId& id() const { return device_; }
  [[nodiscard]] const std::string& handle() const { return handle_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& access_token() const { return access_token_; }
  [[nodiscard]] const std::string& refresh_token() const { return disk_.disk.refresh_token; }
  /// How often a refresh was answered since it signed in.
  [[nodiscard]] std::uint64_t refreshes() const { return refreshes_; }

  /// The user has read up to there; the server has to know it in the end.
  void read(const ChannelId& channel, Seq seq);
  /// Another client of this person sends the same again, so that what became of it here need not be the end of it.
  void sent_elsewhere(const SendId& send_id);
  /// Sends a command; its outcome will be checked. False: refused at once, so that nothing was accepted.
  bool send(v1::Command& command);
  /// The same for a text. nullopt: nothing was accepted.
  std::optional<SendId> post(const ChannelId& channel, const std::string& text, Seq reply_to);
  /// A frame that the client core does not make by itself, as another user of the protocol might ask.
  void ask_by_hand(v1::ClientFrame& frame);
  /// Of all channels it wants all that there is, whatever it wanted before.
  void want_everything();
  /// What the server pushes to it from its next start on.
  void set_mode(client::Mode mode) { mode_ = mode; }
  /// Asks over HTTP with this device's token.
  void ask(const std::string& method, const std::string& path, const google::protobuf::Message* body,
           Web::Answer answer);

  /// From here on the server may have reasons to sign this device out.
  void may_be_signed_out() {
    may_be_out_ = true;
    reason_at_ = world_.now();
  }
  /// The next refresh must be refused: a thief was caught.
  void must_be_signed_out() { must_be_out_ = may_be_out_ = true; }
  void thief_got_in() { say("a refresh token that was used long ago got somebody in"); }
  /// Nobody uses it again.
  void give_up();

  [[nodiscard]] const Sends& sends() const { return sends_; }
  [[nodiscard]] DeviceView view() const { return {name_, account_, store(), reads_, cluster_.incarnation() != first_}; }
  /// What broke a promise while it happened.
  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }
  /// What is wrong with a settled device's connection: requests that were never answered.
  void check_quiet(std::vector<std::string>& broken) const;

  // Host
  void connect() override;
  void send(std::string_view frame) override;
  void close(std::uint16_t code) override;
  void wake_at(Time at) override;
  void need_token() override;
  // Listener
  void on_state(client::State state, const Error& why) override;
  void on_channel(const client::ChannelState& channel) override;
  void on_channel_gone(const ChannelId& channel) override;
  void on_history_dropped(const client::ChannelState& channel, Seq after) override;
  void on_events(const client::ChannelState& channel, std::span<const v1::Event* const> events,
                 client::Placement placement) override;
  void on_sent(const client::SendResult& result) override;
  // LinkEnd
  void link_opened() override;
  void link_frame(std::string bytes) override;
  void link_closed(std::uint16_t code) override;
  void link_pinged() override;
  void server_says(std::string_view bytes, std::size_t queued) override;
  void server_looked(Time servers_clock) override;

 private:
  struct Backup {
    DeviceStore::Disk disk;
    std::uint64_t refreshes = 0;
  };
  void later(std::function<void(client::Client&)> task);
  void say(std::string what) { broken_.push_back(name_ + ": " + std::move(what)); }
  // ---- tokens, in person_tokens.cpp
  Standing* standing();
  void sign_in();
  bool may_try_again(const std::string& error, const std::string& password);
  void refresh();
  void take_tokens(const HttpResponse& response);
  void signed_out(const std::string& why);

  World& world_;
  Cluster& cluster_;
  Web& web_;
  Witness* witness_;
  std::function<Duration()> some_clock_;
  Standings* standings_;
  AccountId account_;
  Incarnation first_;  // of the server
  DeviceId device_;
  std::string handle_;
  std::string name_;
  DeviceStore disk_;
  std::optional<Backup> backup_;
  client::Mode mode_ = client::Mode::everything;
  std::string access_token_;
  std::uint64_t refreshes_ = 0;
  bool may_be_out_ = false;
  Time reason_at_ = kNever;  // a reason may still be on its way
  bool must_be_out_ = false;
  bool given_up_ = false;
  std::unique_ptr<client::Client> core_;
  Duration clock_off_{0};
  std::shared_ptr<Link> link_;
  Witness::Ear ear_;
  std::uint64_t life_ = 0;
  std::uint64_t wake_ = 0;
  Sends sends_;
  std::map<ChannelId, Seq> reads_;  // what its disk has of them
  struct Shown {
    Incarnation incarnation;
    Seq delivered = 0, read = 0;
  };
  std::map<ChannelId, Shown> shown_;     // cursors as this life was told of them
  std::map<ChannelId, Seq> told_up_to_;  // in this life, in rising order
  std::set<std::pair<ChannelId, Seq>> told_;
  std::vector<std::string> broken_;
};

}  // namespace parley::sim
