#include "app/repair/repair.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"
#include "app/store_lists.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "engines/rocksdb/salvage.hpp"
#include "engines/system/thread_executor.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;
using Kind = RepairNote::Kind;

constexpr const char* kManifest = "repair.json";
constexpr const char* kReading = "reading";  // links to the damaged store, while it is read

/// What verify finds; where files do not fit their sums, that alone: to know that a store is damaged it is not read
/// twice.
std::vector<Damage> verify(const fs::path& channels, const StepProgress& progress) {
  const auto store_damage = [](const Error& error) { return std::vector<Damage>{{ChannelId{}, 0, error.text()}}; };
  RocksOptions options;
  options.path = channels;
  options.create_if_missing = false;
  options.read_only = true;
  ThreadExecutor executor("repair");
  auto store = RocksChannelStore::open(options);
  if (!store) return store_damage(store.error());
  if (auto files = (*store)->verify_files(); !files) return store_damage(files.error());
  auto scan = (*store)->scan();
  if (!scan) return store_damage(scan.error());
  std::vector<Damage> found;
  verify_store(
      **scan, list_reader(**store, executor), [&](const Damage& damage) { found.push_back(damage); }, progress);
  return found;
}

fs::path folder_for(const fs::path& data, Time now) {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  const std::string name = fmt::format("repair-{:%Y%m%d-%H%M%S}", fmt::gmtime(seconds));
  fs::path folder = data / name;
  for (int n = 2; fs::exists(folder); ++n) folder = data / fmt::format("{}-{}", name, n);
  return folder;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::rebuilt:
      return "rebuilt";
    case Kind::lost:
      return "lost";
    case Kind::remains:
      return "remains";
  }
  return "unknown";
}

/// What repairs left that were killed: one that came as far as the exchange of stores had written repair.json before,
/// and its folder may hold the damaged store.
std::vector<fs::path> left_by_killed(const fs::path& data) {
  std::vector<fs::path> left;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(data, error)) {
    if (!entry.path().filename().string().starts_with("repair-") || !entry.is_directory(error)) continue;
    if (!fs::exists(entry.path() / kManifest, error))
      left.push_back(entry.path());
    else if (fs::exists(entry.path() / kReading, error))
      left.push_back(entry.path() / kReading);
  }
  return left;
}

/// One repair: reads, writes a new store, and puts it in the place of the old one.
class Repair {
 public:
  Repair(fs::path data, Time now, const RepairSink& note, const StepProgress& progress)
      : data_(std::move(data)), now_(now), note_(note), progress_(progress) {}
  ~Repair() {
    std::error_code ignored;
    salvage_.reset();
    fs::remove_all(folder_ / kReading, ignored);
    if (report_.kept.empty()) fs::remove_all(folder_, ignored);
  }
  Repair(const Repair&) = delete;
  Repair& operator=(const Repair&) = delete;

  Result<RepairReport> run(bool really) {
    report_.left_over = left_by_killed(data_);
    if (really) {
      for (const fs::path& path : report_.left_over) {
        if (auto removed = backup::remove_tree(path); !removed) return fail(removed.error());
      }
    }
    if (verify(channels(), progress_).empty()) return report_;
    report_.needed = true;
    folder_ = folder_for(data_, now_);
    if (auto opened = open(); !opened) return fail(opened.error());
    if (!really) {
      if (auto read = each_channel("read", [](const ChannelBatch&) { return Result<void>{}; }); !read) {
        return fail(read.error());
      }
      return report_;
    }
    if (auto written = write_new_store(); !written) return fail(written.error());
    report_.after = verify(folder_ / "channels", progress_);
    if (auto swapped = swap(); !swapped) return fail(swapped.error());
    return report_;
  }

 private:
  [[nodiscard]] fs::path channels() const { return data_ / "channels"; }

  void tell(const RepairNote& note) {
    if (note.kind == Kind::rebuilt) ++report_.rebuilt;
    if (note.kind == Kind::lost) ++report_.lost;
    if (note.kind == Kind::remains) ++report_.remains;
    if (listed_.size() < kListed) listed_.push_back(note);
    note_(note);
  }

  Result<void> open() {
    auto opened = RocksSalvage::open(channels(), folder_ / kReading, [this](std::string what, bool left_out) {
      files_left_out_ = files_left_out_ || left_out;
      tell({Kind::rebuilt, ChannelId{}, 0, std::move(what)});
    });
    if (!opened) return fail(opened.error());
    salvage_ = std::move(*opened);
    return {};
  }

