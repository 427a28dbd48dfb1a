#include "gateway/web_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace parley {
namespace {

/// Not the app's, whatever a browser asks for there.
constexpr std::array<std::string_view, 5> kOfTheApi{"/v1", "/.well-known", "/healthz", "/readyz", "/metrics"};

bool is_of_the_api(std::string_view path) {
  return std::any_of(kOfTheApi.begin(), kOfTheApi.end(), [&](std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  });
}

/// What a person may have in the address bar of the app: "/", "/settings/devices"; no file that is not there.
bool is_page(const HttpRequest& request) {
  if (request.path == "/") return true;
  const std::string_view last = std::string_view(request.path).substr(request.path.rfind('/'));
  return request.header("accept").find("text/html") != std::string_view::npos &&
         last.find('.') == std::string_view::npos && request.path.find("//") == std::string::npos;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Calls `visit` with every element of a comma-separated list until it says true.
template <class Visit>
bool any_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::string_view element = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), element.size() + 1));
    if (visit(trimmed(element))) return true;
  }
  return false;
}

/// No script, style or connection but of this very server; nothing inline; no frame around it.
std::string content_security_policy(const HttpRequest& request) {
  // 'self' covers WebSockets in new browsers alone.
  const std::string_view host = request.plain_host();
  const std::string sockets = host.empty() || host.starts_with('[') ? "" : fmt::format(" ws://{0} wss://{0}", host);
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
      "media-src 'self' blob:; connect-src 'self'{}; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; "
      "base-uri 'none'; form-action 'self'",
      sockets);
}

void add_headers(HttpResponse& response, const HttpRequest& request) {
  response.headers.emplace_back("Content-Security-Policy", content_security_policy(request));
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Permissions-Policy",
                                "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

HttpResponse answer(const WebFile& file, const HttpRequest& request) {
  HttpResponse response;
  const std::string_view accepted = request.header("accept-encoding");
  std::string etag = "\"" + file.digest;
  if (file.brotli && accepts_coding(accepted, "br")) {
    response.shared_body = file.brotli;
    response.headers.emplace_back("Content-Encoding", "br");
    etag += "-br";
  } else if (file.gzip && accepts_coding(accepted, "gzip")) {
    response.shared_body = file.gzip;
    response.headers.emplace_back("Content-Encoding", "gzip");
    etag += "-gz";
  } else {
    response.shared_body = file.plain;
  }
  etag += '"';
  response.content_type = file.content_type;
  response.cache_control = file.immutable ? "public, max-age=31536000, immutable" : "no-cache";
  if (names_etag(request.header("if-none-match"), etag)) {
    response.status = 304;
    response.shared_body.reset();
    response.headers.clear();
  }
  response.headers.emplace_back("ETag", std::move(etag));
  response.headers.emplace_back("Vary", "Accept-Encoding");
  add_headers(response, request);
  return response;
}

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  return any_element(accept_encoding, [&](std::string_view element) {
    const std::string_view name = trimmed(element.substr(0, element.find(';')));
    if (name != coding) return false;
    const std::size_t weight = element.find("q=");
    return weight == std::string_view::npos || element.find_first_of("123456789", weight) != std::string_view::npos;
  });
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  return any_element(if_none_match, [&](std::string_view element) {
    if (element.starts_with("W/")) element.remove_prefix(2);
    return element == "*" || element == etag;
  });
}

const WebFile* WebSite::file_for(const HttpRequest& request) const {
  if (request.method != "GET" || files_.empty() || is_of_the_api(request.path)) return nullptr;
  if (const WebFile* file = files_.find(request.path)) return file;
  return is_page(request) ? files_.find("/index.html") : nullptr;
}

void WebSite::handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) {
  if (const WebFile* file = file_for(request)) {
    const auto readable = request.check_query();  // as everywhere else, though files have no use for it
    return respond(readable ? answer(*file, request) : error_response(readable.error()));
  }
  api_.handle(std::move(request), std::move(respond));
}

}  // namespace parley
