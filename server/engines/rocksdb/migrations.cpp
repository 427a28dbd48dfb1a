#include "engines/rocksdb/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engines/rocksdb/database.hpp"
#include "engines/rocksdb/keys.hpp"

namespace parley::rocks {
namespace {

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

std::uint64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Result<void> run(const MigratedStore& store, const Step& step) {
  std::string cursor;
  const auto found = store.db.Get({}, store.state, slice(kMetaUpgrading), &cursor);
  if (!found.ok() && !found.IsNotFound()) return fail(to_error(found, "cannot read how far an upgrade came"));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  for (bool more = true; more;) {
    rocksdb::WriteBatch changes;
    const auto worked = step.work(store, cursor, changes);
    if (!worked) return fail(worked.error());
    more = *worked;
    if (more) {
      changes.Put(store.state, slice(kMetaUpgrading), cursor);
    } else {
      changes.Delete(store.state, slice(kMetaUpgrading));
      changes.Put(store.state, slice(kMetaFormat), encode_u64(step.makes));
      changes.Put(store.state, std::string(kMetaUpgraded) + encode_u64(step.makes), encode_u64(unix_ms()));
    }
    const auto status = store.db.Write(synced, &changes);
    if (!status.ok()) return fail(to_error(status, fmt::format("cannot upgrade to format {}", step.makes)));
  }
  return {};
}

}  // namespace

std::span<const Step> steps() {
  return {};
}

Result<void> migrate(const MigratedStore& store, std::uint64_t from, std::span<const Step> all,
                     const std::function<void(std::string_view)>& tell) {
  auto step = std::ranges::find(all, from + 1, &Step::makes);
  if (step == all.end()) {
    return fail(ErrorCode::damaged, fmt::format("the store says it has format {}, which never was", from));
  }
  for (; step != all.end(); ++step) {
    if (tell) tell(fmt::format("upgrading the channel store to format {}: {}", step->makes, step->what));
    if (auto done = run(store, *step); !done) return done;
  }
  return {};
}

}  // namespace parley::rocks
