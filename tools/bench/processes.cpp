#include "bench/processes.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>

namespace parley::bench {
namespace {

constexpr std::size_t kSpareDescriptors = 200;
constexpr std::size_t kMostSessions = 19'000;
constexpr std::int64_t kProgressNs = 200'000'000;

// Lines between the processes: a letter, a space, the rest.
constexpr char kBarrier = 'B';
constexpr char kProgress = 'P';
constexpr char kResult = 'R';
constexpr char kFailure = 'F';

}  // namespace

// ---- a worker's side ---------------------------------------------------------------------------------------------

Supervisor::Supervisor(EventLoop& loop, int fd) : loop_(loop), fd_(fd) {
  loop_.watch(fd_, *this, true, false);
}

Supervisor::~Supervisor() {
  loop_.unwatch(fd_);
}

void Supervisor::on_ready(bool /*readable*/, bool /*writable*/) {
  std::array<char, 64> bytes;
  const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) ::_exit(kNotRun);  // nobody is left to work for
  released_ += static_cast<std::uint64_t>(count);
}

void Supervisor::write(const std::string& line) {
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t count = ::send(fd_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ::_exit(kNotRun);
    sent += static_cast<std::size_t>(count);
  }
}

void Supervisor::barrier(std::string_view name) {
  ++awaited_;
  write(fmt::format("{} {}\n", kBarrier, name));
  loop_.run_until([&] { return released_ >= awaited_; });
}

void Supervisor::progress(std::string_view what, std::uint64_t done, std::uint64_t of) {
  const std::int64_t now = now_ns();
  if (now - told_ns_ < kProgressNs && what == what_) return;
  told_ns_ = now;
  what_ = what;
  write(fmt::format("{} {} {} {}\n", kProgress, done, of, what));
}

void Supervisor::result(const WorkerResult& result) {
  write(fmt::format("{} {}\n", kResult, to_text(result)));
}

void Supervisor::failure(const std::string& text) {
  std::string line = text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  write(fmt::format("{} {}\n", kFailure, line));
}

// ---- shares ------------------------------------------------------------------------------------------------------

std::vector<Share> share_out(std::uint32_t sessions, std::uint32_t unit, std::uint32_t workers) {
  const std::uint32_t units = sessions / unit;
  workers = std::clamp<std::uint32_t>(workers, 1, std::max<std::uint32_t>(units, 1));
  std::vector<Share> shares;
  for (std::uint32_t i = 0; i < workers; ++i) {
    const std::uint32_t mine = units / workers + (i < units % workers ? 1 : 0);
    shares.push_back({i, mine * unit});
  }
  return shares;
}

std::uint32_t workers_needed(const Options& options, std::uint32_t unit, std::size_t descriptors) {
  if (options.processes > 0) return options.processes;
  const std::size_t room = descriptors > 2 * kSpareDescriptors ? descriptors - kSpareDescriptors : kSpareDescriptors;
  const std::size_t most = std::max<std::size_t>(std::min(room, kMostSessions) / unit * unit, unit);
  return static_cast<std::uint32_t>((options.sessions + most - 1) / most);
}

// ---- the supervisor's side ---------------------------------------------------------------------------------------

namespace {

struct Worker {
  pid_t pid = -1;
  int fd = -1;
  std::string input;
  std::string barrier;  // where it stands; empty: nowhere
  std::uint64_t done = 0;
  std::uint64_t of = 0;
  std::string what;
  std::optional<WorkerResult> result;
  std::optional<std::string> failure;
};

class Workers {
 public:
  explicit Workers(const Run& run) : run_(run) {}
  ~Workers() { end(); }

  void start() {
    for (const Share& share : run_.shares) {
      std::array<int, 2> ends{};
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
      const pid_t parent = ::getpid();
      const pid_t pid = ::fork();
      if (pid == 0) {
        ::close(ends[0]);
        for (const Worker& other : workers_) ::close(other.fd);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(kNotRun);
        work(share, ends[1]);
      }
      ::close(ends[1]);
      workers_.emplace_back();
      workers_.back().pid = pid;
      workers_.back().fd = ends[0];
    }
  }