  Result<void> each_channel(std::string_view step, const RepairWriter& write) {
    const RepairSink note = [this](const RepairNote& one) { tell(one); };
    partitions_ = salvage_->partitions();
    const auto all = salvage_->channels();
    std::uint64_t done_with = 0;
    for (const ChannelId& id : all) {
      if (progress_) progress_(step, done_with++, all.size());
      ChannelRepair channel(*salvage_, id, now_, note, write);
      if (auto done = channel.run(); !done) return done;
      if (channel.events() > 0) ++report_.channels;
      report_.events += channel.events();
      auto& partition = partitions_.at(partition_of(id));
      partition.position = std::max(partition.position, channel.position());
    }
    report_.new_incarnation = report_.lost > 0 || files_left_out_ || !salvage_->incarnation();
    return {};
  }

  Result<void> write_new_store() {
    auto made = RocksRebuild::create(folder_ / "channels", salvage_->incarnation().value_or(Incarnation()));
    if (!made) return fail(made.error());
    RocksRebuild& to = **made;
    const RepairWriter write = [&](const ChannelBatch& batch) { return to.put(batch); };
    if (auto done = each_channel("write", write); !done) return done;
    for (PartitionId partition = 0; partition < kPartitions; ++partition) {
      if (partitions_[partition].epoch == 0 && partitions_[partition].position == 0) continue;
      if (auto done = to.put(partition, partitions_[partition]); !done) return done;
    }
    for (const WaitingPurge& waiting : salvage_->waiting_purges()) {
      if (auto done = to.put(waiting); !done) return done;
    }
    return to.finish(report_.new_incarnation);
  }

  /// In one step, so that there is a whole store in the place at any time.
  Result<void> swap() {
    if (auto said = write_manifest(); !said) return said;
    for (const fs::path& made : {folder_ / "channels", folder_}) {
      if (auto synced = backup::sync_directory(made); !synced) return synced;
    }
    const fs::path fresh = folder_ / "channels";
    if (::syscall(SYS_renameat2, AT_FDCWD, fresh.c_str(), AT_FDCWD, channels().c_str(), RENAME_EXCHANGE) != 0) {
      return fail(ErrorCode::store_unavailable,
                  fmt::format("cannot put {} in the place of {}: {}", fresh.string(), channels().string(),
                              std::generic_category().message(errno)));
    }
    report_.kept = folder_;
    for (const fs::path& changed : {folder_, data_}) {
      if (auto synced = backup::sync_directory(changed); !synced) return synced;
    }
    return {};
  }

  Result<void> write_manifest() {
    boost::json::array notes;
    for (const RepairNote& note : listed_) {
      boost::json::object one{{"kind", name_of(note.kind)}, {"what", note.what}};
      if (!note.channel.is_nil()) one["channel"] = note.channel.str();
      if (note.seq != 0) one["seq"] = note.seq;
      notes.push_back(std::move(one));
    }
    boost::json::array files;
    for (const auto& entry : fs::directory_iterator(channels())) {
      if (entry.is_regular_file())
        files.push_back({{"name", entry.path().filename().string()}, {"bytes", entry.file_size()}});
    }
    const boost::json::object all{{"repaired", to_unix_ms(now_)}, {"kept", "channels"},
                                  {"rebuilt", report_.rebuilt},   {"lost", report_.lost},
                                  {"remains", report_.remains},   {"new_incarnation", report_.new_incarnation},
                                  {"notes", std::move(notes)},    {"files", std::move(files)}};
    const fs::path path = folder_ / kManifest;
    std::ofstream out(path);
    out << boost::json::serialize(all) << '\n';
    out.close();
    if (!out) return fail(ErrorCode::disk_full, "cannot write " + path.string());
    return backup::sync_file(path);
  }

  static constexpr std::size_t kListed = 100'000;

  const fs::path data_;
  const Time now_;
  const RepairSink& note_;
  const StepProgress& progress_;
  fs::path folder_;
  std::unique_ptr<RocksSalvage> salvage_;
  std::vector<PartitionState> partitions_;
  std::vector<RepairNote> listed_;
  bool files_left_out_ = false;
  RepairReport report_;
};

}  // namespace

Result<RepairReport> repair_store(const fs::path& data, bool really, Time now, const RepairSink& note,
                                  const StepProgress& progress) {
  return Repair(data, now, note, progress).run(really);
}

}  // namespace parley
