// What simulated people do: every command and every frame of the protocol and the calls of the HTTP API, in random
// mixes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "parley/v1/accounts.pb.h"
#include "sim/person.hpp"
#include "sim/standing.hpp"
#include "sim/words.hpp"

namespace parley::sim {

struct Account {
  AccountId id;
  std::string handle;
  bool deleted = false;  // or on its way: the wish was sent
  bool erased = false;   // with all that it wrote
};

class Workload {
 public:
  using Devices = std::vector<std::unique_ptr<Device>>;
  Workload(const Surroundings& around, Words& words, std::vector<Account>& accounts, Devices& devices)
      : world_(around.world),
        cluster_(around.cluster),
        witness_(*around.witness),
        web_(around.web),
        standings_(*around.standings),
        words_(words),
        accounts_(accounts),
        devices_(devices) {}

  /// The group in which everybody is, and which gets most of what is said.
  void open_big_group();
  /// Somebody does something.
  void act();
  /// … that hardly anybody does.
  void act_rarely();
  /// … with how people sign in, or an operator does.
  void act_on_accounts();
  /// … that changes how a channel looks in the list: its title, or who is in it.
  void change_a_row();
  /// … and reads a part of it.
  void read_a_part();
  /// … and says something and corrects it twice, before any of it is answered.
  void say_and_correct();
  /// … and goes on before any of it is answered: many messages within a moment.
  void say_much_at_once();
  /// … that a job of the server carries to all their channels: they hide when they read, or hide it no longer.
  void hide_reads_or_not();
  /// … that an app does with its client core beside all that.
  void use_the_client();
  /// So much is said in the big group that devices remember a digest of it that they can ask for.
  void talk_long();
  [[nodiscard]] std::uint64_t sends() const { return sends_; }
  /// What broke a promise while it happened.
  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }

 private:
  Dice& dice() { return world_.dice(); }
  Device& some_device() { return *devices_[dice().below(devices_.size())]; }
  Account& some_account() { return accounts_[dice().below(accounts_.size())]; }
  std::string some_id() { return std::string(some_account().id.view()); }
  const client::ChannelState* some_channel(Device& device);
  Seq some_seq(const client::ChannelState& channel);

  // ---- workload_commands.cpp
  void command(Device& device, const client::ChannelState& channel);
  void post(Device& device, const client::ChannelState& channel);
  void create(Device& device);
  void create_invitation(v1::Command& command);
  void join(Device& device);
  void send(Device& device, v1::Command& command);
  void fill_content(v1::Content& content);
  std::string some_text(std::uint64_t length);
  std::string new_send_id();

  // ---- workload_frames.cpp
  void read(Device& device, const client::ChannelState& channel);
  void change_registers(Device& device, const client::ChannelState& channel);
  void question(Device& device, const client::ChannelState& channel);
  void hint(Device& device, const client::ChannelState& channel);

  // ---- workload_http.cpp
  void call(Device& device);
  void block(Device& device, const Account& peer) { set_block(device, peer, dice().once_in(2)); }
  void set_block(Device& device, const Account& peer, bool on);
  void set_contact(Device& device, const Account& peer, bool on);
  void change_privacy(Device& device);
  void be_watched_later(const AccountId& account);
  void set_active(const AccountId& account, bool on);
  void change_account(Device& device, const v1::ChangeAccount& change);
  void sync(Device& device);
  void delete_account(Device& device);
  void steal(Device& device);
  void device_trouble(Device& device);
  /// An answer to a call under `key` that is looked at only if no other one was under way beside it, so that what it
  /// says is so.
  Web::Answer if_alone(const std::string& key, std::function<void(const HttpResponse&)> then);
  /// For frames that answer a call: as if they had come over a connection, unless the server was restored meanwhile.
  std::function<void(const v1::ServerFrame&)> hear_over_http(Device& device);

  // ---- workload_accounts.cpp
  struct SignIn {
    DeviceId device;
    std::string access, refresh;
  };
  static SignIn sign_in_of(const Device& device);
  std::vector<SignIn> sign_ins_of(const AccountId& account, const Device* but);
  void ended(const SignIn& sign_in);
  void come_back(const SignIn& sign_in, Duration until);
  void try_token(const std::string& token, Duration until, bool got_in_before);
  void sign_out(Device& device, Device& other);
  void revoke(Device& device);
  void sign_out_everywhere(Device& device);
  void change_password(Device& device);
  void guess_password(Device& device);
  void try_password(const std::string& handle, const std::string& password, std::function<void()> let_in);
  void set_disabled(const AccountId& account, bool on, std::function<void(bool)> done);
  void keep_out(const Account& account);
  void let_in(const Account& account, Duration when);
  void invite(Device& device);
  void revoke_invitations(const AccountId& by, std::function<void()> then);
  void sign_up_strangers(const std::string& invitation, std::uint32_t uses);

  // ---- workload_client.cpp
  void post_text(Device& device, const client::ChannelState& channel);

  // ---- workload_rare.cpp
  Seq some_own_message(Device& device, const ChannelId& channel);
  void think_again(Device& device, const client::ChannelState& channel);
  void move_cursor_too_far(Device& device, const client::ChannelState& channel);
  void encrypt(Device& device, const client::ChannelState& channel);
  void type_much(Device& device, const client::ChannelState& channel);
  void block_somebody_new(Device& device);
  void send_twice(Device& device, const client::ChannelState& channel);
  void send_once_more(Device& device);
  void remove_a_reader(Device& reader, const client::ChannelState& channel);
  void send_over_http(Device& device, const ChannelId& channel, const v1::Command& command);
  void remember(Device& device, const v1::Command& command);

  World& world_;
  Cluster& cluster_;
  Witness& witness_;
  Web& web_;
  Standings& standings_;
  Words& words_;
  std::vector<Account>& accounts_;
  Devices& devices_;
  ChannelId big_group_;
  std::vector<std::pair<ChannelId, std::string>> invitations_;  // by id, also those that were refused or revoked
  std::map<std::string, std::string> secrets_;                  // of them, by id
  struct Said {
    Device* device;
    std::string command;  // v1.Command
  };
  std::deque<Said> said_;  // the last sends
  struct Calls {
    std::uint64_t under_way = 0, made = 0;
    Time doubtful_until = kNever;  // one that was given up may still be done
  };
  std::map<std::string, Calls> calls_;
  std::uint64_t sends_ = 0;
  std::uint64_t deletions_ = 0;
  std::uint64_t passwords_ = 0;
  std::uint64_t strangers_ = 0;
  std::vector<std::string> broken_;
};

}  // namespace parley::sim
