#include "parley/address.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace parley::cli {

std::string Address::authority() const {
  const bool usual = port == (tls ? "443" : "80");
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return usual ? name : name + ":" + port;
}

std::string Address::url() const {
  return (tls ? "https://" : "http://") + authority();
}

Outcome<Address> parse_address(const std::string& text) {
  const auto refuse = [&](const char* why) {
    return std::unexpected(
        usage(fmt::format("'{}' is no server: {}. Write it like http://127.0.0.1:8080.", text, why)));
  };
  const auto url = boost::urls::parse_uri(text);
  if (!url) return refuse("it is no URL");
  Address address;
  const std::string scheme(url->scheme().data(), url->scheme().size());
  if (scheme == "https" || scheme == "wss") {
    address.tls = true;
  } else if (scheme != "http" && scheme != "ws") {
    return refuse("only http and https are spoken");
  }
  address.host = url->host_address();
  if (address.host.empty()) return refuse("there is no host in it");
  address.port = url->has_port() ? std::string(url->port()) : (address.tls ? "443" : "80");
  const std::string path(url->encoded_path().data(), url->encoded_path().size());
  if ((path != "" && path != "/") || url->has_query() || url->has_fragment() || url->has_userinfo()) {
    return refuse("nothing may stand behind the host");
  }
  return address;
}

}  // namespace parley::cli
