#include "app/verify_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/backup/folder.hpp"
#include "app/command_line.hpp"
#include "app/data_dir.hpp"
#include "app/operator/commands.hpp"
#include "app/operator/console.hpp"
#include "app/store_lists.hpp"
#include "app/verify.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "engines/sql/people_check.hpp"
#include "engines/system/thread_executor.hpp"

namespace parley {
namespace {

/// With --json no more than this is listed; the count is of all.
constexpr std::size_t kListed = 10'000;

void print_damage(const Damage& damage) {
  const std::string where = damage.channel.is_nil() ? "store" : fmt::format("channel {}", damage.channel.str());
  if (damage.seq == 0) {
    fmt::print("{}: {}\n", where, damage.what);
  } else {
    fmt::print("{} seq {}: {}\n", where, damage.seq, damage.what);
  }
}

boost::json::object to_json(const Damage& damage) {
  boost::json::object out;
  if (!damage.channel.is_nil()) out["channel"] = damage.channel.str();
  if (damage.seq != 0) out["seq"] = damage.seq;
  out["what"] = damage.what;
  return out;
}

Result<void> check_is_data(const std::string& data) {
  if (auto whole = DataDir::check_whole(data); !whole) return whole;
  if (backup::Folder::is_of_backups(data)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} holds backups: parley backup verify TO reads them, and TO is the folder of all", data));
  }
  return DataDir::check_directory(DataDir::channels_of(data));
}

/// After the channels: whoever joins one was among people before. Fails where people are there and cannot be read.
Result<void> verify_people(const std::filesystem::path& file, VerifyReport& report, const DamageSink& found) {
  const auto damage = [&](std::string what) {
    ++report.damaged;
    found({ChannelId{}, 0, std::move(what)});
  };
  const auto people = check_people(file);
  std::error_code gone;
  if (!people && (people.error().code == ErrorCode::damaged || !std::filesystem::exists(file, gone))) {
    damage(people.error().text());
    return {};
  }
  if (!people) return fail(people.error());
  report.people = people->accounts.size();
  for (const std::string& problem : people->problems) damage("people.sqlite: " + problem);
  for (const AccountId& account : report.accounts) {
    if (std::ranges::binary_search(people->accounts, account)) continue;
    damage(fmt::format("account {} is a member of channels, but is not in people.sqlite", account.str()));
  }
  return {};
}

}  // namespace

int verify_command(const std::string& data, bool json) {
  RocksOptions options;
  options.path = DataDir::channels_of(data);
  options.create_if_missing = false;
  options.read_only = true;
  Console console("parley verify", json);
  const auto cannot_open = [&](const Error& why) {
    return console.failure({why.code, fmt::format("cannot open the channel store of {}: {}", data, why.text())});
  };
  if (auto is_data = check_is_data(data); !is_data) return cannot_open(is_data.error());
  ThreadExecutor executor("verify");
  auto store = RocksChannelStore::open(options);
  if (!store) return cannot_open(store.error());
  auto scan = (*store)->scan();
  if (!scan) return cannot_open(scan.error());

  boost::json::array listed;
  const DamageSink found = [&](const Damage& damage) {
    console.clear();
    if (!json) return print_damage(damage);
    if (listed.size() < kListed) listed.push_back(to_json(damage));
  };
  const StepProgress progress = [&](std::string_view step, std::uint64_t done, std::uint64_t total) {
    if (!json) console.progress(step, done, total);
  };
  VerifyReport report = verify_store(**scan, list_reader(**store, executor), found, progress);
  if (auto files = (*store)->verify_files(); !files) {
    ++report.damaged;
    found({ChannelId{}, 0, files.error().text()});
  }
  // A channel store alone, as in a backup, has no people beside it.
  Result<void> people;
  if (options.path != data) people = verify_people(std::filesystem::path(data) / "people.sqlite", report, found);
  console.clear();
  if (!people) return console.failure(people.error());
  if (json) {
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"data", data},
                                                                  {"incarnation", (*store)->incarnation().str()},
                                                                  {"clean", report.damaged == 0},
                                                                  {"channels", report.channels},
                                                                  {"events", report.events},
                                                                  {"messages", report.messages},
                                                                  {"outcomes", report.outcomes},
                                                                  {"memberships", report.memberships},
                                                                  {"people", report.people},
                                                                  {"lost", report.lost},
                                                                  {"damaged", report.damaged},
                                                                  {"damage", std::move(listed)}}));
  } else {
    if (report.lost > 0) fmt::print("{} events are lost, as a repair has recorded\n", report.lost);
    fmt::print("{} channels, {} events ({} messages), {} outcomes, {} memberships, {} people: {}\n", report.channels,
               report.events, report.messages, report.outcomes, report.memberships, report.people,
               report.damaged == 0
                   ? "all is well"
                   : fmt::format("DAMAGED in {} {}", report.damaged, report.damaged == 1 ? "place" : "places"));
  }
  scan->reset();
  return report.damaged == 0 ? kExitOk : kExitFailure;
}

void describe_verify(CLI::App& app, OperatorDeed& deed) {
  struct Asked {
    std::string data;
    bool json = false;
  };
  auto asked = std::make_shared<Asked>();
  app.add_option("DIR", asked->data, "data directory")->required();
  app.add_flag("--json", asked->json, "print one JSON object");
  deed = [asked] { return verify_command(asked->data, asked->json); };
}

}  // namespace parley
