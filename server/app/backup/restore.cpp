#include "app/backup/restore.hpp"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"
#include "app/backup/new_data.hpp"
#include "engines/rocksdb/snapshot.hpp"
#include "engines/sql/sql_accounts.hpp"
#include "engines/system/thread_executor.hpp"

namespace parley::backup {
namespace {

namespace fs = std::filesystem;

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
      return fail(ErrorCode::damaged,
                  fmt::format("{} ({}) does not fit its checksum: restore another backup", file.stored, file.path));
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
  auto made = NewData::begin(data, replace);
  if (!made) return fail(made.error());
  Restored restored{.manifest = manifest, .incarnation = {}, .moved_away = {}};
  const auto fill = [&]() -> Result<void> {
    if (auto copied = copy_checked(folder, manifest, made->part(), on_progress); !copied) return copied;
    on_progress({.step = "sign-ins"});
    RocksOptions options;
    options.path = (made->part() / "channels").string();
    auto incarnation = renew_incarnation(options);
    if (!incarnation) return fail(incarnation.error());
    restored.incarnation = incarnation->str();
    return end_sign_ins(made->part() / "people.sqlite");
  };
  if (auto filled = fill(); !filled) {
    made->give_up();
    return fail(filled.error());
  }
  if (auto finished = made->finish(); !finished) return fail(finished.error());
  restored.moved_away = made->moved_away();
  return restored;
}

}  // namespace parley::backup
