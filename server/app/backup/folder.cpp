#include "app/backup/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"

namespace parley::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "PARLEY-BACKUPS";
constexpr std::string_view kPartial = ".partial";

Result<std::vector<std::string>> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  if (error)
    return fail(ErrorCode::store_unavailable, fmt::format("cannot list {}: {}", directory.string(), error.message()));
  std::ranges::sort(names);
  return names;
}

Result<void> make_new(const fs::path& path) {
  if (auto made = make_directory(path); !made) return made;
  auto names = names_in(path);
  if (!names) return fail(names.error());
  std::erase(*names, "LOCK");
  if (!names->empty()) {
    return fail(ErrorCode::store_unavailable,
                fmt::format("{} is neither empty nor a folder of backups: name another one", path.string()));
  }
  for (const char* part : {"files", "backups"}) {
    if (auto made = make_directory(path / part); !made) return made;
  }
  if (auto made = write_file(path / kMark, fmt::format("format {}\n", kFormat)); !made) return made;
  return sync_directory(path);
}

/// A program that does not know the format must not write here: it would remove what it does not understand.
Result<void> check_format(const fs::path& path) {
  const auto text = read_file(path / kMark);
  if (!text) return fail(text.error());
  std::uint64_t format = 0;
  constexpr std::string_view kWord = "format ";
  const char* end = text->data() + text->size();
  const bool reads = text->starts_with(kWord) &&
                     std::from_chars(text->data() + kWord.size(), end, format).ec == std::errc() && format > 0;
  if (!reads) return fail(ErrorCode::damaged, fmt::format("{} cannot be read", (path / kMark).string()));
  if (format <= kFormat) return {};
  return fail(ErrorCode::store_unavailable,
              fmt::format("{} has format {}, and this program knows up to {}: use a newer one", path.string(), format,
                          kFormat));
}

