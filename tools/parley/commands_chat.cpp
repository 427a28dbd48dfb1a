// parley chat: everything on one screen.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <set>
#include <utility>

#include "base/base64.hpp"
#include "parley/chat/live_world.hpp"
#include "parley/chat/screen.hpp"
#include "parley/chat/terminal_writer.hpp"
#include "parley/commands.hpp"
#include "parley/system.hpp"

namespace parley::cli {
namespace {

namespace asio = boost::asio;

/// Changes are shown together, at most so often.
constexpr Duration kFrame{33};
/// An Escape is a key of its own when nothing follows for so long.
constexpr Duration kEscape{40};
constexpr Duration kLookAfter{1'000};
/// Terminals take little more than this from OSC 52.
constexpr std::size_t kLargestCopy = 70'000;

struct Flags {
  std::string channel;
  std::string theme = "auto";
};

class Chatting {
 public:
  Chatting(Context& context, const Flags& flags)
      : world_(context, model_),
        app_(model_, world_),
        live_(context.live()),
        flags_(flags),
        writer_(theme(flags.theme == "light" ? chat::Ground::light : chat::Ground::dark)),
        input_(live_.io(), ::dup(STDIN_FILENO)),
        signals_(live_.io(), SIGWINCH, SIGHUP, SIGTSTP),
        frame_(live_.io()),
        escape_(live_.io()),
        look_after_(live_.io()) {
    if (flags.theme == "auto") writer_.use(theme(chat::ground_of(environment("COLORFGBG"), chat::Ground::dark)));
  }

  Exit run() {
    world_.begin(app_, {.changed = [this] { show_soon(); },
                        .copy = [this](const std::string& text) { copy(text); },
                        .redraw = [this] { redraw(); },
                        .suspend = [this] { suspend(); }});
    resize();
    if (!flags_.channel.empty()) world_.open_named(flags_.channel);
    wait_for_input();
    wait_for_signal();
    keep_looking_after();
    show();
    live_.start();
    auto done = live_.run_until([] { return false; }, std::nullopt);
    world_.save_drafts();
    need(std::move(done));
    return Exit::ok;
  }

 private:
  [[nodiscard]] chat::Theme theme(chat::Ground ground) const {
    const bool none = flags_.theme == "none" || !environment("NO_COLOR").empty();
    return {chat::colours_of(chat::Screen::known_colours(), environment("COLORTERM"), environment("TERM"), none),
            ground};
  }

  // ---- what comes in

  void wait_for_input() {
    input_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
      if (error) return;
      const ssize_t count = ::read(STDIN_FILENO, bytes_.data(), bytes_.size());
      if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN))
        return live_.interrupt();  // no terminal any more
      if (count > 0) take(keys_.feed({bytes_.data(), static_cast<std::size_t>(count)}));
      wait_for_escape();
      wait_for_input();
    });
  }

  void wait_for_escape() {
    escape_.cancel();
    if (!keys_.waits()) return;
    escape_.expires_after(kEscape);
    escape_.async_wait([this](const boost::system::error_code& error) {
      if (!error) take(keys_.settle());
    });
  }

  void take(const std::vector<chat::Input>& inputs) {
    for (const chat::Input& input : inputs) {
      if (input.key != chat::Key::background) {
        app_.take(input, now());
      } else if (flags_.theme == "auto") {
        writer_.use(theme(chat::ground_of_answer(input.text, chat::Ground::dark)));
      }
    }
    app_.settle();
    show_soon();
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal == SIGWINCH) resize();
      if (signal == SIGHUP) live_.interrupt();
      if (signal == SIGTSTP) suspend();
      wait_for_signal();
    });
  }

  void keep_looking_after() {
    look_after_.expires_after(kLookAfter);
    look_after_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      if (model_.expire(now())) show_soon();
      world_.look_after();
      keep_looking_after();
    });
  }

  // ---- what is shown

  void resize() {
    const auto [width, height] = screen_.size();
    app_.resize(width, height);
    show_soon();
  }

  void show_soon() {
    if (std::exchange(frame_waits_, true)) return;
    const Time next = shown_ + kFrame;
    frame_.expires_after(std::max(next - now(), Duration(0)));
    frame_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      frame_waits_ = false;
      show();
    });
  }

  void show() {
    shown_ = now();
    // A slow terminal gets fewer pictures rather than a queue of old ones.
    if (!screen_.ready()) return show_soon();
    const std::string bytes = writer_.show(app_.draw(shown_));
    if (!bytes.empty()) screen_.write(bytes);
  }

  void redraw() {
    writer_.forget();
    show_soon();
  }

  void suspend() {
    screen_.leave();
    std::raise(SIGSTOP);
    // Here again: the shell said so.
    screen_.enter();
    writer_.forget();
    resize();
  }

  void copy(const std::string& text) {
    if (text.size() > kLargestCopy) return app_.say("That is too long to be copied by a terminal.", now(), true);
    screen_.write("\x1b]52;c;" + base64_encode(text) + "\x07");
  }

  chat::Model model_;
  chat::LiveWorld world_;
  chat::App app_;
  Live& live_;
  const Flags& flags_;
  chat::TerminalWriter writer_;
  chat::Screen screen_;
  chat::KeyReader keys_;
  std::array<char, 4096> bytes_{};
  asio::posix::stream_descriptor input_;
  asio::signal_set signals_;
  asio::steady_timer frame_;
  asio::steady_timer escape_;
  asio::steady_timer look_after_;
  bool frame_waits_ = false;
  Time shown_ = kNever;
};

}  // namespace

void add_chat_command(CLI::App& app, Shell& shell) {
  auto flags = std::make_shared<Flags>();
  auto* sub = app.add_subcommand("chat", "Chat on one screen");
  sub->add_option("CHANNEL", flags->channel, "begin with this one: handle, title of a group, id, or me");
  sub->add_option("--theme", flags->theme, "auto, dark, light, or none for no colours")
      ->check(CLI::IsMember(std::set<std::string>{"auto", "dark", "light", "none"}))
      ->capture_default_str();
  sub->callback([&shell, flags] {
    shell.deed = [&shell, flags] {
      need(chat::Screen::check());
      Context context(shell.options);
      return Chatting(context, *flags).run();
    };
  });
}

}  // namespace parley::cli
