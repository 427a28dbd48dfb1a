#include "engines/rocksdb/salvage.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "engines/rocksdb/database.hpp"
#include "engines/rocksdb/keys.hpp"
#include "engines/rocksdb/options.hpp"
#include "engines/rocksdb/torn_tail.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;
using Note = std::function<void(std::string, bool)>;

constexpr std::size_t kChannelKey = 18;  // 'c' channel kind

std::string_view view(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

Result<void> copy_store(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file(error) || name == "LOCK" || name.starts_with("LOG")) continue;
    // Table files are never written to again; logs and lists of files might be.
    if (entry.path().extension() == ".sst") fs::create_hard_link(entry.path(), to / name, error);
    if (entry.path().extension() != ".sst" || error) fs::copy_file(entry.path(), to / name, error);
    if (error) break;
  }
  if (!error) return {};
  return fail(error == std::errc::no_space_on_device ? ErrorCode::disk_full : ErrorCode::store_unavailable,
              fmt::format("cannot copy {} to {}: {}", from.string(), to.string(), error.message()));
}

std::set<std::string> tables_in(const fs::path& path) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() == ".sst") names.insert(entry.path().filename());
  }
  return names;
}

}  // namespace

struct RocksSalvage::Impl {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // default, events, outcomes
  /// Every table that is there was taken, also those that had been merged into others.
  bool made_anew = false;

  ~Impl() {
    for (auto* family : families) db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }

  static std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(const rocks::FamilyOptions& all) {
    return {{rocksdb::kDefaultColumnFamilyName, all.state},
            {rocks::kEventsFamily, all.events},
            {rocks::kOutcomesFamily, all.outcomes}};
  }

  static rocks::FamilyOptions lenient(const std::string& path) {
    RocksOptions options;
    options.path = path;
    rocks::FamilyOptions all = rocks::make_options(options, nullptr);
    all.database.listeners.clear();
    all.database.paranoid_checks = false;
    all.database.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    all.database.create_if_missing = all.database.create_missing_column_families = true;
    for (auto* family : {&all.state, &all.events, &all.outcomes}) family->disable_auto_compactions = true;
    return all;
  }

  rocksdb::Status open(const std::string& path) {
    const auto all = lenient(path);
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::Open(all.database, path, descriptors(all), &families, &raw);
    db.reset(raw);
    return status;
  }

  [[nodiscard]] static rocksdb::ReadOptions reading() {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    options.total_order_seek = true;
    return options;
  }

  [[nodiscard]] Result<std::optional<std::string>> get(std::size_t family, const std::string& key) const {
    std::string value;
    const auto status = db->Get(reading(), families[family], key, &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return fail(ErrorCode::damaged, status.ToString());
    return value;
  }

  /// lower <= key < upper, until `each` says no. False: something among them could not be read.
  template <class Each>
  bool walk(std::size_t family, const std::string& lower, const std::string& upper, Each each) const {
    rocksdb::ReadOptions options = reading();
    const rocksdb::Slice bound(upper);
    if (!upper.empty()) options.iterate_upper_bound = &bound;
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(options, families[family]));
    std::string next;
    for (it->Seek(lower); it->Valid(); made_anew ? it->Seek(next) : it->Next()) {
      if (!each(view(it->key()), view(it->value()))) return true;
      // Next aborts where a key is there twice that a merge took the sequence number from.
      if (made_anew) next.assign(it->key().data(), it->key().size()).push_back('\0');
    }
    return it->status().ok();
  }

  /// The first key from `from` on that can be read, past bytes that cannot: looked for in growing steps through the
  /// first bytes of the key, so that little that is sound is passed over.
  [[nodiscard]] std::optional<std::string> next_key(std::size_t family, std::string from) const {
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(reading(), families[family]));
    const auto seek = [&](const std::string& key) -> std::optional<std::string> {
      it->Seek(key);
      return it->Valid() ? std::optional(std::string(view(it->key()))) : std::nullopt;
    };
    if (auto found = seek(from)) return found;
    if (it->status().ok()) return std::nullopt;
    constexpr std::size_t kPrefix = 17;
    from.resize(kPrefix);
    for (std::size_t byte = kPrefix; byte-- > 0;) {
      while (static_cast<std::uint8_t>(from[byte]) != 0xFF) {
        from[byte] = static_cast<char>(static_cast<std::uint8_t>(from[byte]) + 1);
        if (auto found = seek(from)) return found;
        if (it->status().ok()) return std::nullopt;
      }
      from[byte] = 0;
    }
    return std::nullopt;
  }

  /// The channels that keys of a family name, behind `prefix`.
  void collect(std::size_t family, std::string_view prefix, std::set<ChannelId>& into) const {
    std::string from(prefix);
    while (auto key = next_key(family, from)) {
      if (!key->starts_with(prefix)) return;
      const std::string_view bytes = std::string_view(*key).substr(prefix.size());
      if (bytes.size() >= 16) into.insert(*ChannelId::from_bytes(bytes.substr(0, 16)));
      from = rocks::after_prefix(std::string_view(*key).substr(0, prefix.size() + 16));
      if (from.empty()) return;
    }
  }
};

