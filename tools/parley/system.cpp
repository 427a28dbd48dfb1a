#include "parley/system.hpp"

#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "base/assert.hpp"

namespace parley::cli {
namespace {

/// Switches the terminal's echo off while it lives.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputc('\n', stderr);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

Outcome<std::string> read_line() {
  std::string line;
  if (!std::getline(std::cin, line)) return std::unexpected(usage("No password was given."));
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

Outcome<std::string> ask_silently(const std::string& prompt) {
  std::fprintf(stderr, "%s: ", prompt.c_str());
  const NoEcho silence;
  return read_line();
}

}  // namespace

Time now() {
  using Steady = std::chrono::steady_clock;
  static const auto wall = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  static const Steady::time_point start = Steady::now();
  return wall + std::chrono::duration_cast<Duration>(Steady::now() - start);
}

void fill_random(std::span<std::uint8_t> out) {
  // Up to 256 bytes are given whole or not at all.
  while (!out.empty()) {
    const std::size_t part = std::min<std::size_t>(out.size(), 256);
    PARLEY_ASSERT(::getrandom(out.data(), part, 0) == static_cast<ssize_t>(part));
    out = out.subspan(part);
  }
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  fill_random({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

Outcome<std::string> ask_password(const std::string& prompt, bool from_stdin, bool confirm) {
  if (from_stdin) return read_line();
  if (auto given = environment("PARLEY_PASSWORD"); !given.empty()) return given;
  if (::isatty(STDIN_FILENO) == 0) {
    return std::unexpected(
        usage("There is no terminal to ask for the password. Use --password-stdin or set PARLEY_PASSWORD."));
  }
  auto first = ask_silently(prompt);
  if (!first || !confirm) return first;
  auto second = ask_silently(prompt + " again");
  if (!second) return second;
  if (*first != *second) return std::unexpected(usage("The two passwords differ. Nothing was sent."));
  return first;
}

std::string device_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "command line";
  return std::string(name.data()) + " (command line)";
}

bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) != 0;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace parley::cli
