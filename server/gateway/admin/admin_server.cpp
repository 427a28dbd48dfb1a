#include "gateway/admin/admin_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <system_error>

#include "base/log.hpp"
#include "gateway/http_parser.hpp"

namespace parley {
namespace {

constexpr int kLookMs = 200;  // how soon stop() is noticed
constexpr int kBacklog = 16;

/// The address of a path of any length, by way of its directory.
class Place {
 public:
  explicit Place(const std::filesystem::path& path) {
    const auto directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    directory_ = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory_ < 0) return;
    const auto name = fmt::format("/proc/self/fd/{}/{}", directory_, path.filename().string());
    address_.sun_family = AF_UNIX;
    if (name.size() < sizeof address_.sun_path) {
      std::memcpy(address_.sun_path, name.c_str(), name.size() + 1);
      good_ = true;
    } else {
      errno = ENAMETOOLONG;
    }
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    const int kept = errno;
    if (directory_ >= 0) ::close(directory_);
    errno = kept;
  }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  int directory_ = -1;
  sockaddr_un address_{};
  bool good_ = false;
};

Error cannot(const std::filesystem::path& path, std::string_view why) {
  return {ErrorCode::invalid_argument, fmt::format("Cannot make the administrator's socket {}: {}. Name another place "
                                                   "with --admin-socket, or \"off\" for none.",
                                                   path.string(), why)};
}

std::string reason() {
  return std::generic_category().message(errno);
}

std::optional<uid_t> user_of(int connection) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
  return who.uid;
}

void limit_waiting(int connection, std::chrono::seconds patience) {
  const timeval limit{patience.count(), 0};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Empty when the client left before it had asked.
std::optional<Result<HttpRequest>> read_request(int connection, const AdminOptions& options) {
  HttpParser parser(options.header_bytes, options.body_bytes);
  std::array<char, 4096> buffer;
  while (parser.state() == HttpParser::State::head || parser.state() == HttpParser::State::body) {
    const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return fail(ErrorCode::timeout);
    if (got <= 0) return std::nullopt;
    parser.feed({buffer.data(), static_cast<std::size_t>(got)});
  }
  if (parser.state() == HttpParser::State::failed) return fail(parser.error());
  return parser.take_request();
}

/// Reads what else a client sends before it has heard a refusal: closing with unread bytes would take the answer away.
void read_rest(int connection) {
  constexpr int kMostPieces = 256;
  std::array<char, 4096> buffer;
  ::shutdown(connection, SHUT_WR);
  for (int i = 0; i < kMostPieces && ::recv(connection, buffer.data(), buffer.size(), 0) > 0; ++i) {
  }
}

}  // namespace

int connect_unix(const std::filesystem::path& path) {
  const Place place(path);
  if (!place.good()) return -1;
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (::connect(descriptor, place.address(), Place::size()) == 0) return descriptor;
  const int why = errno;
  ::close(descriptor);
  errno = why;
  return -1;
}

AdminServer::~AdminServer() {
  stop();
}

void AdminServer::look(std::string method, std::string_view pattern, Operation operation) {
  table_.add(std::move(method), pattern);
  routes_.push_back({{}, std::move(operation)});
}

void AdminServer::change(std::string method, std::string_view pattern, std::string action, Operation operation) {
  table_.add(std::move(method), pattern);
  routes_.push_back({std::move(action), std::move(operation)});
}

Result<void> AdminServer::open_socket() {
  const auto& path = options_.socket;
  struct stat found{};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) return fail(cannot(path, "something that is no socket lies there"));
    if (!options_.owns_directory) {
      const int other = connect_unix(path);
      if (other >= 0) {
        ::close(other);
        return fail(cannot(path, "another server answers there"));
      }
    }
    if (::unlink(path.c_str()) != 0) return fail(cannot(path, reason()));
  }
  const Place place(path);
  if (!place.good()) return fail(cannot(path, reason()));
  listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listening_ < 0) return fail(cannot(path, reason()));
  // The mode of the descriptor becomes that of the file, so that there is no moment in which others may open it.
  const bool made = ::fchmod(listening_, 0600) == 0 && ::bind(listening_, place.address(), Place::size()) == 0 &&
                    ::lstat(path.c_str(), &found) == 0;
  if (!made) return fail(cannot(path, reason()));
  device_ = found.st_dev;
  inode_ = found.st_ino;
  if ((found.st_mode & 077U) != 0) return fail(cannot(path, "the file system lets others open it"));
  if (::listen(listening_, kBacklog) != 0) return fail(cannot(path, reason()));
  return {};
}

