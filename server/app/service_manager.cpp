#include "app/service_manager.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace parley {
namespace {

constexpr int kFirstSocket = 3;  // SD_LISTEN_FDS_START
constexpr std::uint64_t kMostSockets = 256;

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  unsetenv(name);
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_ours(const std::optional<std::uint64_t>& pid) {
  return pid == static_cast<std::uint64_t>(getpid());
}

}  // namespace

ServiceManager ServiceManager::from_environment() {
  ServiceManager manager;
  manager.notify_path_ = taken_from_environment("NOTIFY_SOCKET");
  const auto watchdog_pid = taken_from_environment("WATCHDOG_PID");
  const auto patience = number(taken_from_environment("WATCHDOG_USEC"));
  if (patience && *patience > 0 && (watchdog_pid.empty() || is_ours(number(watchdog_pid)))) {
    manager.alive_every_ = std::chrono::microseconds(*patience / 2);
  }
  const auto sockets_pid = number(taken_from_environment("LISTEN_PID"));
  const auto sockets = number(taken_from_environment("LISTEN_FDS"));
  unsetenv("LISTEN_FDNAMES");
  if (!is_ours(sockets_pid) || !sockets || *sockets > kMostSockets) return manager;
  for (int i = 0; i < static_cast<int>(*sockets); ++i) {
    const int descriptor = kFirstSocket + i;
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0) manager.sockets_.push_back(descriptor);
  }
  return manager;
}

void ServiceManager::ready(std::string_view status) const {
  tell(fmt::format("READY=1\nSTATUS={}", status));
}

void ServiceManager::reloading() const {
  tell("RELOADING=1");
}

void ServiceManager::stopping() const {
  tell("STOPPING=1\nSTATUS=Draining");
}

void ServiceManager::alive() const {
  tell("WATCHDOG=1");
}

void ServiceManager::tell(std::string_view text) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool usable = notify_path_.size() > 1 && notify_path_.size() < sizeof(address.sun_path) &&
                      (notify_path_[0] == '/' || notify_path_[0] == '@');
  if (!usable) return;
  std::memcpy(address.sun_path, notify_path_.data(), notify_path_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_path_.size());
  sendto(descriptor, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  close(descriptor);
}

}  // namespace parley
