// parleyd as a whole: the engines and services of one node, wired together. The only place that names engines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"
#include "gateway/web_files.hpp"

namespace parley {

class Server {
 public:
  /// Opens the data directory and every store, and starts the threads. Blocks. Errors have a text for the operator.
  /// `web`: what browsers get; nothing where it is empty.
  static Result<std::unique_ptr<Server>> open(const Config& config, WebFiles web);
  /// As stop(), where that was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Takes connections from now on. `inherited`: listening sockets that a service manager handed over, for the
  /// addresses of the configuration that they are bound to. Errors name the address and the reason.
  Result<void> listen(std::vector<int> inherited = {});
  /// With the ports really taken: "http://127.0.0.1:8080".
  [[nodiscard]] std::vector<std::string> urls() const;
  [[nodiscard]] std::string data_path() const;

  /// Reads the TLS certificate again; the old one stays in use when that fails.
  Result<void> reload_certificate();

  /// True when every thread has come round to its tasks since the last call. Of one thread, while the server runs.
  bool is_alive();

  /// First half of the end: nobody comes in any more, sessions are told to resume elsewhere, owners commit what they
  /// have. Returns at once; finished() says when that is done.
  void begin_drain();
  [[nodiscard]] bool drained() const;
  /// Second half: closes what is still open, waits a moment for it, stops every thread and closes the stores. Blocks
  /// for a few seconds at most.
  void stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace parley
