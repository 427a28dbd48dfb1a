#include "app/backup/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <exception>

namespace parley::backup {
namespace {

std::string text(const boost::json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

/// One or more plain names with slashes between; nothing that leads out of the folder.
bool is_plain_path(std::string_view path) {
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    const bool plain = !part.empty() && part != "." && part != ".." && part.find('\0') == std::string_view::npos;
    if (!plain) return false;
    if (part.size() == path.size()) return true;
    path.remove_prefix(part.size() + 1);
  }
  return false;
}

bool is_in_its_place(const BackupFile& file) {
  const bool known = file.path == "people.sqlite" || file.path.starts_with("channels/");
  const bool kept = file.stored.starts_with("files/") || file.stored.starts_with("backups/");
  return known && kept && is_plain_path(file.path) && is_plain_path(file.stored);
}

Manifest read(const boost::json::object& object) {
  Manifest manifest;
  manifest.id = text(object, "id");
  manifest.time = from_unix_ms(object.at("time").to_number<std::int64_t>());
  manifest.incarnation = text(object, "incarnation");
  manifest.version = text(object, "version");
  for (const auto& value : object.at("files").as_array()) {
    const auto& file = value.as_object();
    manifest.files.push_back({.path = text(file, "path"),
                              .stored = text(file, "stored"),
                              .bytes = file.at("bytes").to_number<std::uint64_t>(),
                              .sha256 = text(file, "sha256")});
  }
  return manifest;
}

}  // namespace

std::uint64_t Manifest::bytes() const {
  std::uint64_t all = 0;
  for (const BackupFile& file : files) all += file.bytes;
  return all;
}

std::string to_json(const Manifest& manifest) {
  std::string out = fmt::format(
      "{{\"format\": {},\n \"id\": {},\n \"time\": {},\n \"incarnation\": {},\n \"version\": {},\n \"files\": [",
      kFormat, boost::json::serialize(boost::json::string(manifest.id)), to_unix_ms(manifest.time),
      boost::json::serialize(boost::json::string(manifest.incarnation)),
      boost::json::serialize(boost::json::string(manifest.version)));
  const char* between = "\n  ";
  for (const BackupFile& file : manifest.files) {
    out += between + boost::json::serialize(boost::json::object{
                         {"path", file.path}, {"stored", file.stored}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    between = ",\n  ";
  }
  return out + "]}\n";
}

Result<Manifest> parse_manifest(std::string_view json) {
  try {
    const auto parsed = boost::json::parse(json);
    const auto& object = parsed.as_object();
    const auto format = object.at("format").to_number<std::uint64_t>();
    if (format > kFormat) {
      return fail(
          ErrorCode::store_unavailable,
          fmt::format("the backup has format {}, and this program knows up to {}: use a newer one", format, kFormat));
    }
    Manifest manifest = read(object);
    if (std::ranges::all_of(manifest.files, is_in_its_place)) return manifest;
    return fail(ErrorCode::damaged, "the manifest names a file outside the backup");
  } catch (const std::exception& wrong) {
    return fail(ErrorCode::damaged, std::string("the manifest cannot be read: ") + wrong.what());
  }
}

}  // namespace parley::backup