  Result<std::vector<WorkerResult>> collect() {
    if (workers_.size() != run_.shares.size()) return fail(ErrorCode::limit_reached, "no process can be started");
    for (;;) {
      std::vector<pollfd> waiting;
      for (const Worker& worker : workers_) {
        waiting.push_back({.fd = worker.result ? -1 : worker.fd, .events = POLLIN, .revents = 0});
      }
      if (::poll(waiting.data(), waiting.size(), 1000) < 0 && errno != EINTR) break;
      for (std::size_t i = 0; i < workers_.size(); ++i) {
        if (waiting[i].revents != 0) read(workers_[i]);
        if (workers_[i].failure) {
          clear_line();
          return fail(ErrorCode::internal, *workers_[i].failure);
        }
      }
      show();
      if (std::all_of(workers_.begin(), workers_.end(),
                      [](const Worker& worker) { return worker.result.has_value(); })) {
        break;
      }
      release();
    }
    clear_line();
    std::vector<WorkerResult> results;
    for (Worker& worker : workers_) results.push_back(std::move(*worker.result));
    return results;
  }

 private:
  [[noreturn]] void work(const Share& share, int fd) {
    try {
      EventLoop loop;
      Supervisor supervisor(loop, fd);
      run_.work(share, loop, supervisor);
      std::fflush(nullptr);
      // Thousands of sessions need not be taken apart one by one.
      ::_exit(kGood);
    } catch (const std::exception& error) {
      fmt::print(stderr, "parley-bench: {}\n", error.what());
      ::_exit(kNotRun);
    }
  }

  void read(Worker& worker) {
    std::array<char, 64 * 1024> bytes;
    const ssize_t count = ::recv(worker.fd, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) {
      worker.failure = "a worker process ended too early";
      return;
    }
    worker.input.append(bytes.data(), static_cast<std::size_t>(count));
    for (std::size_t end = worker.input.find('\n'); end != std::string::npos; end = worker.input.find('\n')) {
      take(worker, std::string_view(worker.input).substr(0, end));
      worker.input.erase(0, end + 1);
    }
  }

  static void take(Worker& worker, std::string_view line) {
    if (line.size() < 2) return;
    const std::string_view rest = line.substr(2);
    switch (line[0]) {
      case kBarrier:
        worker.barrier = rest;
        break;
      case kProgress: {
        const char* end = rest.data() + rest.size();
        const auto done = std::from_chars(rest.data(), end, worker.done);
        if (done.ptr == end) break;
        const auto of = std::from_chars(done.ptr + 1, end, worker.of);
        worker.what = std::string(of.ptr == end ? of.ptr : of.ptr + 1, end);
        break;
      }
      case kResult:
        worker.result = worker_result_from(rest);
        if (!worker.result) worker.failure = "a worker's result cannot be read";
        break;
      case kFailure:
        worker.failure = rest;
        break;
      default:
        break;
    }
  }

  void release() {
    if (std::any_of(workers_.begin(), workers_.end(), [](const Worker& worker) { return worker.barrier.empty(); }))
      return;
    run_.at_barrier(workers_.front().barrier);
    for (Worker& worker : workers_) {
      worker.barrier.clear();
      (void)::send(worker.fd, "g", 1, MSG_NOSIGNAL);
    }
  }

  void show() {
    std::uint64_t done = 0;
    std::uint64_t of = 0;
    for (const Worker& worker : workers_) {
      done += worker.done;
      of += worker.of;
    }
    const std::string& what = workers_.front().what;
    if (what != showing_) {
      showing_ = what;
      since_ns_ = now_ns();
      since_done_ = done;
    }
    std::string line = fmt::format("{}: {}", what, done);
    if (of > 0) line += fmt::format(" of {}", of);
    const auto seconds = static_cast<double>(now_ns() - since_ns_) / 1e9;
    if (seconds > 1 && done > since_done_) {
      line += fmt::format(", {:.0f}/s", static_cast<double>(done - since_done_) / seconds);
    }
    if (line == shown_) return;
    shown_ = line;
    show_progress(run_.options, line);
  }

  void clear_line() { show_progress(run_.options, {}); }

  void end() {
    for (const Worker& worker : workers_) {
      ::close(worker.fd);
      if (worker.pid > 0) ::kill(worker.pid, SIGTERM);
    }
    for (const Worker& worker : workers_) {
      int status = 0;
      if (worker.pid > 0) ::waitpid(worker.pid, &status, 0);
    }
  }

  const Run& run_;
  std::vector<Worker> workers_;
  std::string shown_;
  std::string showing_;  // of the line, what is going on; since when, and what was done by then
  std::int64_t since_ns_ = 0;
  std::uint64_t since_done_ = 0;
};

}  // namespace

void show_progress(const Options& options, std::string_view line) {
  const bool wanted = !options.quiet && (!options.json || options.progress);
  if (!wanted || ::isatty(STDERR_FILENO) != 1) return;
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
}

Result<std::vector<WorkerResult>> run_workers(const Run& run) {
  Workers workers(run);
  workers.start();
  return workers.collect();
}

}  // namespace parley::bench