RocksSalvage::RocksSalvage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksSalvage::~RocksSalvage() = default;

Result<std::unique_ptr<RocksSalvage>> RocksSalvage::open(const std::string& path, const std::string& scratch,
                                                         const Note& note) {
  if (auto copied = copy_store(path, scratch); !copied) return fail(copied.error());
  auto impl = std::make_unique<Impl>();
  for (std::string& mended : rocks::mend_logs(scratch)) note(std::move(mended), false);
  rocksdb::Status status = rocksdb::Status::Corruption("it does not fit its checksums");
  if (!fs::exists(fs::path(scratch) / "CURRENT")) {
    status = rocksdb::Status::Corruption("there is no file CURRENT");
  } else if (!rocks::list_of_files_is_damaged(scratch)) {
    status = impl->open(scratch);
  }
  if (!status.ok()) {
    note(fmt::format("the list of files cannot be used ({}): made anew from the files that are there",
                     status.ToString()),
         true);
    const auto before = tables_in(scratch);
    const auto all = Impl::lenient(scratch);
    status = rocksdb::RepairDB(scratch, all.database, Impl::descriptors(all));
    if (status.ok()) status = impl->open(scratch);
    impl->made_anew = true;
    const auto after = tables_in(scratch);
    for (const std::string& name : before) {
      if (!after.contains(name)) note(fmt::format("{} cannot be read at all", name), true);
    }
  }
  if (!status.ok()) {
    return fail(status.IsNoSpace() ? ErrorCode::disk_full : ErrorCode::damaged,
                fmt::format("nothing can be read of the store in {}: {}", path, status.ToString()));
  }
  return std::unique_ptr<RocksSalvage>(new RocksSalvage(std::move(impl)));
}

std::optional<Incarnation> RocksSalvage::incarnation() const {
  const auto value = impl_->get(0, std::string(rocks::kMetaIncarnation));
  if (!value || !*value) return std::nullopt;
  const auto id = Incarnation::from_bytes(**value);
  return id && !id->is_nil() ? id : std::nullopt;
}

std::vector<PartitionState> RocksSalvage::partitions() const {
  std::vector<PartitionState> states(kPartitions);
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    const auto value = impl_->get(0, rocks::partition_key(partition));
    if (!value || !*value) continue;
    states[partition] = rocks::decode_partition(**value).value_or(PartitionState{});
  }
  return states;
}

std::vector<ChannelId> RocksSalvage::channels() const {
  std::set<ChannelId> found;
  impl_->collect(0, rocks::kChannelsPrefix, found);
  impl_->collect(1, "", found);
  impl_->collect(2, "", found);
  return {found.begin(), found.end()};
}

std::vector<WaitingPurge> RocksSalvage::waiting_purges() const {
  std::vector<WaitingPurge> waiting;
  const std::string prefix(rocks::kRewrittenPrefix);
  impl_->walk(0, prefix, rocks::after_prefix(prefix), [&](std::string_view key, std::string_view) {
    if (const auto parsed = rocks::parse_rewritten_key(key)) {
      const std::string_view event = parsed->event_key;
      waiting.push_back(
          {*ChannelId::from_bytes(event.substr(0, 16)), *rocks::decode_u64(event.substr(16)), parsed->unix_ms});
    }
    return true;
  });
  return waiting;
}

Result<std::optional<std::string>> RocksSalvage::head(const ChannelId& channel) const {
  return impl_->get(0, rocks::head_key(channel));
}
Result<std::optional<std::string>> RocksSalvage::card(const ChannelId& channel) const {
  return impl_->get(0, rocks::card_key(channel));
}
Result<std::optional<std::string>> RocksSalvage::member(const ChannelId& channel, const AccountId& account) const {
  return impl_->get(0, rocks::member_key(channel, account));
}
Result<std::optional<std::string>> RocksSalvage::event(const ChannelId& channel, Seq seq) const {
  return impl_->get(1, rocks::event_key(channel, seq));
}

RocksSalvage::Rows<MemberRow> RocksSalvage::members(const ChannelId& channel) const {
  Rows<MemberRow> found;
  const std::string prefix = rocks::channel_prefix(channel, 'M');
  found.all = impl_->walk(0, prefix, rocks::after_prefix(prefix), [&](std::string_view key, std::string_view record) {
    if (const auto account = AccountId::from_bytes(key.substr(kChannelKey))) {
      found.rows.push_back({*account, std::string(record)});
    }
    return true;
  });
  return found;
}

