// parleyd stats DIR
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/data_dir.hpp"
#include "app/operator/commands.hpp"
#include "app/operator/console.hpp"
#include "base/bytes_text.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "engines/sql/people_check.hpp"
#include "engines/system/system_clock.hpp"
#include "wire/records.hpp"

namespace parley {
namespace {

constexpr std::size_t kPage = 256;

struct ChannelSize {
  ChannelId channel;
  Seq events = 0;
  std::uint64_t messages = 0;
};

struct StoreTotals {
  std::uint64_t channels = 0, events = 0, messages = 0, unreadable = 0;
  std::uint64_t active_day = 0, active_week = 0, active_month = 0;
  std::vector<ChannelSize> largest;
};

void take(const ChannelId& channel, const wire::Head& head, Time now, std::size_t top, StoreTotals& totals) {
  ++totals.channels;
  totals.events += head.seq;
  totals.messages += head.count;
  const auto within = [&](int days) { return head.time > now - std::chrono::days(days); };
  totals.active_day += within(1) ? 1 : 0;
  totals.active_week += within(7) ? 1 : 0;
  totals.active_month += within(30) ? 1 : 0;
  const ChannelSize size{channel, head.seq, head.count};
  const auto larger = [](const ChannelSize& a, const ChannelSize& b) { return a.events > b.events; };
  totals.largest.insert(std::ranges::upper_bound(totals.largest, size, larger), size);
  if (totals.largest.size() > top) totals.largest.pop_back();
}

/// From the heads: no event is read.
Result<StoreTotals> count(ChannelStoreScan& scan, Time now, std::size_t top) {
  StoreTotals totals;
  const auto channels = scan.all_channels();
  if (!channels) return fail(channels.error());
  for (std::size_t first = 0; first < channels->size(); first += kPage) {
    StoreQuery query;
    for (std::size_t i = first; i < std::min(first + kPage, channels->size()); ++i) {
      query.summaries.push_back({(*channels)[i], AccountId{}});
    }
    const auto answer = scan.read_now(query);
    for (std::size_t i = 0; i < query.summaries.size(); ++i) {
      const auto head = answer && answer->summaries[i] ? wire::decode_head(answer->summaries[i]->head)
                                                       : Result<wire::Head>(fail(ErrorCode::damaged));
      if (head) {
        take(query.summaries[i].channel, *head, now, top, totals);
      } else {
        ++totals.unreadable;
      }
    }
  }
  return totals;
}

void print(const StoreTotals& totals, const StoreStats& store, const PeopleStats& people) {
  fmt::print("accounts   {} ({} disabled), {} deleted, {} devices\n", people.accounts, people.disabled, people.deleted,
             people.devices);
  fmt::print("           made in the last day {}, 7 days {}, 30 days {}\n", people.created_day, people.created_week,
             people.created_month);
  fmt::print("channels   {}, {} events, {} messages\n", totals.channels, totals.events, totals.messages);
  fmt::print("           something happened in the last day in {}, 7 days {}, 30 days {}\n", totals.active_day,
             totals.active_week, totals.active_month);
  if (totals.unreadable > 0) fmt::print("           {} heads cannot be read: run verify\n", totals.unreadable);
  for (const FamilyStats& family : store.families) {
    fmt::print("{:<10} {} in {} files, about {} keys, {} in memory\n", family.name, bytes_text(family.bytes),
               family.files, family.keys, bytes_text(family.memory_bytes));
  }
  fmt::print("log        {}\n", bytes_text(store.log_bytes));
  if (!totals.largest.empty()) fmt::print("largest channels\n");
  for (const ChannelSize& one : totals.largest) {
    fmt::print("  {}  {} events, {} messages\n", one.channel.str(), one.events, one.messages);
  }
}

boost::json::object to_json(const StoreTotals& totals, const StoreStats& store, const PeopleStats& people) {
  boost::json::array largest;
  for (const ChannelSize& one : totals.largest) {
    largest.push_back({{"channel", one.channel.str()}, {"events", one.events}, {"messages", one.messages}});
  }
  boost::json::object families;
  for (const FamilyStats& family : store.families) {
    families[family.name] = {{"keys", family.keys},
                             {"bytes", family.bytes},
                             {"all_bytes", family.all_bytes},
                             {"files", family.files},
                             {"memory_bytes", family.memory_bytes}};
  }
  return {
      {"accounts", people.accounts},
      {"accounts_deleted", people.deleted},
      {"accounts_disabled", people.disabled},
      {"accounts_made", {{"day", people.created_day}, {"week", people.created_week}, {"month", people.created_month}}},
      {"devices", people.devices},
      {"channels", totals.channels},
      {"channels_active", {{"day", totals.active_day}, {"week", totals.active_week}, {"month", totals.active_month}}},
      {"events", totals.events},
      {"messages", totals.messages},
      {"unreadable_heads", totals.unreadable},
      {"families", std::move(families)},
      {"log_bytes", store.log_bytes},
      {"largest", std::move(largest)}};
}

struct Asked {
  std::string data;
  std::size_t top = 10;
  bool json = false;
};

int stats_command(const Asked& asked) {
  Console console("parley stats", asked.json);
  if (auto whole = DataDir::check_whole(asked.data); !whole) return console.failure(whole.error());
  const Time now = SystemClock().now();
  RocksOptions options;
  options.path = DataDir::channels_of(asked.data);
  options.create_if_missing = false;
  options.read_only = true;
  auto store = RocksChannelStore::open(options);
  if (!store) return console.failure(store.error());
  auto scan = (*store)->scan();
  if (!scan) return console.failure(scan.error());
  const auto totals = count(**scan, now, asked.top);
  if (!totals) return console.failure(totals.error());
  const auto sizes = (*store)->stats();
  if (!sizes) return console.failure(sizes.error());
  Result<PeopleStats> people;
  const auto file = std::filesystem::path(asked.data) / "people.sqlite";
  if (options.path != asked.data) people = people_stats(file, now);
  if (!people) return console.failure(people.error());
  if (asked.json) {
    fmt::print("{}\n", boost::json::serialize(to_json(*totals, *sizes, *people)));
  } else {
    print(*totals, *sizes, *people);
  }
  return kExitOk;
}

}  // namespace

void describe_stats(CLI::App& app, OperatorDeed& deed) {
  auto asked = std::make_shared<Asked>();
  app.add_option("DIR", asked->data, "data directory")->required();
  app.add_option("--top", asked->top, "how many of the largest channels to list")->capture_default_str();
  app.add_flag("--json", asked->json, "print one JSON object");
  deed = [asked] { return stats_command(*asked); };
}

}  // namespace parley
