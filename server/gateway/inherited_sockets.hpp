// Listening sockets that a service manager opened before this process began. For this folder's .cpp files.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/// Owns those that nobody has taken.
class InheritedSockets {
 public:
  explicit InheritedSockets(std::vector<int> descriptors) : descriptors_(std::move(descriptors)) {}
  ~InheritedSockets();
  InheritedSockets(const InheritedSockets&) = delete;
  InheritedSockets& operator=(const InheritedSockets&) = delete;

  /// The one that listens on exactly that address; the caller's from now on.
  std::optional<int> take(const boost::asio::ip::tcp::endpoint& endpoint);
  /// The addresses of the rest, for people; empty when all were taken.
  [[nodiscard]] std::string left() const;

 private:
  std::vector<int> descriptors_;
};

}  // namespace parley
