#include "app/backup/last.hpp"

#include <boost/json.hpp>

#include "app/backup/files.hpp"

namespace parley::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "last-backup.json";

}  // namespace

std::optional<Last> last_backup(const fs::path& data) {
  const auto text = read_file(data / kName);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  const auto json = boost::json::parse(*text, error);
  const auto* object = error ? nullptr : json.if_object();
  const auto* time = object == nullptr ? nullptr : object->if_contains("time");
  const auto* id = object == nullptr ? nullptr : object->if_contains("id");
  const auto* folder = object == nullptr ? nullptr : object->if_contains("folder");
  if (time == nullptr || id == nullptr || folder == nullptr) return std::nullopt;
  if (!time->is_int64() || !id->is_string() || !folder->is_string()) return std::nullopt;
  return Last{from_unix_ms(time->get_int64()), std::string(id->get_string()), std::string(folder->get_string())};
}

Result<void> note_last_backup(const fs::path& data, const Last& last) {
  const fs::path fresh = data / (std::string(kName) + ".tmp");
  const boost::json::object json{{"time", to_unix_ms(last.time)}, {"id", last.id}, {"folder", last.folder}};
  if (auto removed = remove_tree(fresh); !removed) return removed;
  if (auto written = write_file(fresh, boost::json::serialize(json) + "\n"); !written) return written;
  return rename_path(fresh, data / kName);
}

}  // namespace parley::backup