RocksSalvage::Rows<OutcomeRow> RocksSalvage::outcomes(const ChannelId& channel) const {
  Rows<OutcomeRow> found;
  const std::string prefix = rocks::outcome_prefix(channel);
  found.all = impl_->walk(2, prefix, rocks::after_prefix(prefix), [&](std::string_view key, std::string_view record) {
    if (key.size() == 48) {
      found.rows.push_back(
          {*AccountId::from_bytes(key.substr(16, 16)), *SendId::from_bytes(key.substr(32)), std::string(record)});
    }
    return true;
  });
  return found;
}

RocksSalvage::Rows<AnnotationRow> RocksSalvage::annotations(const ChannelId& channel) const {
  Rows<AnnotationRow> found;
  const std::string prefix = rocks::channel_prefix(channel, 'A');
  found.all = impl_->walk(0, prefix, rocks::after_prefix(prefix), [&](std::string_view key, std::string_view record) {
    if (const auto target = rocks::decode_u64(key.substr(kChannelKey))) {
      found.rows.push_back({*target, std::string(record)});
    }
    return true;
  });
  return found;
}

RocksSalvage::Rows<EventRow> RocksSalvage::events(const ChannelId& channel, Seq from, std::size_t most) const {
  Rows<EventRow> found;
  found.all = impl_->walk(1, rocks::event_key(channel, from), rocks::after_prefix(channel.view()),
                          [&](std::string_view key, std::string_view record) {
                            if (found.rows.size() >= most) return false;
                            if (key.size() == 24)
                              found.rows.push_back({*rocks::decode_u64(key.substr(16)), std::string(record)});
                            return true;
                          });
  return found;
}

// ---- the new store -----------------------------------------------------------------------------------------------

struct RocksRebuild::Impl {
  explicit Impl(std::shared_ptr<rocks::Database> made) : database(std::move(made)) {}

  Result<void> write(rocksdb::WriteBatch& batch) const {
    // Not into the log: `finish` writes table files.
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    const auto status = database->db().Write(options, &batch);
    if (!status.ok()) return fail(rocks::to_error(status, "cannot write the new store"));
    return {};
  }

  std::shared_ptr<rocks::Database> database;
};

RocksRebuild::RocksRebuild(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksRebuild::~RocksRebuild() = default;

Result<std::unique_ptr<RocksRebuild>> RocksRebuild::create(const std::string& path, const Incarnation& incarnation) {
  std::error_code error;
  if (fs::exists(path, error)) return fail(ErrorCode::store_unavailable, path + " exists already");
  RocksOptions options;
  options.path = path;
  options.incarnation = incarnation;
  auto database = rocks::Database::open(options);
  if (!database) return fail(database.error());
  return std::unique_ptr<RocksRebuild>(new RocksRebuild(std::make_unique<Impl>(std::move(*database))));
}

Result<void> RocksRebuild::put(const ChannelBatch& batch) {
  const rocks::Database& to = *impl_->database;
  const ChannelId& id = batch.channel;
  rocksdb::WriteBatch writes;
  for (const auto* rows : {&batch.events, &batch.rewritten}) {
    for (const EventRow& row : *rows) writes.Put(to.events(), rocks::event_key(id, row.seq), row.record);
  }
  for (const OutcomeRow& row : batch.outcomes) {
    writes.Put(to.outcomes(), rocks::outcome_key(id, row.account, row.send_id), row.record);
  }
  if (!batch.head.empty()) writes.Put(to.state(), rocks::head_key(id), batch.head);
  if (!batch.card.empty()) writes.Put(to.state(), rocks::card_key(id), batch.card);
  for (const MemberRow& row : batch.members) {
    writes.Put(to.state(), rocks::member_key(id, row.account), row.record);
  }
  for (const AnnotationRow& row : batch.annotations) {
    writes.Put(to.state(), rocks::annotation_key(id, row.target), row.record);
  }
  for (const AccountId& account : batch.joined) writes.Put(to.state(), rocks::list_key(account, id), {});
  return impl_->write(writes);
}

Result<void> RocksRebuild::put(PartitionId partition, const PartitionState& state) {
  rocksdb::WriteBatch writes;
  writes.Put(impl_->database->state(), rocks::partition_key(partition), rocks::encode_partition(state));
  return impl_->write(writes);
}

Result<void> RocksRebuild::put(const WaitingPurge& waiting) {
  rocksdb::WriteBatch writes;
  writes.Put(impl_->database->state(), rocks::rewritten_key(waiting.channel, waiting.seq, waiting.since), {});
  return impl_->write(writes);
}

Result<void> RocksRebuild::finish(bool another_history) {
  if (another_history) {
    if (auto renewed = impl_->database->renew_incarnation(); !renewed) return fail(renewed.error());
  }
  if (auto flushed = impl_->database->flush(); !flushed) return flushed;
  impl_->database.reset();
  return {};
}

}  // namespace parley
