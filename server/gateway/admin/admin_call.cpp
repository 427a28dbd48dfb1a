#include "gateway/admin/admin_call.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "gateway/http_response.hpp"

namespace parley {
namespace {

constexpr std::string_view kLinesHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
    "Cache-Control: no-store\r\nConnection: close\r\n\r\n";

}  // namespace

Result<boost::json::object> AdminCall::body() const {
  if (request_.body.empty()) return boost::json::object{};
  boost::system::error_code error;
  auto parsed = boost::json::parse(request_.body, error);
  if (error || !parsed.is_object()) return fail(ErrorCode::malformed, "The body has to be a JSON object.");
  return std::move(parsed.as_object());
}

bool AdminCall::line(const boost::json::object& line) {
  if (!std::exchange(begun_, true) && !write(kLinesHead)) return false;
  return write_chunk(boost::json::serialize(line) + "\n") && !stopping_;
}

bool AdminCall::cancelled() const {
  if (stopping_ || broken_) return true;
  pollfd asked{connection_, POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void AdminCall::finish(const Result<boost::json::value>& result) {
  if (begun_) {
    write_chunk((result ? boost::json::serialize(boost::json::object{{"result", *result}})
                        : error_response(result.error()).body) +
                "\n");
    write("0\r\n\r\n");
    return;
  }
  HttpResponse response;
  if (result) {
    response.body = boost::json::serialize(*result) + "\n";
  } else {
    response = error_response(result.error());
  }
  write(serialise_response(response, {.keep_alive = false}));
}

bool AdminCall::write_chunk(std::string_view bytes) {
  return write(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
}

bool AdminCall::write(std::string_view bytes) {
  while (!broken_ && !bytes.empty()) {
    const ssize_t sent = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      broken_ = true;  // gone, or it did not read for longer than the socket's time limit
    }
  }
  return !broken_;
}

}  // namespace parley
