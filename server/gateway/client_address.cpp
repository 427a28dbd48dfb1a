#include "gateway/client_address.hpp"

#include <ranges>
#include <utility>

namespace parley {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

ClientAddress client_of(const HttpRequest& request, const ClientAddress& peer, const NetworkList& trusted) {
  ClientAddress client = peer;
  if (!trusted.holds(peer.key)) return client;
  bool proto_seen = false;
  bool believed = true;
  for (const auto& [name, value] : request.headers | std::views::reverse) {
    if (name == "x-forwarded-proto" && !std::exchange(proto_seen, true)) {
      if (trimmed(value) == "https") client.secure = true;
      if (trimmed(value) == "http") client.secure = false;
    }
    if (name != "x-forwarded-for") continue;
    std::string_view left = value;
    while (believed && trusted.holds(client.key)) {
      const std::size_t comma = left.rfind(',');
      const auto hop = parse_address(trimmed(left.substr(comma == std::string_view::npos ? 0 : comma + 1)));
      believed = hop.has_value();
      if (!believed) break;
      client.key = *hop;
      client.proxied = true;
      if (comma == std::string_view::npos) break;
      left = left.substr(0, comma);
    }
  }
  return client;
}

}  // namespace parley
