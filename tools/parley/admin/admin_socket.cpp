#include "parley/admin/admin_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/version.hpp"

namespace parley::cli {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::string_view kName = "admin.sock";
constexpr std::size_t kLargestAnswer = 256U << 20;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

[[noreturn]] void offline(const std::filesystem::path& path, int why) {
  std::string text = fmt::format("{}: {}.", path.string(), std::generic_category().message(why));
  text += why == EACCES ? " Only the user that runs parleyd, and root, may administer it."
                        : " Is the server running? Name its data directory with --data DIR.";
  throw Failure{Exit::offline, "offline", std::move(text)};
}

/// By way of the directory, so that a path may be longer than the kernel's limit for addresses.
bool connect_to(int descriptor, const std::filesystem::path& path) {
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor directory(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return false;
  const auto name = fmt::format("/proc/self/fd/{}/{}", directory.get(), path.filename().string());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  const bool connected = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  return connected;
}

bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

json::value parse(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error) throw Failure{Exit::refused, "internal", "The server's answer is no JSON. Is it a Parley server?"};
  return value;
}

/// Throws what the server refused with. Without the advice that people get: an administrator is in no channel.
void check(const json::value& value) {
  const auto* said = value.is_object() ? value.as_object().if_contains("error") : nullptr;
  if (said == nullptr || !said->is_object()) return;
  const auto text_of = [&](const char* key) {
    const auto* text = said->as_object().if_contains(key);
    return text != nullptr && text->is_string() ? std::string(text->as_string()) : std::string();
  };
  throw Failure{Exit::refused, text_of("name"), text_of("text")};
}

/// Takes whole lines from the front of what has arrived; true when the one that is the end was among them.
bool take_lines(std::string& arrived, json::value& end, const AdminSocket::OnLine& on_line) {
  for (std::size_t feed = arrived.find('\n'); feed != std::string::npos; feed = arrived.find('\n')) {
    const auto line = parse(std::string_view(arrived).substr(0, feed));
    arrived.erase(0, feed + 1);
    check(line);
    if (!line.is_object()) continue;
    if (const auto* result = line.as_object().if_contains("result")) {
      end = *result;
      return true;
    }
    if (on_line) on_line(line.as_object());
  }
  return false;
}

}  // namespace

AdminSocket AdminSocket::find(const std::string& socket, const std::string& data) {
  if (!socket.empty()) return AdminSocket(socket);
  if (!data.empty()) return AdminSocket(std::filesystem::path(data) / kName);
  for (const char* directory : {"./data", "/var/lib/parley"}) {
    std::error_code error;
    const auto path = std::filesystem::path(directory) / kName;
    if (std::filesystem::is_socket(path, error)) return AdminSocket(path);
    if (error == std::errc::permission_denied) offline(path, EACCES);
  }
  throw usage(
      "No server was found in ./data or /var/lib/parley. Name its data directory with --data DIR, or its socket with "
      "--socket FILE. It has to run, and on this machine.");
}

json::value AdminSocket::call(std::string_view method, const std::string& path, const json::object& body,
                              const OnLine& on_line) const {
  const Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (descriptor.get() < 0 || !connect_to(descriptor.get(), path_)) offline(path_, errno);
  const std::string content = body.empty() ? std::string() : json::serialize(body);
  const std::string request = fmt::format(
      "{} {} HTTP/1.1\r\nHost: admin\r\nUser-Agent: parley/{}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
      method, path, version(), content.size(), content);
  send_all(descriptor.get(), request);  // a server that has refused already is heard below

  http::response_parser<http::string_body> parser;
  parser.body_limit(kLargestAnswer);
  parser.eager(true);
  std::string waiting;
  std::array<char, 16384> buffer;
  while (!parser.is_done()) {
    const ssize_t got = ::recv(descriptor.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) offline(path_, got < 0 ? errno : ECONNRESET);
    waiting.append(buffer.data(), static_cast<std::size_t>(got));
    boost::system::error_code error;
    waiting.erase(0, parser.put(boost::asio::buffer(waiting), error));
    if (error && error != http::error::need_more) offline(path_, EPROTO);
    json::value end;
    if (parser.is_header_done() && parser.chunked() && take_lines(parser.get().body(), end, on_line)) return end;
  }
  if (parser.chunked()) throw Failure{Exit::offline, "offline", "The server ended before it was done."};
  auto answer = parse(parser.get().body());
  check(answer);
  return answer;
}

}  // namespace parley::cli
