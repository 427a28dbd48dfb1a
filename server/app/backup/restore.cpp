#include "app/backup/restore.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"
#include "app/data_dir.hpp"
#include "engines/rocksdb/snapshot.hpp"
#include "engines/sql/sql_accounts.hpp"
#include "engines/system/thread_executor.hpp"

namespace parley::backup {
namespace {

namespace fs = std::filesystem;

/// Nothing but what a restore that was interrupted, and a lock, left.
bool holds_nothing(const fs::path& data) {
  std::error_code error;
  for (fs::directory_iterator at(data, error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename();
    if (name != "LOCK" && name != DataDir::kRestoring) return false;
  }
  return true;
}

bool was_interrupted(const fs::path& data) {
  std::error_code error;
  return fs::exists(data / DataDir::kRestoring, error);
}

Result<fs::path> move_aside(const fs::path& data) {
  // A trailing slash would name the inside.
  const fs::path whole = data.has_filename() ? data : data.parent_path();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const fs::path aside = whole.string() + fmt::format(".before-restore-{:%Y%m%dT%H%M%SZ}", now);
  if (auto moved = rename_path(whole, aside); !moved) return fail(moved.error());
  return aside;
}

/// Runs one call of the accounts' engine to its end.
Result<void> wait(const std::function<void(Completion<Result<void>>)>& call) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto future = promise->get_future();
  call([promise](Result<void> result) { promise->set_value(std::move(result)); });
  return future.get();
}

/// Tokens name what happened after the backup too: all of them end, and so do the keys that made them.
Result<void> end_sign_ins(const fs::path& people) {
  ThreadExecutor executor("restore");
  auto accounts = open_sqlite_accounts({.file = people});
  if (!accounts) return fail(accounts.error());
  const Time now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  auto ended = wait([&](auto done) { (*accounts)->sign_ins().end_all_sign_ins(executor, now, std::move(done)); });
  if (!ended) return ended;
  return wait([&](auto done) { (*accounts)->keys().forget_all_keys(executor, std::move(done)); });
}

Result<void> copy_checked(const Folder& folder, const Manifest& manifest, const fs::path& to,
                          const OnProgress& on_progress) {
  Progress progress{.step = "copy", .total = manifest.bytes()};
  if (auto made = make_directory(to / "channels"); !made) return made;
  for (const BackupFile& file : manifest.files) {
    const auto digest = copy_file(folder.path() / file.stored, to / file.path, [&](std::uint64_t more) {
      progress.done += more;
      return on_progress(progress);
    });
    if (!digest) return fail(digest.error());
    if (*digest != file.sha256) {
      return fail(ErrorCode::damaged, fmt::format("{} ({}) does not fit its checksum: restore another backup",
                                                  file.stored, file.path));
    }
  }
  for (const fs::path& directory : {to / "channels", to}) {
    if (auto synced = sync_directory(directory); !synced) return synced;
  }
  return {};
}

}  // namespace

Result<Restored> restore(const Folder& folder, const Manifest& manifest, const fs::path& data, bool replace,
                         const OnProgress& on_progress) {
  Restored restored{.manifest = manifest, .incarnation = {}, .moved_away = {}};
  const fs::path part = data / DataDir::kRestoring;
  {
    std::error_code error;
    const bool there = fs::exists(data, error);
    // Held while it is looked at and moved, so that no server is at work in it.
    auto held = there ? DataDir::lock(data.string(), DataDir::Restoring::yes) : Result<DataDir>(fail(ErrorCode::not_found));
    if (there && !held) return fail(held.error());
    if (there && !holds_nothing(data) && !was_interrupted(data)) {
      if (!replace) {
        return fail(ErrorCode::store_unavailable,
                    fmt::format("{} is not empty: name an empty directory, or add --yes to move this one aside",
                                data.string()));
      }
      auto aside = move_aside(data);
      if (!aside) return fail(aside.error());
      restored.moved_away = std::move(*aside);
    }
  }
  if (auto made = make_directory(data); !made) return fail(made.error());
  auto held = DataDir::lock(data.string(), DataDir::Restoring::yes);
  if (!held) return fail(held.error());
  // Also what an interrupted one had put in place already.
  for (const fs::path& old : {part, data / "channels", data / "people.sqlite"}) {
    if (auto removed = remove_tree(old); !removed) return fail(removed.error());
  }
  if (auto copied = copy_checked(folder, manifest, part, on_progress); !copied) {
    static_cast<void>(remove_tree(part));
    return fail(copied.error());
  }
  on_progress({.step = "sign-ins", .done = 0, .total = 0});
  RocksOptions options;
  options.path = (part / "channels").string();
  auto incarnation = renew_incarnation(options);
  if (!incarnation) return fail(incarnation.error());
  restored.incarnation = incarnation->str();
  if (auto ended = end_sign_ins(part / "people.sqlite"); !ended) return fail(ended.error());
  for (const char* name : {"people.sqlite", "channels"}) {
    if (auto moved = rename_path(part / name, data / name); !moved) return fail(moved.error());
  }
  if (auto synced = sync_directory(data); !synced) return fail(synced.error());
  if (auto removed = remove_tree(part); !removed) return fail(removed.error());
  if (auto synced = sync_directory(data); !synced) return fail(synced.error());
  return restored;
}

}  // namespace parley::backup
