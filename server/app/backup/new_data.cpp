#include "app/backup/new_data.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"

namespace parley::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::array kParts{"people.sqlite", "channels"};
/// What belongs to the old ones too. SQLite's own files go first: a database must never meet those of another.
constexpr std::array kOldParts{"people.sqlite-wal", "people.sqlite-shm", "people.sqlite", "channels"};
constexpr std::string_view kAside = "before-restore-";
constexpr const char* kWhole = "whole";
constexpr const char* kDone = "restore.done";

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// But for what lies in every directory that was looked at, or that is a disk of its own.
bool holds_nothing(const fs::path& data) {
  static constexpr std::array<std::string_view, 4> kOurs{"LOCK", DataDir::kRestoring, kDone, "lost+found"};
  std::error_code error;
  for (fs::directory_iterator at(data, error), end; !error && at != end; at.increment(error)) {
    if (std::ranges::find(kOurs, at->path().filename().string()) == kOurs.end()) return false;
  }
  return true;
}

/// Synced, so that a loss of power sees the moves in their order.
Result<void> move(const fs::path& from, const fs::path& to) {
  if (auto moved = rename_path(from, to); !moved) return moved;
  if (auto synced = sync_directory(to.parent_path()); !synced) return synced;
  return sync_directory(from.parent_path());
}

fs::path aside_in(const fs::path& data) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string stem = fmt::format("{}{:%Y%m%dT%H%M%SZ}", kAside, now);
  fs::path aside = data / stem;
  for (int n = 2; is_there(aside); ++n) aside = data / fmt::format("{}-{:02}", stem, n);
  return aside;
}

/// Brings everything back to where it lay before an exchange that did not come to its end. It may be interrupted too:
/// where a part lies tells which steps are done.
Result<void> undo_exchange(const fs::path& data) {
  const fs::path part = data / DataDir::kRestoring;
  if (!is_there(part / kWhole)) return {};
  const auto name = read_file(part / kWhole);
  if (!name) return fail(name.error());
  if (!name->starts_with(kAside) || name->contains('/')) {
    return fail(ErrorCode::damaged, fmt::format("{} cannot be read", (part / kWhole).string()));
  }
  for (const char* one : kParts) {
    if (is_there(part / one) || !is_there(data / one)) continue;
    if (auto moved = move(data / one, part / one); !moved) return moved;
  }
  for (const char* one : kOldParts) {
    if (!is_there(data / *name / one)) continue;
    if (auto moved = move(data / *name / one, data / one); !moved) return moved;
  }
  // Only now: without it what lies in `data` counts as what was there before.
  if (auto removed = remove_tree(part / kWhole); !removed) return removed;
  std::error_code not_empty;
  fs::remove(data / *name, not_empty);
  return sync_directory(part);
}

}  // namespace

Result<NewData> NewData::begin(const fs::path& data, bool replace) {
  const bool is_new = !is_there(data);
  if (auto owned = DataDir::check_owner(data); !owned) return fail(owned.error());
  auto held = DataDir::lock(data.string(), DataDir::Restoring::yes);
  if (!held) return fail(held.error());
  if (auto undone = undo_exchange(held->path()); !undone) return fail(undone.error());
  if (!replace && !holds_nothing(held->path())) {
    return fail(ErrorCode::store_unavailable,
                fmt::format("{} is not empty: name an empty directory, or add --yes to put what is made in the place "
                            "of what is there, which is kept",
                            data.string()));
  }
  NewData made(std::move(*held), is_new);
  for (const fs::path& left : {made.part(), made.held_.path() / kDone}) {
    if (auto removed = remove_tree(left); !removed) return fail(removed.error());
  }
  if (auto there = make_directory(made.part()); !there) {
    made.give_up();
    return fail(there.error());
  }
  return made;
}

Result<void> NewData::exchange() {
  const fs::path& data = held_.path();
  const fs::path aside = aside_in(data);
  if (auto marked = write_file(part() / kWhole, aside.filename().string()); !marked) return marked;
  for (const fs::path& directory : {part(), data}) {
    if (auto synced = sync_directory(directory); !synced) return synced;
  }
  for (const char* name : kOldParts) {
    if (!is_there(data / name)) continue;
    if (auto there = make_directory(aside); !there) return there;
    if (auto moved = move(data / name, aside / name); !moved) return moved;
    moved_away_ = aside;
  }
  for (const char* name : kParts) {
    if (auto moved = move(part() / name, data / name); !moved) return moved;
  }
  return rename_path(part(), data / kDone);
}

Result<void> NewData::finish() {
  if (auto exchanged = exchange(); !exchanged) {
    moved_away_.clear();
    if (undo_exchange(held_.path())) give_up();
    return exchanged;
  }
  if (auto synced = sync_directory(held_.path()); !synced) return synced;
  // What cannot be removed now, the next attempt removes.
  static_cast<void>(remove_tree(held_.path() / kDone));
  return {};
}

void NewData::give_up() {
  // What cannot be removed now, the next attempt removes.
  const auto removed = remove_tree(part());
  if (!removed || !is_new_) return;
  std::error_code ignored;
  fs::remove(held_.path() / "LOCK", ignored);
  fs::remove(held_.path(), ignored);
}

}  // namespace parley::backup
