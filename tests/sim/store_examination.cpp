#include "sim/store_examination.hpp"

#include <algorithm>
#include <fstream>
#include <future>
#include <memory>
#include <set>

#include "app/repair/repair.hpp"
#include "app/store_lists.hpp"
#include "app/verify.hpp"
#include "sim/waiting_store.hpp"
#include "wire/records.hpp"

namespace parley::sim {
namespace {

namespace fs = std::filesystem;

HereExecutor here;
/// More than a channel has after a run: beside damage each of them is asked for by itself.
constexpr Seq kMostEvents = 5000;
constexpr std::int64_t kRepairedAt = 1'700'000'000'000;

/// Reads a store part by part; what cannot be read is told, and left out.
class Reading {
 public:
  Reading(RocksChannelStore& store, std::function<void(const std::string&)> unread)
      : store_(store), unread_(std::move(unread)) {}

  StoreImage all() {
    auto scan = store_.scan();
    if (!scan) {
      unread_("the store: " + scan.error().text());
      return {};
    }
    scan_ = std::move(*scan);
    for (std::uint32_t p = 0; p < kPartitions; ++p) {
      if (const auto state = take("partitions", scan_->partition_state(static_cast<PartitionId>(p))); state) {
        put("partition " + std::to_string(p), std::to_string(state->position));
      }
    }
    if (const auto channels = take("the channels", scan_->all_channels())) {
      for (const ChannelId& id : *channels) channel(id);
    }
    for (const AccountId& account : accounts_) {
      if (const auto listed = take("a list", list_reader(store_, here)(account))) {
        for (const ChannelId& id : *listed) put("list " + account.str() + " " + id.str(), "");
      }
    }
    return std::move(image_);
  }

 private:
  template <class T>
  std::optional<T> take(const std::string& what, Result<T> result) {
    if (result) return std::move(*result);
    unread_(what + ": " + result.error().text());
    return std::nullopt;
  }
  void put(std::string name, std::string value) { image_.others.emplace(std::move(name), std::move(value)); }

  void channel(const ChannelId& id) {
    const std::string name = id.str() + " ";
    if (const auto found = take(name, scan_->read_now({.channels = {id}})); found && found->channels.front()) {
      put(name + "head", found->channels.front()->head);
      put(name + "card", found->channels.front()->card);
      for (const MemberRow& row : found->channels.front()->members) {
        accounts_.insert(row.account);
        put(name + "member " + row.account.str(), row.record);
      }
    }
    const EventRange all{.channel = id,
                         .from = 1,
                         .to = kMostEvents,
                         .max_events = 1'000'000,
                         .max_bytes = UINT64_MAX,
                         .newest_first = false};
    if (const auto found = take(name, scan_->read_now({.events = {all}}))) {
      for (const EventRow& row : found->events.front()) image_.events[{id, row.seq}] = row.record;
    }
    if (const auto found = take(name, scan_->read_now({.annotations = {{id, 1, UINT64_MAX}}}))) {
      for (const AnnotationRow& row : found->annotations.front()) {
        put(name + "annotation " + std::to_string(row.target), row.record);
      }
    }
    if (const auto found = take(name, scan_->outcomes_of(id))) {
      for (const OutcomeRow& row : *found)
        put(name + "outcome " + row.account.str() + " " + row.send_id.str(), row.record);
    }
  }

