#include "sim/apart.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "base/hex.hpp"
#include "base/log.hpp"
#include "sim/rocks_storage.hpp"

namespace parley::sim {
namespace {

/// Longer than any run that ends, also under sanitizers.
constexpr unsigned kLongestRun = 300;
constexpr std::string_view kEnd = "end";

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

std::string write_result(const RunResult& result) {
  std::ostringstream out;
  out << "digest " << hex_encode(view(result.digest)) << "\nsends " << result.sends << "\nevents " << result.events
      << "\nseconds " << result.virtual_seconds << '\n';
  for (const auto& line : result.broken) out << "broken " << one_line(line) << '\n';
  for (const auto& [kind, count] : result.faults) out << "fault " << count << ' ' << kind << '\n';
  out << kEnd << '\n';
  return out.str();
}

/// What a child said before it ended, and whether that is all.
bool read_result(const std::string& text, RunResult& result) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line == kEnd) return true;
    std::istringstream words(line);
    std::string word;
    words >> word;
    const auto rest = [&words] {
      std::string text_left;
      words.get();
      std::getline(words, text_left);
      return text_left;
    };
    if (word == "digest") {
      words >> word;
      if (const auto bytes = hex_decode(word); bytes && bytes->size() == result.digest.size()) {
        std::memcpy(result.digest.data(), bytes->data(), bytes->size());
      }
    } else if (word == "sends") {
      words >> result.sends;
    } else if (word == "events") {
      words >> result.events;
    } else if (word == "seconds") {
      words >> result.virtual_seconds;
    } else if (word == "broken") {
      result.broken.push_back(rest());
    } else if (word == "fault") {
      std::uint64_t count = 0;
      words >> count;
      result.faults[rest()] = count;
    } else if (word == "story") {
      StoryLine told;
      std::int64_t at = 0;
      words >> told.step >> at;
      told.at = Duration(at);
      told.what = rest();
      result.story.push_back(std::move(told));
    }
  }
  return false;
}

struct Child {
  pid_t pid = 0;
  std::uint64_t seed = 0;
  std::string said;
};

void write_all(int out, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(out, text.data(), text.size());
    if (wrote < 0 && errno != EINTR) return;
    if (wrote > 0) text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

[[noreturn]] void be_child(std::uint64_t seed, const RunOptions& options, int out) {
  ::alarm(kLongestRun);
  log::set_level(log::Level::off);
  RunOptions telling = options;
  telling.tell = [&](const StoryLine& line) {
    write_all(out, "story " + std::to_string(line.step) + ' ' + std::to_string(line.at.count()) + ' ' +
                       one_line(line.what) + '\n');
    if (options.tell) options.tell(line);
  };
  write_all(out, write_result(run(seed, telling)));
  // Not exit(): nothing of the parent's is flushed or destroyed here.
  ::_exit(0);
}

/// The end to read from, and the child.
std::pair<int, Child> start(std::uint64_t seed, const RunOptions& options) {
  int ends[2] = {};
  if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::fflush(stdout);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) {
    ::close(ends[0]);
    be_child(seed, options, ends[1]);
  }
  ::close(ends[1]);
  return {ends[0], Child{pid, seed, {}}};
}

RunResult result_of(const Child& child) {
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  RunResult result;
  result.seed = child.seed;
  std::error_code ignored;
  std::filesystem::remove_all(RocksStorage::folder_of(child.pid), ignored);
  if (read_result(child.said, result)) return result;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    result.broken.emplace_back("the run did not end");
  } else if (WIFSIGNALED(status)) {
    result.broken.push_back(std::string("the process died: ") + ::strsignal(WTERMSIG(status)));
  } else {
    result.broken.push_back("the process ended with code " + std::to_string(WEXITSTATUS(status)));
  }
  return result;
}

/// Takes what the child says. False: it has said all.
bool hear(int from, std::string& said) {
  char bytes[65'536];
  const ssize_t got = ::read(from, bytes, sizeof bytes);
  if (got > 0) said.append(bytes, static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

RunResult run_apart(std::uint64_t seed, const RunOptions& options) {
  auto [from, child] = start(seed, options);
  while (hear(from, child.said)) {
  }
  ::close(from);
  return result_of(child);
}

void run_all_apart(std::size_t jobs, const RunOptions& options,
                   const std::function<std::optional<std::uint64_t>()>& next,
                   const std::function<void(RunResult)>& done) {
  std::map<int, Child> children;
  for (bool more = true; more || !children.empty();) {
    while (more && children.size() < jobs) {
      const auto seed = next();
      more = seed.has_value();
      if (seed) children.insert(start(*seed, options));
    }
    std::vector<pollfd> ends;
    for (const auto& entry : children) ends.push_back({entry.first, POLLIN, 0});
    if (ends.empty() || ::poll(ends.data(), ends.size(), -1) < 0) continue;
    for (const pollfd& end : ends) {
      if (end.revents == 0 || hear(end.fd, children.at(end.fd).said)) continue;
      ::close(end.fd);
      done(result_of(children.extract(end.fd).mapped()));
    }
  }
}

}  // namespace parley::sim
