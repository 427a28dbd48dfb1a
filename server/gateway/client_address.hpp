// Who is at the other end, seen through the proxies that are believed.
#pragma once

#include "gateway/address.hpp"
#include "gateway/http_message.hpp"

namespace parley {

struct ClientAddress {
  AddressKey key{};
  bool secure = false;   // the client speaks TLS
  bool proxied = false;  // a proxy told it
};

/// Whom `request`, which came from `peer`, is of. X-Forwarded-For is read from its end, where the nearest proxy writes,
/// and believed as far as the addresses are `trusted`; X-Forwarded-Proto only when `peer` is.
ClientAddress client_of(const HttpRequest& request, const ClientAddress& peer, const NetworkList& trusted);

}  // namespace parley