/// The lock of the folder; -1 where nobody can write, so that there is nothing to be kept away.
Result<int> hold(const fs::path& path, bool alone) {
  const auto lock = path / "LOCK";
  const int flags = O_CLOEXEC | O_NOFOLLOW;
  int descriptor = ::open(lock.c_str(), flags | O_RDWR | O_CREAT, 0600);
  if (descriptor < 0 && !alone) {
    const int why = errno;
    descriptor = ::open(lock.c_str(), flags | O_RDONLY);
    if (descriptor < 0 && (why == EROFS || errno == ENOENT)) return -1;
  }
  if (descriptor < 0) {
    return fail(ErrorCode::store_unavailable, fmt::format("cannot {} {}: {}", alone ? "write to" : "read",
                                                          path.string(), std::generic_category().message(errno)));
  }
  if (::flock(descriptor, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  return fail(ErrorCode::store_unavailable, fmt::format("another process works in {}: wait for it", path.string()));
}

Listed read_one(const fs::path& backup) {
  Listed listed{.id = backup.filename().string(), .manifest = {}};
  const auto json = read_file(backup / "manifest.json");
  const auto said = read_file(backup / "manifest.sha256");
  if (!json || !said) {
    listed.why = (json ? said : json).error().text();
    return listed;
  }
  const auto digest = digest_file(backup / "manifest.json", [](std::uint64_t) { return true; });
  if (!digest || !said->starts_with(*digest)) {
    listed.why = "the manifest does not fit its checksum";
    return listed;
  }
  auto manifest = parse_manifest(*json);
  if (manifest) {
    listed.manifest = std::move(*manifest);
  } else {
    listed.why = manifest.error().text();
    listed.is_newer = manifest.error().code == ErrorCode::store_unavailable;
  }
  return listed;
}

Error is_damaged(const BackupFile& file, std::string_view how) {
  return {ErrorCode::damaged, fmt::format("{} ({}) {}", file.stored, file.path, how)};
}

}  // namespace

Result<Folder> Folder::open(const fs::path& path, Use use) {
  std::error_code error;
  const bool is_one = fs::exists(path / kMark, error);
  if (!is_one && use != Use::write) {
    return fail(ErrorCode::not_found, error ? fmt::format("cannot read {}: {}", path.string(), error.message())
                                            : fmt::format("{} is no folder of backups", path.string()));
  }
  if (auto known = is_one ? check_format(path) : make_directory(path); !known) return fail(known.error());
  auto descriptor = use == Use::look ? Result<int>(-1) : hold(path, use == Use::write);
  if (!descriptor) return fail(descriptor.error());
  Folder folder(path, *descriptor);
  if (!is_one) {
    if (auto made = make_new(path); !made) return fail(made.error());
  }
  return folder;
}

bool Folder::is_of_backups(const fs::path& path) {
  std::error_code error;
  return fs::exists(path / kMark, error) || fs::exists(path / "manifest.json", error);
}

Folder::Folder(Folder&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Folder::~Folder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::vector<Listed>> Folder::list() const {
  auto names = names_in(backups());
  if (!names) return fail(names.error());
  std::vector<Listed> all;
  for (const std::string& name : *names) {
    if (name.ends_with(kPartial)) continue;
    Listed one = read_one(backups() / name);
    // Removed by another process while it was read.
    std::error_code error;
    if (!one.why.empty() && !fs::exists(backups() / name, error) && !error) continue;
    all.push_back(std::move(one));
  }
  return all;
}

Result<void> Folder::clean() const {
  auto names = names_in(backups());
  if (!names) return fail(names.error());
  for (const std::string& name : *names) {
    if (!name.ends_with(kPartial)) continue;
    if (auto removed = remove_tree(backups() / name); !removed) return removed;
  }
  auto all = list();
  if (!all) return fail(all.error());
  std::set<std::string> named;
  for (const Listed& one : *all) {
    // Which files a backup needs whose manifest cannot be read is not known, so nothing goes.
    if (!one.why.empty()) return {};
    for (const BackupFile& file : one.manifest.files) named.insert(file.stored);
  }
  auto kept = names_in(shared());
  if (!kept) return fail(kept.error());
  for (const std::string& name : *kept) {
    if (named.contains("files/" + name)) continue;
    if (auto removed = remove_tree(shared() / name); !removed) return removed;
  }
  return sync_directory(shared());
}

Result<std::vector<std::string>> Folder::prune(std::size_t keep) const {
  auto all = list();
  if (!all) return fail(all.error());
  std::erase_if(*all, [](const Listed& one) { return !one.why.empty(); });
  std::vector<std::string> gone;
  for (std::size_t i = 0; i + keep < all->size(); ++i) {
    const std::string& id = (*all)[i].id;
    // From this rename on it is one that `clean` removes, however far it comes.
    if (auto renamed = rename_path(backups() / id, backups() / (id + std::string(kPartial))); !renamed) {
      return fail(renamed.error());
    }
    gone.push_back(id);
  }
  if (gone.empty()) return gone;
  if (auto synced = sync_directory(backups()); !synced) return fail(synced.error());
  if (auto cleaned = clean(); !cleaned) return fail(cleaned.error());
  return gone;
}

Result<void> Folder::verify(const Manifest& manifest, const OnProgress& on_progress) const {
  Progress progress{.step = "verify", .total = manifest.bytes()};
  for (const BackupFile& file : manifest.files) {
    std::error_code error;
    const auto bytes = fs::file_size(path_ / file.stored, error);
    if (error) return fail(is_damaged(file, "is missing"));
    if (bytes != file.bytes) return fail(is_damaged(file, fmt::format("has {} bytes, not {}", bytes, file.bytes)));
    const auto digest = digest_file(path_ / file.stored, [&](std::uint64_t more) {
      progress.done += more;
      return on_progress(progress);
    });
    if (!digest) return fail(digest.error());
    if (*digest != file.sha256) return fail(is_damaged(file, "does not fit its checksum"));
  }
  return {};
}

}  // namespace parley::backup
