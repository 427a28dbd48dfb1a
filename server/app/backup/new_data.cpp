#include "app/backup/new_data.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"

namespace parley::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kParts[] = {"people.sqlite", "channels"};

bool was_interrupted(const fs::path& data) {
  std::error_code error;
  return fs::exists(data / DataDir::kRestoring, error);
}

/// But for the lock of those who looked.
bool holds_nothing(const fs::path& data) {
  std::error_code error;
  for (fs::directory_iterator at(data, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename() != "LOCK") return false;
  }
  return true;
}

/// Nothing where there was nothing.
Result<fs::path> move_aside(const fs::path& data, bool replace) {
  std::error_code error;
  if (!fs::exists(data, error)) return fs::path();
  if (auto owned = DataDir::check_owner(data); !owned) return fail(owned.error());
  // Held while it is looked at and moved, so that no server is at work in it.
  const auto held = DataDir::lock(data.string(), DataDir::Restoring::yes);
  if (!held) return fail(held.error());
  if (holds_nothing(data) || was_interrupted(data)) return fs::path();
  if (!replace) {
    return fail(
        ErrorCode::store_unavailable,
        fmt::format("{} is not empty: name an empty directory, or add --yes to move this one aside", data.string()));
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  fs::path aside = held->path().string() + fmt::format(".before-restore-{:%Y%m%dT%H%M%SZ}", now);
  if (auto moved = rename_path(held->path(), aside); !moved) return fail(moved.error());
  return aside;
}

}  // namespace

Result<NewData> NewData::begin(const fs::path& data, bool replace) {
  auto aside = move_aside(data, replace);
  if (!aside) return fail(aside.error());
  auto held = DataDir::lock(data.string(), DataDir::Restoring::yes);
  if (!held) return fail(held.error());
  NewData made(std::move(*held), std::move(*aside));
  // Also what an interrupted attempt had put in place already.
  for (const char* name : kParts) {
    if (auto removed = remove_tree(made.held_.path() / name); !removed) return fail(removed.error());
  }
  if (auto removed = remove_tree(made.part()); !removed) return fail(removed.error());
  if (auto there = make_directory(made.part()); !there) return fail(there.error());
  return made;
}

Result<void> NewData::finish() {
  if (auto synced = sync_directory(part()); !synced) return synced;
  for (const char* name : kParts) {
    if (auto moved = rename_path(part() / name, held_.path() / name); !moved) return moved;
  }
  if (auto synced = sync_directory(held_.path()); !synced) return synced;
  if (auto removed = remove_tree(part()); !removed) return removed;
  return sync_directory(held_.path());
}

void NewData::give_up() {
  // What cannot be removed now, the next attempt removes.
  static_cast<void>(remove_tree(part()));
}

}  // namespace parley::backup
