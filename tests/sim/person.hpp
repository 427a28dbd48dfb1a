// A simulated device: the real client core over the simulated network, with a store that survives its crashes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "client/memory_store.hpp"
#include "sim/cluster.hpp"
#include "sim/device_check.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class Device final : public client::Host, public client::Listener, public LinkEnd {
 public:
  Device(World& world, Cluster& cluster, AccountId account, std::string name);
  ~Device() override;

  /// The app starts, on what its store has.
  void start();
  /// It dies in the middle of whatever it does.
  void crash();
  [[nodiscard]] bool running() const { return core_ != nullptr; }
  [[nodiscard]] bool settled() const;

  client::Client& core() { return *core_; }
  [[nodiscard]] const client::MemoryClientStore& store() const { return store_; }
  [[nodiscard]] const AccountId& account() const { return account_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Sends a command; its outcome will be checked. False: refused at once, so that nothing was accepted.
  bool send(v1::Command& command);

  [[nodiscard]] const Sends& sends() const { return sends_; }
  [[nodiscard]] DeviceView view() const { return {name_, account_, store_}; }
  /// What broke a promise while it happened.
  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }

  // Host
  void connect() override;
  void send(std::string_view frame) override;
  void close(std::uint16_t code) override;
  void wake_at(Time at) override;
  void need_token() override;
  // Listener
  void on_events(const client::ChannelState& channel, std::span<const v1::Event* const> events,
                 client::Placement placement) override;
  void on_sent(const client::SendResult& result) override;
  // LinkEnd
  void link_opened() override;
  void link_frame(std::string bytes) override;
  void link_closed(std::uint16_t code) override;

 private:
  void later(std::function<void(client::Client&)> task);

  World& world_;
  Cluster& cluster_;
  AccountId account_;
  DeviceId device_;
  std::string name_;
  client::MemoryClientStore store_;
  std::unique_ptr<client::Client> core_;
  std::shared_ptr<Link> link_;
  std::uint64_t life_ = 0;
  std::uint64_t wake_ = 0;
  Sends sends_;
  std::map<ChannelId, Seq> told_up_to_;  // in this life, in rising order
  std::set<std::pair<ChannelId, Seq>> told_;
  std::vector<std::string> broken_;
};

}  // namespace parley::sim
