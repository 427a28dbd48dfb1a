// Gives the web app to browsers and everything else to the API. docs/web.md says with which headers.
#pragma once

#include <functional>
#include <string_view>

#include "gateway/http_message.hpp"
#include "gateway/web_files.hpp"

namespace parley {

class WebSite final : public HttpHandler {
 public:
  /// Without files everything is the API's. Both outlive it.
  WebSite(const WebFiles& files, HttpHandler& api) : files_(files), api_(api) {}

  void handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) override;

 private:
  /// nullptr: the API is to answer.
  [[nodiscard]] const WebFile* file_for(const HttpRequest& request) const;

  const WebFiles& files_;
  HttpHandler& api_;
};

/// Whether `accept_encoding`, a header of RFC 9110 §12.5.3, names `coding` and does not rule it out.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);
/// Whether `if_none_match`, a header of RFC 9110 §13.1.2, names `etag`, which is strong.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace parley
