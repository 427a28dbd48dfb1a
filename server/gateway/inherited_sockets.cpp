#include "gateway/inherited_sockets.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace parley {
namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;

/// Where it listens; nothing for what is no listening TCP socket.
std::optional<Endpoint> listens_on(int descriptor) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) return std::nullopt;
  Endpoint endpoint(boost::asio::ip::tcp::v6(), 0);
  size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(descriptor, endpoint.data(), &size) != 0 || size > endpoint.capacity()) return std::nullopt;
  if (endpoint.data()->sa_family != AF_INET && endpoint.data()->sa_family != AF_INET6) return std::nullopt;
  endpoint.resize(size);
  return endpoint;
}

}  // namespace

InheritedSockets::~InheritedSockets() {
  for (const int descriptor : descriptors_) ::close(descriptor);
}

std::optional<int> InheritedSockets::take(const Endpoint& endpoint) {
  const auto found =
      std::find_if(descriptors_.begin(), descriptors_.end(), [&](int one) { return listens_on(one) == endpoint; });
  if (found == descriptors_.end()) return std::nullopt;
  const int descriptor = *found;
  descriptors_.erase(found);
  return descriptor;
}

std::string InheritedSockets::left() const {
  std::ostringstream text;
  for (const int descriptor : descriptors_) {
    const auto endpoint = listens_on(descriptor);
    if (text.tellp() > 0) text << ", ";
    if (endpoint) {
      text << *endpoint;
    } else {
      text << "a socket that is not TCP";
    }
  }
  return text.str();
}

}  // namespace parley
