// parleyd repair DIR
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/command_line.hpp"
#include "app/data_dir.hpp"
#include "app/operator/commands.hpp"
#include "app/operator/console.hpp"
#include "app/repair/repair.hpp"
#include "engines/system/system_clock.hpp"

namespace parley {
namespace {

struct Asked {
  std::string data;
  bool yes = false;
  bool json = false;
};

void print_note(const RepairNote& note) {
  static constexpr std::string_view kWords[] = {"made anew", "LOST", "REMAINS"};
  const std::string where = note.channel.is_nil() ? "store" : fmt::format("channel {}", note.channel.str());
  const std::string seq = note.seq == 0 ? "" : fmt::format(" seq {}", note.seq);
  fmt::print("{}: {}{}: {}\n", kWords[static_cast<std::size_t>(note.kind)], where, seq, note.what);
}

boost::json::object to_json(const Asked& asked, const RepairReport& report) {
  return {{"data", asked.data},
          {"needed", report.needed},
          {"done", !report.kept.empty()},
          {"channels", report.channels},
          {"events", report.events},
          {"rebuilt", report.rebuilt},
          {"lost", report.lost},
          {"remains", report.remains},
          {"new_incarnation", report.new_incarnation},
          {"kept", report.kept.string()},
          {"damaged_after", report.after.size()}};
}

void print_report(const RepairReport& report) {
  fmt::print("{} channels, {} events: {} made anew, {} lost, {} left as they are\n", report.channels, report.events,
             report.rebuilt, report.lost, report.remains);
  if (report.new_incarnation) {
    fmt::print("the repaired store is a new incarnation: clients compare what they have with it\n");
  }
  if (report.kept.empty()) {
    fmt::print("nothing was changed: run it again with --yes to repair\n");
    return;
  }
  for (const Damage& damage : report.after) {
    fmt::print("still damaged: {} seq {}: {}\n", damage.channel.is_nil() ? "store" : damage.channel.str(), damage.seq,
               damage.what);
  }
  fmt::print("repaired; the damaged store is kept in {}\n", report.kept.string());
}

int exit_code(const RepairReport& report) {
  const bool sound = !report.needed || (!report.kept.empty() && report.after.empty() && report.remains == 0);
  return sound ? kExitOk : kExitFailure;
}

int repair_command(const Asked& asked) {
  Console console("parley repair", asked.json);
  const auto there = DataDir::check_directory(DataDir::channels_of(asked.data));
  if (!there && there.error().code != ErrorCode::not_found) return console.failure(there.error());
  if (!there || DataDir::channels_of(asked.data) == std::filesystem::path(asked.data)) {
    return console.failure(
        {ErrorCode::not_found, fmt::format("{} is no data directory of a server: it holds no channels", asked.data)});
  }
  if (auto owned = DataDir::check_owner(asked.data); !owned) return console.failure(owned.error());
  auto data = DataDir::lock(asked.data);
  if (!data) return console.failure(data.error());
  const RepairSink note = [&](const RepairNote& one) {
    console.clear();
    if (!asked.json) print_note(one);
  };
  const StepProgress progress = [&](std::string_view step, std::uint64_t done, std::uint64_t total) {
    if (!asked.json) console.progress(step, done, total);
  };
  const auto report = repair_store(data->path(), asked.yes, SystemClock().now(), note, progress);
  console.clear();
  if (!report) return console.failure(report.error());
  if (asked.json) {
    fmt::print("{}\n", boost::json::serialize(to_json(asked, *report)));
    return exit_code(*report);
  }
  for (const auto& path : report->left_over) {
    fmt::print("{}: {}\n",
               asked.yes ? "removed what a killed repair left" : "left by a killed repair, --yes removes it",
               path.string());
  }
  if (!report->needed) {
    fmt::print("the store is sound: there is nothing to repair\n");
  } else {
    print_report(*report);
  }
  return exit_code(*report);
}

}  // namespace

void describe_repair(CLI::App& app, OperatorDeed& deed) {
  auto asked = std::make_shared<Asked>();
  app.add_option("DIR", asked->data, "data directory")->required();
  app.add_flag("--yes", asked->yes, "do it; without this nothing is changed");
  app.add_flag("--json", asked->json, "print one JSON object");
  app.footer(
      "Keeps the damaged store in DIR/repair-DATE, with repair.json, which says what was wrong. Needs as much room "
      "as the store has.\nExit codes: 0 sound or repaired, 1 there is damage left (or to be repaired), 2 it "
      "cannot be done.");
  deed = [asked] { return repair_command(*asked); };
}

}  // namespace parley