  RocksChannelStore& store_;
  std::function<void(const std::string&)> unread_;
  std::unique_ptr<ChannelStoreScan> scan_;
  std::set<AccountId> accounts_;
  StoreImage image_;
};

std::vector<std::string> damage_of(RocksChannelStore& store) {
  std::vector<std::string> found;
  auto scan = store.scan();
  if (!scan) return {scan.error().text()};
  verify_store(**scan, list_reader(store, here), [&](const Damage& damage) {
    found.push_back("seq " + std::to_string(damage.seq) + " in " + damage.channel.str() + ": " + damage.what);
  });
  if (const auto files = store.verify_files(); !files) found.push_back(files.error().text());
  return found;
}

/// File and place, for whoever looks for it.
std::string flip(const fs::path& folder, Dice& dice) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    // What RocksDB tells about itself, and reads never again.
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && entry.file_size() > 0 && !name.starts_with("LOG")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  const fs::path& file = files.at(dice.below(files.size()));
  const std::uint64_t at = dice.below(fs::file_size(file));
  std::fstream raw(file, std::ios::in | std::ios::out | std::ios::binary);
  raw.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(raw.get() ^ (1 << dice.below(8)));
  raw.seekp(static_cast<std::streamoff>(at));
  raw.put(byte);
  return "byte " + std::to_string(at) + " of " + file.filename().string();
}

RocksOptions options_of(const fs::path& data, bool read_only) {
  RocksOptions options;
  options.path = data / "channels";
  options.create_if_missing = false;
  options.read_only = read_only;
  options.cache_bytes = options.write_buffer_bytes = 4 << 20;
  options.reserve_bytes = 0;
  return options;
}

/// Nothing that is served is anything else than it was, and of a sound store nothing is missing.
void compare(const StoreImage& served, const StoreImage& before, bool sound, const std::string& where,
             std::vector<std::string>& broken) {
  for (const auto& [key, record] : served.events) {
    const auto was = before.events.find(key);
    if (!record.empty() && (was == before.events.end() || record != was->second)) {
      broken.push_back("P10: a flipped bit is served, seq " + std::to_string(key.second) + " in " + key.first.str() +
                       ": " + where);
    }
  }
  for (const auto& [name, value] : served.others) {
    const auto was = before.others.find(name);
    if (was == before.others.end() || value != was->second) {
      broken.push_back("P10: a flipped bit is served, " + name + ": " + where);
    }
  }
  if (sound && served != before)
    broken.push_back("P10: verify does not notice a flipped bit, something is missing: " + where);
}

/// What is other than before was told.
void compare_repaired(const StoreImage& repaired, const StoreImage& before,
                      const std::set<std::pair<ChannelId, Seq>>& told, const std::string& where,
                      std::vector<std::string>& broken) {
  // A run of lost events is told with the first of them.
  const auto was_told = [&](const std::pair<ChannelId, Seq>& key, bool lost) {
    if (told.contains(key) || told.contains({ChannelId{}, 0})) return true;
    const auto next = told.upper_bound(key);
    return lost && next != told.begin() && std::prev(next)->first == key.first;
  };
  for (const auto& [key, record] : before.events) {
    const auto now = repaired.events.find(key);
    if (now != repaired.events.end() && now->second == record) continue;
    const bool lost = now == repaired.events.end() || wire::lost_event(now->second);
    if (!was_told(key, lost)) {
      broken.push_back("P10: a repair changed without a word seq " + std::to_string(key.second) + " in " +
                       key.first.str() + ": " + where);
    }
  }
  for (const auto& [key, record] : repaired.events) {
    if (!before.events.contains(key) && !was_told(key, true)) {
      broken.push_back("P10: a repair made seq " + std::to_string(key.second) + " in " + key.first.str() +
                       " up: " + where);
    }
  }
}

void flip_and_repair_all(const fs::path& data, const StoreImage& before, Dice& dice, std::vector<std::string>& broken) {
  const std::string where = flip(data / "channels", dice);
  bool sound = false;
  if (auto opened = RocksChannelStore::open(options_of(data, true))) {
    const auto damage = damage_of(**opened);
    sound = damage.empty();
    compare(Reading(**opened, [](const std::string&) {}).all(), before, sound, where, broken);
  }

  std::set<std::pair<ChannelId, Seq>> told;
  const auto report = repair_store(data, true, from_unix_ms(kRepairedAt),
                                   [&](const RepairNote& note) { told.insert({note.channel, note.seq}); });
  if (!report) {
    if (sound) broken.push_back("P10: a sound store is not repaired: " + report.error().text() + ": " + where);
    if (report.error().code != ErrorCode::damaged) {
      broken.push_back("P10: a flipped bit keeps the repair from working: " + report.error().text() + ": " + where);
    }
    return;
  }
  if (report->needed == sound) broken.push_back("P10: verify and repair disagree: " + where);
  for (const Damage& left : report->after) broken.push_back("P10: a repair leaves damage: " + left.what + ": " + where);
  auto repaired = RocksChannelStore::open(options_of(data, false));
  if (!repaired) return broken.push_back("P10: what was repaired does not open: " + where);
  const auto now = Reading(**repaired, [&](const std::string& what) {
                     broken.push_back("P10: cannot be read after a repair: " + what + ": " + where);
                   }).all();
  compare_repaired(now, before, told, where, broken);
}

}  // namespace

Result<StoreAnswer> read_now(ChannelStore& store, const StoreQuery& query) {
  std::promise<Result<StoreAnswer>> answer;
  store.read(query, here, [&answer](Result<StoreAnswer> found) { answer.set_value(std::move(found)); });
  return answer.get_future().get();
}

std::vector<Result<void>> commit_now(ChannelStore& store, std::vector<PartitionBatch> batches) {
  std::promise<std::vector<Result<void>>> answer;
  store.commit(std::move(batches), here,
               [&answer](std::vector<Result<void>> results) { answer.set_value(std::move(results)); });
  return answer.get_future().get();
}

StoreImage read_all(RocksChannelStore& store, std::vector<std::string>& broken) {
  return Reading(store, [&](const std::string& what) { broken.push_back("P10: cannot be read: " + what); }).all();
}

void verify_all(RocksChannelStore& store, std::string_view when, std::vector<std::string>& broken) {
  for (const std::string& what : damage_of(store)) {
    broken.push_back("P10: verify finds something " + std::string(when) + ": " + what);
  }
}

void flip_and_repair(const fs::path& data, const StoreImage& before, Dice& dice,
                     std::vector<std::string>& told_broken) {
  // One line for each bit says enough.
  std::vector<std::string> broken;
  flip_and_repair_all(data, before, dice, broken);
  if (!broken.empty()) told_broken.push_back(broken.front());
}

}  // namespace parley::sim
