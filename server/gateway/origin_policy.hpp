// Which web origins may talk to this server (RFC 6454, Fetch standard's CORS protocol).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http_message.hpp"

namespace parley {

class OriginPolicy {
 public:
  /// Serialised origins ("https://chat.example"), compared without case; "*" allows every origin, without credentials.
  explicit OriginPolicy(std::vector<std::string> allowed);

  /// Absent (empty) origins are allowed: no browser sent them. So is the server's own host.
  [[nodiscard]] bool allows(std::string_view origin, std::string_view host) const;
  /// A CORS preflight: OPTIONS with Origin and Access-Control-Request-Method.
  [[nodiscard]] static bool is_preflight(const HttpRequest& request);
  [[nodiscard]] HttpResponse answer_preflight(const HttpRequest& request) const;
  /// Lets the page at `origin` read the answer, where it may.
  void add_headers(HttpResponse& response, std::string_view origin) const;

 private:
  [[nodiscard]] bool is_listed(std::string_view origin) const;

  std::vector<std::string> allowed_;
  bool everyone_ = false;
};

}  // namespace parley
