// The people of one worker and their sessions: made, signed in, given channels. What every scenario begins with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/options.hpp"
#include "bench/processes.hpp"
#include "bench/session.hpp"

namespace parley::bench {

/// The run cannot go on; what() is for people.
struct RunFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a scenario works with, in its worker's process.
struct Workplace {
  const Options& options;
  const Address& address;
  EventLoop& loop;
  Supervisor& supervisor;
  Share share;
};

class Crew : public SessionUser {
 public:
  /// The client's settings that a scenario may choose; the rest is set here.
  Crew(Workplace place, client::Settings settings);
  ~Crew() override;

 protected:
  // Each waits until it is done, or throws RunFailed with the reason.

  /// One account per session; makes the sessions, which do nothing yet.
  void sign_up();
  /// Connects the sessions that are not live, so many at a time, until all of `who` are in sync.
  void connect(const std::vector<Session*>& who, std::string_view what);
  void connect_all(std::string_view what);
  void disconnect(const std::vector<Session*>& who);
  /// Sends the commands and waits for the outcomes, all of which must be posted.
  struct Order {
    Session* session = nullptr;
    std::unique_ptr<v1::Command> command;
    std::function<void(Seq)> posted;  // may be empty
  };
  void carry_out(std::vector<Order> orders, std::string_view what);
  /// Runs the loop until `done`, at most `patience`; false: not done by then.
  bool wait(Duration patience, const std::function<bool()>& done);
  [[noreturn]] void give_up(const std::string& text) const;

  /// An error of the run, which goes on.
  void note_error(const std::string& text);
  void fill_errors(WorkerResult& result) const;

  void on_synced(Session& session) override;
  void on_sent(Session& session, const client::SendResult& result) override;
  void on_trouble(Session& session, const std::string& why) override;

  Workplace place_;
  client::Settings settings_;
  Accounts accounts_;
  std::vector<std::unique_ptr<Session>> sessions_;

 private:
  std::unordered_map<SendId, std::function<void(Seq)>> open_orders_;  // looked up, never iterated
  std::string refusal_;
  std::uint64_t errors_ = 0;
  std::string first_error_;
  std::uint64_t troubles_ = 0;  // while connecting
  std::uint64_t synced_ = 0;
  std::string last_trouble_;
  bool connecting_ = false;
};

/// A group with these members; the first owns it. `channel` is chosen at random.
std::unique_ptr<v1::Command> make_group(const ChannelId& channel, const std::vector<AccountId>& members);
ChannelId random_channel_id();
/// A message of `text`.
std::unique_ptr<v1::Command> make_post(const ChannelId& channel, std::string text);

}  // namespace parley::bench
