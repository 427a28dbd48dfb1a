// A device that speaks frames by hand, for tests that look at single answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/world.hpp"

namespace parley::sim {

class RawDevice final : public LinkEnd {
 public:
  RawDevice(World& world, Cluster& cluster, AccountId account);
  ~RawDevice() override;

  /// Another session of the same device.
  [[nodiscard]] std::unique_ptr<RawDevice> same_device() const;

  /// Connects, says hello and waits for the welcome.
  void hello(v1::Mode mode = v1::MODE_EVERYTHING);
  void connect();
  void send(v1::ClientFrame& frame);
  /// Sends a request and waits for its one answer.
  v1::ServerFrame ask(v1::ClientFrame& frame);
  v1::ServerFrame post(const ChannelId& channel, const std::string& text);
  /// The same send_id again is the same send.
  v1::ServerFrame post(const ChannelId& channel, const std::string& text, const SendId& send_id);
  /// Creates the direct channel with `peer`; returns its id.
  ChannelId open_direct(const AccountId& peer);
  /// Runs the world until a pushed or answered frame fits; nullptr if none does within a virtual minute.
  const v1::ServerFrame* wait_for(const std::function<bool(const v1::ServerFrame&)>& fits);
  [[nodiscard]] std::size_t count(const std::function<bool(const v1::ServerFrame&)>& fits) const;

  /// Nothing more is read from the network, as by a client that hangs.
  void stop_reading() { link_->hold(LinkWay::down, true); }
  void read_again() { link_->hold(LinkWay::down, false); }
  void hang_up();

  std::vector<v1::ServerFrame> frames;
  std::optional<std::uint16_t> closed;

  void link_opened() override { open_ = true; }
  void link_frame(std::string bytes) override;
  void link_closed(std::uint16_t code) override { closed = code; }

  [[nodiscard]] const AccountId& account() const { return account_; }

 private:
  World& world_;
  Cluster& cluster_;
  AccountId account_;
  DeviceId device_;
  std::shared_ptr<Link> link_;
  std::uint64_t last_request_ = 0;
  bool open_ = false;
};

}  // namespace parley::sim
