#include "app/web_app.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley {
namespace {

constexpr std::string_view kFirstLine = "parley-web 1";

struct PackEntry {
  std::string path;
  std::array<std::size_t, 3> sizes{};  // plain, gzip, brotli
};

/// Takes it from the front; nullopt where `text` has no whole line.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<PackEntry> read_entry(std::string_view line) {
  PackEntry entry;
  const std::size_t path = line.find(' ');
  if (path == std::string_view::npos || !line.starts_with('/')) return std::nullopt;
  entry.path = line.substr(0, path);
  const char* at = line.data() + path;
  const char* const end = line.data() + line.size();
  for (std::size_t& size : entry.sizes) {
    if (at == end || *at != ' ') return std::nullopt;
    const auto [rest, error] = std::from_chars(at + 1, end, size);
    if (error != std::errc{}) return std::nullopt;
    at = rest;
  }
  return at == end ? std::optional(std::move(entry)) : std::nullopt;
}

std::optional<std::string> take_bytes(std::string_view& text, std::size_t size) {
  if (size > text.size()) return std::nullopt;
  std::string bytes(text.substr(0, size));
  text.remove_prefix(size);
  return bytes;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Result<WebFiles> read_web_pack(std::string_view pack) {
  WebFiles files;
  if (pack.empty()) return files;
  const auto damaged = [] { return fail(ErrorCode::damaged, "The web app in this program is no pack of files."); };
  if (take_line(pack) != kFirstLine) return damaged();
  std::vector<PackEntry> entries;
  for (;;) {
    const auto line = take_line(pack);
    if (!line) return damaged();
    if (line->empty()) break;
    auto entry = read_entry(*line);
    if (!entry) return damaged();
    entries.push_back(std::move(*entry));
  }
  for (PackEntry& entry : entries) {
    auto plain = take_bytes(pack, entry.sizes[0]);
    auto gzip = take_bytes(pack, entry.sizes[1]);
    auto brotli = take_bytes(pack, entry.sizes[2]);
    if (!plain || !gzip || !brotli) return damaged();
    files.add(std::move(entry.path), std::move(*plain), std::move(*gzip), std::move(*brotli));
  }
  if (!pack.empty()) return damaged();
  return files;
}

Result<WebFiles> read_web_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_regular_file(folder / "index.html", error)) {
    return fail(ErrorCode::not_found, fmt::format("web_dir: there is no index.html in {}", folder.string()));
  }
  WebFiles files;
  for (auto it = fs::recursive_directory_iterator(folder, error); !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    if (!it->is_regular_file(error)) continue;
    const fs::path& path = it->path();
    const bool is_form = path.extension() == ".gz" || path.extension() == ".br";
    if (is_form && fs::exists(fs::path(path).replace_extension(), error)) continue;
    files.add("/" + path.lexically_relative(folder).generic_string(), read_file(path), read_file(path.string() + ".gz"),
              read_file(path.string() + ".br"));
  }
  if (error) {
    return fail(ErrorCode::not_found, fmt::format("web_dir: {}: {}", folder.string(), error.message()));
  }
  return files;
}

Result<WebFiles> web_files(const Config& config, std::string_view pack) {
  if (!config.web) return WebFiles();
  return config.web_dir.empty() ? read_web_pack(pack) : read_web_folder(config.web_dir);
}

}  // namespace parley
