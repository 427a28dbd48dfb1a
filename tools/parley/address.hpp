// Where the server is.
#pragma once

#include <string>

#include "parley/failure.hpp"

namespace parley::cli {

struct Address {
  bool tls = false;
  std::string host;
  std::string port;
  std::string ca_file;  // certificates to trust besides the system's; empty: only those

  /// Such as "https://chat.example.org" or "http://127.0.0.1:8080".
  [[nodiscard]] std::string url() const;
  /// As the Host header has it.
  [[nodiscard]] std::string authority() const;
};

/// http, https, ws or wss, host and optional port, nothing behind. Failure `usage`.
Outcome<Address> parse_address(const std::string& url);

}  // namespace parley::cli
