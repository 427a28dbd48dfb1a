#include "gateway/web_files.hpp"

#include <array>
#include <utility>

#include "base/hex.hpp"
#include "base/sha256.hpp"

namespace parley {
namespace {

constexpr std::size_t kDigestDigits = 20;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
}};

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

WebFile::Body body_of(std::string bytes) {
  return bytes.empty() ? nullptr : std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace

void WebFiles::add(std::string path, std::string plain, std::string gzip, std::string brotli) {
  WebFile file;
  file.content_type = type_of(path);
  file.digest = hex_encode(view(sha256({plain}))).substr(0, kDigestDigits);
  file.immutable = path.starts_with("/assets/");
  file.plain = std::make_shared<const std::string>(std::move(plain));
  file.gzip = body_of(std::move(gzip));
  file.brotli = body_of(std::move(brotli));
  files_.insert_or_assign(std::move(path), std::move(file));
}

const WebFile* WebFiles::find(std::string_view path) const {
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : &it->second;
}

}  // namespace parley
