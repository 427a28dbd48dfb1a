// The server's own Unix socket, for whoever administers it: HTTP/1.1 with one request for each connection, JSON
// answers, long ones as lines. Nothing that is added here can be reached in another way.
//
//   server.look("GET", "/status", [&](AdminCall&) -> Result<boost::json::value> { return status(); });
//   server.change("POST", "/people/{who}/disable", "disable_person", [&](AdminCall& call) { … });
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/admin/admin_call.hpp"
#include "gateway/routes.hpp"

namespace parley {

/// What a change leaves behind. `begun` is called before anything happens, and where it fails nothing does; `ended`
/// before the answer. Any of the connections' threads.
class AdminAudit {
 public:
  virtual ~AdminAudit() = default;
  /// Returns the number of the entry.
  virtual Result<std::uint64_t> begun(uid_t uid, std::string_view action, const AdminCall& call) = 0;
  /// `error` is the name of the error, or empty.
  virtual void ended(std::uint64_t entry, std::string_view error, const AdminCall& call) = 0;
};

struct AdminOptions {
  std::filesystem::path socket;
  bool owns_directory = false;   // no other server can have a socket there: one that is found is left over
  std::size_t connections = 16;  // at once; one more is refused as overloaded
  std::size_t header_bytes = 8192;
  std::size_t body_bytes = 65536;
  std::chrono::seconds patience{15};  // for the request to arrive, and for each piece of the answer to be read
};

/// Made, listening and stopped on one thread, whichever.
class AdminServer {
 public:
  /// What it returns is the answer, or the last line of it where lines were sent. On a thread of its own; what it
  /// throws is answered as `internal`.
  using Operation = std::function<Result<boost::json::value>(AdminCall&)>;

  /// `audit` outlives the server.
  AdminServer(AdminOptions options, AdminAudit& audit) : options_(std::move(options)), audit_(audit) {}
  /// As stop().
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  /// Before listen(). One that only looks.
  void look(std::string method, std::string_view pattern, Operation operation);
  /// Before listen(). One that changes something: `action` is its name in the audit log.
  void change(std::string method, std::string_view pattern, std::string action, Operation operation);

  /// Makes the socket, which only its own user may open, and serves it. Only that user and root are answered. A socket
  /// file that another server left behind is replaced. Errors: invalid_argument with the path and the reason.
  Result<void> listen();
  /// Ends what runs (AdminCall::cancelled), waits for it, and takes the socket away. Twice does nothing.
  void stop();

 private:
  struct Route {
    std::string action;  // empty: only looks
    Operation operation;
  };
  struct Visit {
    int connection = -1;
    std::thread thread;
    std::atomic<bool> done = false;
  };

  Result<void> open_socket();
  void accept_loop();
  void begin_visit(int connection);
  void reap(bool all);
  void serve(int connection);
  void answer(int connection, uid_t uid, HttpRequest request);
  Result<boost::json::value> run(const Route& route, AdminCall& call);

  AdminOptions options_;
  AdminAudit& audit_;
  RouteTable table_;
  std::vector<Route> routes_;
  std::list<Visit> visits_;  // of the accepting thread, and of stop() once that has ended
  std::thread accepting_;
  std::atomic<bool> stopping_ = false;
  int listening_ = -1;
  dev_t device_ = 0;  // of the socket file that is ours
  ino_t inode_ = 0;
};

/// A descriptor connected to the socket at `path`, or -1 with errno set. A path may be longer than the kernel's limit
/// for addresses.
int connect_unix(const std::filesystem::path& path);

}  // namespace parley
