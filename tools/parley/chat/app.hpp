// What the user does -> what changes on the screen and what is wished of the world.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "parley/chat/canvas.hpp"
#include "parley/chat/keys.hpp"
#include "parley/chat/model.hpp"
#include "parley/chat/screen_state.hpp"

namespace parley::cli::chat {

enum class Register : std::uint8_t { pinned, muted, archived, marked_unread };

/// What the screen wishes. Nothing here may wait.
class World {
 public:
  virtual ~World() = default;
  /// The user looks at it now.
  virtual void opened(const ChannelId& channel) = 0;
  /// Fills a chat with what the store keeps of it.
  virtual void load(const ChannelId& channel) = 0;
  /// A page before `before` (0: the newest).
  virtual void fetch_older(const ChannelId& channel, Seq before) = 0;
  virtual void fetch_whole(const ChannelId& channel, Seq seq) = 0;
  /// False: it was not taken, and was said why.
  virtual bool post(const ChannelId& channel, const std::string& text, Seq reply_to) = 0;
  virtual bool edit(const ChannelId& channel, Seq seq, const std::string& text) = 0;
  virtual void remove(const ChannelId& channel, Seq seq, bool for_me) = 0;
  /// An empty value takes the reaction back.
  virtual void react(const ChannelId& channel, Seq seq, const std::string& value) = 0;
  virtual void read(const ChannelId& channel, Seq seq) = 0;
  virtual void set(const ChannelId& channel, Register what, bool on) = 0;
  virtual void typing(const ChannelId& channel, bool on) = 0;
  /// Opens the chat once it is there.
  virtual void begin_direct(const std::string& handle) = 0;
  virtual void begin_group(const std::string& title, const std::vector<std::string>& handles) = 0;
  virtual void copy(const std::string& text) = 0;
  virtual void active(bool on) = 0;
  virtual void redraw() = 0;
  virtual void suspend() = 0;
  virtual void quit() = 0;
};

class App {
 public:
  App(Model& model, World& world) : model_(model), world_(world) {}

  void take(const Input& input, Time now);
  void resize(int width, int height);
  void open(const ChannelId& channel);
  void say(std::string notice, Time now, bool trouble = false);
  /// To be called after the model has changed: reads what is seen, fetches what is missing.
  void settle();
  Canvas draw(Time now);
  [[nodiscard]] const ScreenState& screen() const { return screen_; }

 private:
  void act(Action action, Time now);
  void act_on_message(Action action, Time now);
  void take_press(const Input& input, Time now);
  void take_wheel(int lines, const Input& input);
  void take_writing(const Input& input, Time now);
  void take_list(const Input& input);
  bool take_escape();
  void send(Time now);
  void tell_typing(Chat& chat, Time now);
  void scroll_messages(int lines);
  void step_channel(int step);
  void move_list(int step);
  void select(int step);
  void edit_last(Time now);
  void begin_edit(Chat& chat, const Message& message, Time now);
  void toggle(Register what);
  void go_to(Chat& chat, Seq seq);
  void focus_writing();

  void open_panel(Panel panel);
  void take_panel(const Input& input, Time now);
  void take_help(const Input& input);
  void take_rows(const Input& input, Time now);
  void take_remove(const Input& input);
  void take_react(const Input& input);
  void take_group(const Input& input, Time now);
  [[nodiscard]] std::size_t panel_rows() const;
  void choose(std::size_t row, Time now);

  Model& model_;
  World& world_;
  ScreenState screen_;
  std::map<ChannelId, Time> typing_told_;
  bool resized_ = false;
};

/// The quick reactions, chosen by 1 to 6.
const std::vector<std::string>& quick_reactions();

}  // namespace parley::cli::chat
