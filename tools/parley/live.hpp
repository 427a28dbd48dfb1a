// A profile's client, connected: server/client on a socket, a clock and the profile's files. Runs while somebody waits.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/client.hpp"
#include "parley/failure.hpp"
#include "parley/profile.hpp"

namespace boost::asio {
class io_context;
}

namespace parley::cli {

class FileStore;
struct Address;

/// What a command wants to hear; each may be empty.
struct Hooks {
  std::function<void(const client::ChannelState&, std::span<const v1::Event* const>, client::Placement)> events;
  std::function<void(const client::ChannelState&)> channel;
  std::function<void(const ChannelId&)> gone;
  std::function<void(const client::ChannelState&, Seq after)> dropped;
  std::function<void()> synced;
  std::function<void(const client::SendResult&)> sent;
  std::function<void(const ChannelId&, const AccountId&, bool)> typing;
  std::function<void(const AccountId&, bool, Time)> presence;
  std::function<void(client::State, const std::string& why)> state;
};

class Live {
 public:
  Live(const Profile& profile, Tokens& tokens, const Address& address, client::Settings settings);
  ~Live();

  [[nodiscard]] client::Client& client();
  [[nodiscard]] const FileStore& store() const;
  Hooks hooks;
  /// Where access tokens come from; empty: asked for where everything runs, which waits for the server meanwhile.
  /// Answers, now or later, on io().
  std::function<void(bool fresh, std::function<void(Outcome<Tokens::Access>)> answer)> token_source;

  /// Reads the profile's state, without connecting. Once, before all else.
  Outcome<void> load();
  void start();
  /// Until `done`, the end of `patience` (nullopt: none), an interrupt, or a failure that waiting cannot mend.
  /// True: done. False: patience ended, or interrupted().
  Outcome<bool> run_until(const std::function<bool()>& done, std::optional<Duration> patience);
  /// Until the inbox is read. False: the server could not be reached (offline_because() says why).
  Outcome<bool> sync();
  /// Asks one question and waits. Failure `offline` when there is no answer within the usual patience.
  Outcome<void> ask(v1::ClientFrame& frame, const std::function<void(const v1::ServerFrame&)>& take);
  [[nodiscard]] bool interrupted() const;
  /// As if the user had pressed Ctrl-C: whoever waits stops waiting.
  void interrupt();
  /// Where everything runs, for those who have more to wait for.
  boost::asio::io_context& io();
  [[nodiscard]] const std::string& offline_because() const;
  /// Sends that other processes of the profile left behind are taken over while this one runs.
  void adopt_sends();

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace parley::cli
