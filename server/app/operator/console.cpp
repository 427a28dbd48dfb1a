#include "app/operator/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>

#include "app/command_line.hpp"
#include "base/bytes_text.hpp"

namespace parley {
namespace {

constexpr std::chrono::milliseconds kBetween{100};

}  // namespace

Console::Console(std::string_view program, bool json)
    : program_(program), json_(json), terminal_(isatty(STDERR_FILENO) != 0) {}

bool Console::due() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ || (!json_ && !terminal_)) return false;
  next_ = now + kBetween;
  return true;
}

void Console::show(std::string_view step, std::string_view far, std::uint64_t done, std::uint64_t total) {
  if (json_) {
    fmt::print("{}\n", boost::json::serialize(boost::json::object{
                           {"progress", boost::json::object{{"step", step}, {"done", done}, {"total", total}}}}));
    std::fflush(stdout);
    return;
  }
  const std::string percent = total == 0 ? "" : fmt::format(" ({} %)", done * 100 / total);
  fmt::print(stderr, "\r\033[K{} {}{}", step, far, percent);
  shown_ = true;
}

void Console::progress(const backup::Progress& progress) {
  if (!due()) return;
  const std::string far = progress.total == 0
                              ? bytes_text(progress.done)
                              : fmt::format("{} of {}", bytes_text(progress.done), bytes_text(progress.total));
  show(progress.step, far, progress.done, progress.total);
}

void Console::progress(std::string_view step, std::uint64_t channels, std::uint64_t total) {
  if (due()) show(step, fmt::format("{} of {} channels", channels, total), channels, total);
}

void Console::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

void Console::result(std::string_view text, std::string_view json) {
  clear();
  fmt::print("{}\n", json_ ? json : text);
}

int Console::failure(const Error& error) {
  clear();
  if (json_) {
    const boost::json::object what{{"name", error.name()}, {"text", error.text()}};
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"error", what}}));
  } else {
    fmt::print(stderr, "{}: {}\n", program_, error.text());
  }
  return kExitUsage;
}

}  // namespace parley
