// Where the server is, and sockets to it.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "bench/options.hpp"

namespace parley::bench {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  std::string host_header;  // as the Host header names it
  bool local = false;       // this machine's loopback
};

/// Waits for the name service. Errors: unreachable host names, with a text.
Result<Address> resolve(const Server& server);

/// From where a socket connects: from the address that the kernel chooses, or, to a server on this machine's IPv4
/// loopback, from one of many in turn. Limits per address then hold for each of them.
enum class Source : std::uint8_t { any, many };

/// A non-blocking TCP socket that connects; -1 with errno where that failed at once.
int start_connecting(const Address& address, Source source);
/// 0 once a connecting socket is connected, else the errno why not.
int connect_error(int fd);

/// Raises the soft limit of descriptors to the hard one; returns that.
std::size_t raise_descriptor_limit();

}  // namespace parley::bench
