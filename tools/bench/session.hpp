// One session: a client's core, its connection and its timer.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "bench/accounts.hpp"
#include "bench/connection.hpp"
#include "client/client.hpp"
#include "client/memory_store.hpp"

namespace parley::bench {

class Session;

/// What a scenario hears of its sessions.
class SessionUser {
 public:
  virtual ~SessionUser() = default;
  virtual void on_synced(Session& /*session*/) {}
  virtual void on_sent(Session& /*session*/, const client::SendResult& /*result*/) {}
  virtual void on_events(Session& /*session*/, const client::ChannelState& /*channel*/,
                         std::span<const v1::Event* const> /*events*/, client::Placement /*placement*/) {}
  virtual void on_repeated(Session& /*session*/, const client::ChannelState& /*channel*/, Seq /*seq*/) {}
  virtual void on_typing(Session& /*session*/) {}
  virtual void on_presence(Session& /*session*/) {}
  /// The connection broke, or could not be made, or the server will not have the session. It tries again by itself
  /// unless the client stopped.
  virtual void on_trouble(Session& session, const std::string& why) = 0;
};

class Session final : private client::Host, private client::Listener, private ConnectionUser {
 public:
  /// The references must outlive the session, and the session the loop's run.
  Session(EventLoop& loop, const Address& address, Accounts& accounts, Person person, client::Settings settings,
          SessionUser& user, std::uint32_t index);

  /// Connects, with a resume token where there is one.
  void start();
  /// Closes the connection. What is known stays.
  void stop();
  /// Who is it, and a token got since.
  [[nodiscard]] Person& person() { return person_; }
  /// After person().access_token was renewed.
  void use_new_token();

  [[nodiscard]] client::Client& client() { return client_; }
  [[nodiscard]] bool live() const { return client_.state() == client::State::live; }
  [[nodiscard]] std::uint32_t index() const { return index_; }

 private:
  void connect() override;
  void send(std::string_view frame) override;
  void close(std::uint16_t code) override;
  void wake_at(Time at) override;
  void need_token() override;

  void on_state(client::State state, const Error& why) override;
  void on_synced() override;
  void on_events(const client::ChannelState& channel, std::span<const v1::Event* const> events,
                 client::Placement placement) override;
  void on_sent(const client::SendResult& result) override;
  void on_repeated(const client::ChannelState& channel, Seq seq) override;
  void on_typing(const ChannelId& /*channel*/, const AccountId& /*account*/, bool /*on*/) override {
    user_.on_typing(*this);
  }
  void on_presence(const AccountId& /*account*/, bool /*online*/, Time /*last_seen*/) override {
    user_.on_presence(*this);
  }

  void on_open() override;
  void on_message(std::string_view payload) override;
  void on_ping() override;
  void on_end(std::uint16_t close_code, const std::string& why) override;

  EventLoop& loop_;
  Accounts& accounts_;
  SessionUser& user_;
  Person person_;
  client::MemoryClientStore store_;
  Connection connection_;
  client::Client client_;
  Time wake_ = kNever;
  std::uint32_t index_;
  bool stopping_ = false;
};

}  // namespace parley::bench