Result<void> AdminServer::listen() {
  if (auto opened = open_socket(); !opened) {
    stop();
    return opened;
  }
  accepting_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "admin");
    accept_loop();
  });
  return {};
}

void AdminServer::stop() {
  stopping_ = true;
  if (accepting_.joinable()) accepting_.join();
  for (const Visit& visit : visits_) ::shutdown(visit.connection, SHUT_RDWR);
  reap(true);
  if (listening_ < 0) return;
  ::close(std::exchange(listening_, -1));
  struct stat found{};
  const bool ours =
      inode_ != 0 && ::lstat(options_.socket.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_;
  if (ours) ::unlink(options_.socket.c_str());
}

void AdminServer::accept_loop() {
  pollfd asked{listening_, POLLIN, 0};
  while (!stopping_) {
    if (::poll(&asked, 1, kLookMs) > 0) {
      const int connection = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection >= 0) {
        begin_visit(connection);
      } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        log::warning("admin_accept_failed", {{"why", reason()}});
        ::poll(nullptr, 0, kLookMs);
      }
    }
    reap(false);
  }
}

void AdminServer::begin_visit(int connection) {
  limit_waiting(connection, options_.patience);
  if (visits_.size() >= options_.connections) {
    AdminCall(connection, 0, {}, {}, stopping_).finish(fail(ErrorCode::overloaded));
    ::close(connection);
    return;
  }
  Visit& visit = visits_.emplace_back();
  visit.connection = connection;
  visit.thread = std::thread([this, &visit] {
    ::pthread_setname_np(::pthread_self(), "admin-call");
    serve(visit.connection);
    ::shutdown(visit.connection, SHUT_RDWR);
    visit.done = true;
  });
}

void AdminServer::reap(bool all) {
  for (auto visit = visits_.begin(); visit != visits_.end();) {
    if (!all && !visit->done) {
      ++visit;
      continue;
    }
    visit->thread.join();
    ::close(visit->connection);
    visit = visits_.erase(visit);
  }
}

void AdminServer::serve(int connection) {
  const auto uid = user_of(connection);
  auto request = read_request(connection, options_);
  if (!request) return;
  const bool allowed = uid && (*uid == 0 || *uid == ::geteuid());
  if (!allowed) {
    log::warning("admin_refused", {{"uid", uid ? std::int64_t{*uid} : -1}});
    return AdminCall(connection, 0, {}, {}, stopping_)
        .finish(fail(ErrorCode::not_allowed, "Only the server's own user and root administer it."));
  }
  if (!*request) {
    AdminCall(connection, *uid, {}, {}, stopping_).finish(fail(std::move(request->error())));
    return read_rest(connection);
  }
  answer(connection, *uid, std::move(**request));
}

void AdminServer::answer(int connection, uid_t uid, HttpRequest request) {
  std::string allowed;
  auto match = table_.find(request.method, request.path, allowed);
  if (!match) {
    return AdminCall(connection, uid, {}, {}, stopping_).finish(fail(std::move(match.error())));
  }
  const Route& route = routes_[match->route];
  AdminCall call(connection, uid, std::move(request), std::move(match->values), stopping_);
  std::optional<std::uint64_t> entry;
  if (!route.action.empty()) {
    auto begun = audit_.begun(uid, route.action, call);
    if (!begun) return call.finish(fail(std::move(begun.error())));
    entry = *begun;
  }
  const auto result = run(route, call);
  if (entry) audit_.ended(*entry, result ? "" : error_info(result.error().code).name, call);
  call.finish(result);
}

Result<boost::json::value> AdminServer::run(const Route& route, AdminCall& call) {
  try {
    return route.operation(call);
  } catch (const std::exception& error) {
    log::error("admin_operation_failed", {{"path", call.request().path}, {"what", error.what()}});
    return fail(ErrorCode::internal);
  }
}

}  // namespace parley
