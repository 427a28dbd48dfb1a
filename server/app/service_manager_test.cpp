#include "app/service_manager.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "app/pulse.hpp"
#include "engines/system/thread_executor.hpp"

namespace parley {
namespace {

using namespace std::chrono_literals;

/// The manager's end.
class NotifySocket {
 public:
  explicit NotifySocket(bool abstract) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    const std::string name = "parley-notify-" + std::to_string(getpid());
    path_ = abstract ? "@" + name : (std::filesystem::temp_directory_path() / name).string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (abstract) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  ~NotifySocket() {
    ::close(descriptor_);
    if (path_[0] == '/') ::unlink(path_.c_str());
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  [[nodiscard]] std::string heard() const {
    char text[256];
    const ssize_t size = ::recv(descriptor_, text, sizeof(text), 0);
    return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  int descriptor_;
  std::string path_;
};

void forget() {
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS"})
    unsetenv(name);
}

std::string own_pid() {
  return std::to_string(getpid());
}

TEST(ServiceManager, HearsHowTheServiceIsDoing) {
  for (const bool abstract : {false, true}) {
    const NotifySocket socket(abstract);
    const auto manager = ServiceManager::from_environment();
    manager.ready("Listening on http://127.0.0.1:8080");
    EXPECT_EQ(socket.heard(), "READY=1\nSTATUS=Listening on http://127.0.0.1:8080");
    manager.alive();
    EXPECT_EQ(socket.heard(), "WATCHDOG=1");
    manager.stopping();
    EXPECT_TRUE(socket.heard().starts_with("STOPPING=1"));
  }
}

TEST(ServiceManager, WithoutOneNothingHappens) {
  forget();
  auto manager = ServiceManager::from_environment();
  manager.ready("nobody listens");
  EXPECT_FALSE(manager.alive_every());
  EXPECT_TRUE(manager.take_sockets().empty());
}

TEST(ServiceManager, EnvironmentIsTakenAway) {
  setenv("NOTIFY_SOCKET", "/nowhere", 1);
  setenv("LISTEN_PID", own_pid().c_str(), 1);
  setenv("LISTEN_FDS", "0", 1);
  ServiceManager::from_environment();
  for (const char* name : {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS"}) EXPECT_EQ(std::getenv(name), nullptr) << name;
}

TEST(ServiceManager, WatchdogIsAnsweredTwiceAsOftenAsItAsks) {
  forget();
  setenv("WATCHDOG_USEC", "3000000", 1);
  EXPECT_EQ(ServiceManager::from_environment().alive_every(), 1500ms);
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(ServiceManager::from_environment().alive_every()) << "meant for another process";
}

TEST(ServiceManager, SocketsOfAnotherProcessAreLeftAlone) {
  for (const auto& [pid, count] :
       {std::pair<std::string, std::string>{"1", "1"}, {own_pid(), "x"}, {own_pid(), "-1"}}) {
    setenv("LISTEN_PID", pid.c_str(), 1);
    setenv("LISTEN_FDS", count.c_str(), 1);
    EXPECT_TRUE(ServiceManager::from_environment().take_sockets().empty()) << pid << " " << count;
  }
}

TEST(Pulse, ThreadThatDoesNotComeRoundIsNoticedAndForgivenLater) {
  ThreadExecutor quick("quick");
  ThreadExecutor stuck("stuck");
  Pulse pulse;
  pulse.watch(quick);
  pulse.watch(stuck);
  std::mutex mutex;
  std::condition_variable changed;
  bool go_on = false;
  int rounds = 0;
  const auto round = [&](ThreadExecutor& executor) {
    executor.post([&] {
      const std::lock_guard lock(mutex);
      ++rounds;
      changed.notify_all();
    });
  };
  const auto wait_for_rounds = [&](int wanted) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 10s, [&] { return rounds == wanted; }));
  };
  stuck.post([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return go_on; });
  });
  EXPECT_TRUE(pulse.beat()) << "nothing was asked yet";
  round(quick);
  wait_for_rounds(1);
  EXPECT_FALSE(pulse.beat());
  {
    const std::lock_guard lock(mutex);
    go_on = true;
    changed.notify_all();
  }
  round(stuck);
  round(quick);
  wait_for_rounds(3);
  pulse.beat();
  round(stuck);
  round(quick);
  wait_for_rounds(5);
  EXPECT_TRUE(pulse.beat());
  quick.stop();
  stuck.stop();
}

}  // namespace
}  // namespace parley
