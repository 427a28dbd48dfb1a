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

void Console::progress(const backup::Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ || (!json_ && !terminal_)) return;
  next_ = now + kBetween;
  if (json_) {
    fmt::print("{}\n",
               boost::json::serialize(boost::json::object{
                   {"progress", boost::json::object{
                                    {"step", progress.step}, {"done", progress.done}, {"total", progress.total}}}}));
    std::fflush(stdout);
    return;
  }
  const std::uint64_t percent = progress.total == 0 ? 0 : progress.done * 100 / progress.total;
  const std::string far = progress.total == 0 ? bytes_text(progress.done)
                                              : fmt::format("{} of {} ({} %)", bytes_text(progress.done),
                                                            bytes_text(progress.total), percent);
  fmt::print(stderr, "\r\033[K{} {}", progress.step, far);
  shown_ = true;
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
