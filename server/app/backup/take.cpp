#include "app/backup/take.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"
#include "app/backup/last.hpp"
#include "app/people_there.hpp"
#include "base/version.hpp"
#include "engines/rocksdb/snapshot.hpp"
#include "engines/sql/sqlite_copy.hpp"

namespace parley::backup {
namespace {

namespace fs = std::filesystem;

Time now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::string id_for(Time time, const fs::path& backups) {
  const std::string stem = fmt::format("{:%Y%m%dT%H%M%SZ}", std::chrono::floor<std::chrono::seconds>(time));
  std::string id = stem;
  std::error_code error;
  for (int n = 2; fs::exists(backups / id, error); ++n) id = fmt::format("{}-{:02}", stem, n);
  return id;
}

/// One run. Everything that it makes is gone afterwards, unless it came to its end.
class Run {
 public:
  Run(RocksChannelStore& channels, const fs::path& data, const Folder& folder, const OnProgress& on_progress)
      : channels_(channels),
        data_(data),
        people_(data / "people.sqlite"),
        snapshot_(data / "snapshot.tmp"),
        folder_(folder),
        on_progress_(on_progress) {}
  ~Run() {
    // What cannot be removed now, the next run removes.
    static_cast<void>(remove_tree(snapshot_));
    static_cast<void>(folder_.clean());
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<Taken> run() {
    if (auto ready = prepare(); !ready) return fail(ready.error());
    if (auto held = take_moment(); !held) return fail(held.error());
    if (auto copied = copy_all(); !copied) return fail(copied.error());
    if (auto finished = finish(); !finished) return fail(finished.error());
    return std::move(taken_);
  }

 private:
  [[nodiscard]] fs::path own() const { return folder_.backups() / (taken_.manifest.id + ".partial"); }

  Result<void> prepare() {
    if (auto cleaned = folder_.clean(); !cleaned) return cleaned;
    if (auto removed = remove_tree(snapshot_); !removed) return removed;
    auto earlier = folder_.list();
    if (!earlier) return fail(earlier.error());
    for (Listed& backup : *earlier) {
      if (!backup.why.empty()) taken_.unreadable.push_back(backup.id);
      for (BackupFile& file : backup.manifest.files) {
        if (file.stored.starts_with("files/")) known_[file.stored] = std::move(file);
      }
    }
    if (!on_progress_({.step = "flush"})) return fail(ErrorCode::store_unavailable, "told to end");
    return channels_.flush();
  }

  /// Nobody writes to people while the channel store's moment is taken. So every job that is done in the copy of people
  /// was done in the channels before, and every account that the channels name is there.
  Result<void> take_moment() {
    Manifest& manifest = taken_.manifest;
    manifest.incarnation = channels_.incarnation().str();
    manifest.version = std::string(version());
    manifest.id = id_for(now(), folder_.backups());
    if (auto made = make_directory(own() / "channels"); !made) return made;
    return copy_sqlite(people_, own() / "people.sqlite", [&]() -> Result<void> {
      manifest.time = now();
      return channels_.snapshot(snapshot_.string());
    });
  }

  Result<void> copy_all() {
    auto files = snapshot_files(snapshot_.string());
    if (!files) return fail(files.error());
    for (const SnapshotFile& file : *files) progress_.total += file.bytes;
    for (const SnapshotFile& file : *files) {
      if (is_known(file) && is_sound(file)) {
        keep(file);
      } else if (auto copied = copy(file); !copied) {
        return copied;
      }
    }
    return add_people();
  }

  [[nodiscard]] static std::string shared_name(const SnapshotFile& file) { return "files/" + file.unique + ".sst"; }

  [[nodiscard]] bool is_known(const SnapshotFile& file) const {
    if (file.unique.empty()) return false;
    const auto at = known_.find(shared_name(file));
    if (at == known_.end() || at->second.bytes != file.bytes) return false;
    std::error_code error;
    return fs::file_size(folder_.path() / at->first, error) == file.bytes && !error;
  }

  /// A file that rots in the folder rots in every backup that has it, and here is the last chance to mend it.
  bool is_sound(const SnapshotFile& file) {
    progress_.step = "check";
    const auto digest = digest_file(folder_.path() / shared_name(file), [&](std::uint64_t more) {
      progress_.done += more;
      return on_progress_(progress_);
    });
    if (digest && *digest == known_.at(shared_name(file)).sha256) return true;
    ++taken_.mended_files;
    progress_.total += file.bytes;
    return false;
  }

  void keep(const SnapshotFile& file) {
    BackupFile kept = known_.at(shared_name(file));
    kept.path = "channels/" + file.name;
    taken_.manifest.files.push_back(std::move(kept));
  }

  Result<void> copy(const SnapshotFile& file) {
    progress_.step = "copy";
    const bool is_shared = !file.unique.empty();
    const fs::path to = is_shared ? folder_.path() / shared_name(file) : own() / "channels" / file.name;
    // Of an earlier backup, and not what it should be: replaced. That backup is mended by it.
    if (auto removed = is_shared ? remove_tree(to) : Result<void>(); !removed) return removed;
    auto digest = copy_file(snapshot_ / file.name, to, [&](std::uint64_t more) {
      progress_.done += more;
      return on_progress_(progress_);
    });
    if (!digest) return fail(digest.error());
    ++taken_.copied_files;
    taken_.copied_bytes += file.bytes;
    taken_.manifest.files.push_back({.path = "channels/" + file.name,
                                     .stored = is_shared ? shared_name(file) : stored_here("channels/" + file.name),
                                     .bytes = file.bytes,
                                     .sha256 = std::move(*digest)});
    return {};
  }

  [[nodiscard]] std::string stored_here(const std::string& path) const {
    return "backups/" + taken_.manifest.id + "/" + path;
  }

  Result<void> add_people() {
    const fs::path copy = own() / "people.sqlite";
    if (auto synced = sync_file(copy); !synced) return synced;
    auto digest = digest_file(copy, [&](std::uint64_t) { return on_progress_(progress_); });
    if (!digest) return fail(digest.error());
    std::error_code error;
    const std::uint64_t bytes = fs::file_size(copy, error);
    ++taken_.copied_files;
    taken_.copied_bytes += bytes;
    taken_.manifest.files.push_back({.path = "people.sqlite",
                                     .stored = stored_here("people.sqlite"),
                                     .bytes = bytes,
                                     .sha256 = std::move(*digest)});
    return {};
  }

  /// The backup is one from the last rename on.
  Result<void> finish() {
    std::error_code error;
    const fs::path json = own() / "manifest.json";
    if (auto written = write_file(json, to_json(taken_.manifest)); !written) return written;
    auto digest = digest_file(json, [](std::uint64_t) { return true; });
    if (!digest) return fail(digest.error());
    if (auto written = write_file(own() / "manifest.sha256", *digest + "  manifest.json\n"); !written) return written;
    for (const fs::path& directory : {own() / "channels", own(), folder_.shared()}) {
      if (auto synced = sync_directory(directory); !synced) return synced;
    }
    if (auto renamed = rename_path(own(), folder_.backups() / taken_.manifest.id); !renamed) return renamed;
    if (auto synced = sync_directory(folder_.backups()); !synced) return synced;
    // Where that cannot be noted, as on a full disk, the backup is good all the same and its age too high.
    const fs::path folder = fs::absolute(folder_.path(), error);
    static_cast<void>(note_last_backup(data_, {taken_.manifest.time, taken_.manifest.id, folder.string()}));
    return {};
  }

  RocksChannelStore& channels_;
  const fs::path data_;
  const fs::path people_;
  const fs::path snapshot_;
  const Folder& folder_;
  const OnProgress& on_progress_;
  std::map<std::string, BackupFile> known_;  // by where they are stored
  Progress progress_;
  Taken taken_;
};

}  // namespace

Result<void> check_place(const fs::path& data, const fs::path& folder) {
  std::error_code error;
  const fs::path from = fs::weakly_canonical(data, error);  // it is there: without a slash at its end
  const fs::path whole = fs::weakly_canonical(folder, error);
  const fs::path to = whole.has_filename() ? whole : whole.parent_path();
  const auto inside = to.lexically_relative(from);
  if (to != from && (inside.empty() || *inside.begin() != "channels")) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} is where the server keeps its data: name another folder for its backups", to.string()));
}

Result<Taken> take_backup(RocksChannelStore& channels, const fs::path& data, const Folder& folder,
                          const OnProgress& on_progress) {
  if (auto there = check_people_there(data / "people.sqlite", channels); !there) return fail(there.error());
  return Run(channels, data, folder, on_progress).run();
}

boost::json::object to_json(const Taken& taken, const std::vector<std::string>& pruned) {
  const Manifest& manifest = taken.manifest;
  return {{"id", manifest.id},
          {"time", to_unix_ms(manifest.time)},
          {"incarnation", manifest.incarnation},
          {"files", manifest.files.size()},
          {"bytes", manifest.bytes()},
          {"copied_files", taken.copied_files},
          {"copied_bytes", taken.copied_bytes},
          {"mended_files", taken.mended_files},
          {"unreadable", boost::json::array(taken.unreadable.begin(), taken.unreadable.end())},
          {"removed", boost::json::array(pruned.begin(), pruned.end())}};
}

Result<void> remove_old_snapshot(const fs::path& data) {
  return remove_tree(data / "snapshot.tmp");
}

}  // namespace parley::backup
