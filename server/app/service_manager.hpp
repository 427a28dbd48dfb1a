// What parleyd and the service manager that started it (systemd) say to each other: sockets handed over, and how the
// service is doing. Without a service manager all of it does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley {

class ServiceManager {
 public:
  /// Takes what is meant for this process out of the environment, so that no child believes it. Before there are
  /// threads.
  static ServiceManager from_environment();

  /// Listening sockets (sd_listen_fds(3)), which are the caller's from now on.
  std::vector<int> take_sockets() { return std::exchange(sockets_, {}); }
  /// How often to call alive(): half the time after which the manager would lose patience. Nothing: it does not watch.
  [[nodiscard]] std::optional<std::chrono::microseconds> alive_every() const { return alive_every_; }

  // --- sd_notify(3); a message that cannot be sent is dropped
  /// `status` is a line for people.
  void ready(std::string_view status) const;
  void reloading() const;
  void stopping() const;
  void alive() const;

 private:
  void tell(std::string_view text) const;

  std::string notify_path_;
  std::vector<int> sockets_;
  std::optional<std::chrono::microseconds> alive_every_;
};

}  // namespace parley
