// The screen's world: a profile's live client, its store, and the thread that asks for people.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "parley/chat/app.hpp"
#include "parley/chat/background.hpp"
#include "parley/context.hpp"

namespace parley::cli::chat {

class LiveWorld final : public World {
 public:
  /// What concerns the terminal alone.
  struct Terminal {
    std::function<void()> changed;
    std::function<void(const std::string&)> copy;
    std::function<void()> redraw;
    std::function<void()> suspend;
  };

  LiveWorld(Context& context, Model& model);
  ~LiveWorld() override;
  LiveWorld(const LiveWorld&) = delete;
  LiveWorld& operator=(const LiveWorld&) = delete;

  /// Fills the model with what this device keeps, and listens from now on.
  void begin(App& app, Terminal terminal);
  /// A channel or person that was named on the command line.
  void open_named(const std::string& name);
  /// Now and then: looks up names that were asked for, and whom to watch.
  void look_after();
  void save_drafts();

  void opened(const ChannelId& channel) override;
  void load(const ChannelId& channel) override;
  void fetch_older(const ChannelId& channel, Seq before) override;
  void fetch_whole(const ChannelId& channel, Seq seq) override;
  bool post(const ChannelId& channel, const std::string& text, Seq reply_to) override;
  bool edit(const ChannelId& channel, Seq seq, const std::string& text) override;
  void remove(const ChannelId& channel, Seq seq, bool for_me) override;
  void react(const ChannelId& channel, Seq seq, const std::string& value) override;
  void read(const ChannelId& channel, Seq seq) override;
  void set(const ChannelId& channel, Register what, bool on) override;
  void typing(const ChannelId& channel, bool on) override;
  void begin_direct(const std::string& handle) override;
  void begin_group(const std::string& title, const std::vector<std::string>& handles) override;
  void copy(const std::string& text) override { terminal_.copy(text); }
  void active(bool on) override;
  void redraw() override { terminal_.redraw(); }
  void suspend() override { terminal_.suspend(); }
  void quit() override;

 private:
  void listen();
  void on_state(client::State state, const std::string& why);
  void on_sent(const client::SendResult& result);
  void take_outbox();
  void load_drafts();
  [[nodiscard]] std::string drafts_as_text() const;
  void changed();
  std::optional<SendId> send(v1::Command& command);
  void ask(v1::ClientFrame& frame, std::function<void(const v1::ServerFrame&)> take);
  /// Runs `job` beside and then `then`, with what it found, here, unless this is over.
  void look_up(std::function<Outcome<v1::People>(Tokens&)> job, std::function<void(Outcome<v1::People>)> then);
  void take_people(const v1::People& people);
  [[nodiscard]] std::optional<AccountId> known(const std::string& handle) const;
  void open_direct(const AccountId& peer);
  void create_group(const std::string& title, const std::vector<AccountId>& members);
  void watch();
  void say(const std::string& text, bool trouble);

  Context& context_;
  Model& model_;
  App* app_ = nullptr;
  Terminal terminal_;
  Live& live_;
  std::unique_ptr<Background> background_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::string named_;  // still to be opened
  std::string saved_drafts_;
  std::set<AccountId> watched_;
  bool lookup_failed_ = false;
};

}  // namespace parley::cli::chat
