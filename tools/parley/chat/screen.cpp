#include "parley/chat/screen.hpp"

// ncurses first says what its macros are called; only these two are wanted.
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace parley::cli::chat {
namespace {

// Pastes in one piece, focus, mouse presses and wheel with coordinates of any size.
constexpr std::string_view kWishes = "\x1b[?2004h\x1b[?1004h\x1b[?1000h\x1b[?1006h";
constexpr std::string_view kWishesEnd = "\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[0m\x1b[?25h";
constexpr std::string_view kAskBackground = "\x1b]11;?\x07";
constexpr std::array kCrashes = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};

// For the handler of crashes, which may neither allocate nor wait.
struct Restore {
  termios before{};
  std::array<char, 256> bytes{};
  std::size_t size = 0;
  volatile std::sig_atomic_t wanted = 0;
};
Restore restore;

void write_all(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t done = ::write(STDOUT_FILENO, data, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno == EAGAIN) {
      pollfd out{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&out, 1, 1'000);
      continue;
    }
    if (done <= 0) return;  // nobody is there any more
    data += done;
    size -= static_cast<std::size_t>(done);
  }
}

void restore_terminal() {
  if (restore.wanted == 0) return;
  restore.wanted = 0;
  write_all(restore.bytes.data(), restore.size);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &restore.before);
}

extern "C" void on_crash(int signal) {
  restore_terminal();
  ::raise(signal);  // the handler was reset: this ends the program as it would have ended
}

std::string capability(const char* name) {
  const char* value = ::tigetstr(name);
  if (value == nullptr || value == reinterpret_cast<const char*>(-1)) return {};  // NOLINT(performance-no-int-to-ptr)
  return value;
}

}  // namespace

Outcome<void> Screen::check() {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return std::unexpected(usage("parley chat needs a terminal. In a script use: parley tail, parley send"));
  }
  int error = 0;
  if (::setupterm(nullptr, STDOUT_FILENO, &error) != OK || capability("cup").empty()) {
    const char* name = std::getenv("TERM");
    return std::unexpected(usage("This terminal cannot show a screen (TERM is '" +
                                 std::string(name == nullptr ? "" : name) + "'). Use: parley tail, parley send"));
  }
  return {};
}

Screen::Screen() {
  ::tcgetattr(STDIN_FILENO, &restore.before);
  const std::string bytes = std::string(kWishesEnd) + capability("rmcup");
  restore.size = std::min(bytes.size(), restore.bytes.size());
  std::memcpy(restore.bytes.data(), bytes.data(), restore.size);
  struct sigaction action{};
  action.sa_handler = on_crash;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : kCrashes) ::sigaction(signal, &action, nullptr);
  enter();
}

Screen::~Screen() {
  leave();
  for (const int signal : kCrashes) std::signal(signal, SIG_DFL);
}

void Screen::enter() {
  if (std::exchange(entered_, true)) return;
  termios raw = restore.before;
  ::cfmakeraw(&raw);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  restore.wanted = 1;
  write(capability("smcup"));
  write(kWishes);
  write(kAskBackground);
}

void Screen::leave() {
  if (!std::exchange(entered_, false)) return;
  ::tcflush(STDIN_FILENO, TCIFLUSH);
  restore_terminal();
}

std::pair<int, int> Screen::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {80, 24};
  return {size.ws_col, size.ws_row};
}

bool Screen::ready() const {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1;
}

void Screen::write(std::string_view bytes) const {
  write_all(bytes.data(), bytes.size());
}

int Screen::known_colours() {
  return ::tigetnum("colors");
}

}  // namespace parley::cli::chat
