// parley export DIR, parley import FILE DIR.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>
#include <utility>

#include "app/backup/files.hpp"
#include "app/backup/new_data.hpp"
#include "app/command_line.hpp"
#include "app/data_dir.hpp"
#include "app/exchange/export_store.hpp"
#include "app/exchange/import_store.hpp"
#include "app/operator/commands.hpp"
#include "app/operator/console.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "engines/sql/sql_accounts.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;

struct Flags {
  std::string file, data;
  bool credentials = false, json = false, yes = false;
};

// ---- export ------------------------------------------------------------------------------------------------------

Result<std::unique_ptr<RocksChannelStore>> open_to_read(const std::string& data) {
  RocksOptions options;
  options.path = DataDir::channels_of(data);
  options.create_if_missing = false;
  options.read_only = true;
  // A server may be at work on it: files that are open stay readable when it drops them.
  options.max_open_files = -1;
  return RocksChannelStore::open(options);
}

/// Both stores at one moment.
struct Stores {
  Result<PeopleImage> people;
  Result<std::unique_ptr<RocksChannelStore>> channels;
};

Stores open_stores(const std::string& data) {
  Stores stores{.people = PeopleImage{}, .channels = nullptr};
  bool opened = false;
  stores.people = read_people(fs::path(data) / "people.sqlite", [&]() -> Result<void> {
    stores.channels = open_to_read(data);
    opened = true;
    return {};
  });
  if (!opened) stores.channels = open_to_read(data);
  return stores;
}

void tell_exported(const exchange::Exported& count) {
  std::string text = fmt::format("{} accounts, {} channels, {} events", count.accounts, count.channels, count.events);
  if (count.damaged != 0) {
    text += fmt::format("; DAMAGED in {} {}, of which lines of their own tell", count.damaged,
                        count.damaged == 1 ? "place" : "places");
  }
  fmt::print(stderr, "{}\n", text);
}

int export_all(const Flags& flags) {
  // Progress is no line of an export.
  Console console("parley export", false);
  const auto cannot = [&](const Error& why) {
    return flags.json ? Console("parley export", true).failure(why) : console.failure(why);
  };
  if (auto whole = DataDir::check_whole(flags.data); !whole) return cannot(whole.error());
  Stores stores = open_stores(flags.data);
  if (!stores.channels) return cannot(stores.channels.error());
  auto scan = (*stores.channels)->scan();
  if (!scan) return cannot(scan.error());
  std::uint64_t bytes = 0;
  const exchange::LineSink write = [&](std::string_view line) {
    bytes += line.size();
    console.progress({.step = "export", .done = bytes});
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size();
  };
  const exchange::ExportSource source{.people = std::move(stores.people),
                                      .channels = **scan,
                                      .channels_otherwise = [&] { return (*stores.channels)->channels_with_events(); }};
  auto exported = exchange::export_store(source, flags.credentials, write);
  if (exported && std::fflush(stdout) != 0) exported = fail(ErrorCode::disk_full, "cannot write to standard output");
  if (!exported) return cannot(exported.error());
  console.clear();
  tell_exported(*exported);
  scan->reset();
  return exported->damaged == 0 ? kExitOk : kExitFailure;
}

// ---- import ------------------------------------------------------------------------------------------------------

Result<exchange::Imported> fill(const fs::path& part, std::istream& lines, std::uint64_t size, Console& console) {
  if (auto people = open_sqlite_accounts({.file = part / "people.sqlite"}); !people) return fail(people.error());
  RocksOptions options;
  options.path = (part / "channels").string();
  auto channels = RocksChannelStore::open(options);
  if (!channels) return fail(channels.error());
  backup::Progress progress{.step = "import", .total = size};
  auto imported = exchange::import_store(lines, part / "people.sqlite", **channels, [&](std::uint64_t more) {
    progress.done += more;
    console.progress(progress);
    return true;
  });
  if (!imported) return imported;
  if (auto flushed = (*channels)->flush(); !flushed) return fail(flushed.error());
  if (auto synced = backup::sync_file(part / "people.sqlite"); !synced) return fail(synced.error());
  return imported;
}

void tell_imported(Console& console, const exchange::Imported& count, const std::string& data,
                   const fs::path& moved_away) {
  std::string text = fmt::format("Imported {} accounts, {} channels and {} events into {}.", count.accounts,
                                 count.channels, count.events, data);
  if (count.without_password != 0) {
    text += fmt::format(
        "\n{} accounts have no password, because the export has none: set one for each with "
        "parley admin people reset-password.",
        count.without_password);
  }
  if (count.new_chains != 0) {
    text +=
        fmt::format("\nThe hash chains of {} channels were made anew: the export lacks their salts.", count.new_chains);
  }
  if (!moved_away.empty()) text += fmt::format("\nWhat was there lies in {} now.", moved_away.string());
  text += fmt::format(
      "\nNext:  parley verify {0}     reads all of it and says whether it is sound\n"
      "       parleyd --data {0}    serves it",
      data);
  console.result(text, boost::json::serialize(boost::json::object{
                           {"imported", boost::json::object{{"accounts", count.accounts},
                                                            {"without_password", count.without_password},
                                                            {"channels", count.channels},
                                                            {"events", count.events},
                                                            {"new_chains", count.new_chains},
                                                            {"moved_away", moved_away.string()}}}}));
}

int import_all(const Flags& flags) {
  Console console("parley import", flags.json);
  std::ifstream file;
  std::istream& lines = flags.file == "-" ? std::cin : file;
  std::uint64_t size = 0;
  if (flags.file != "-") {
    errno = 0;
    file.open(flags.file, std::ios::binary);
    if (!file) {
      return console.failure({ErrorCode::not_found,
                              fmt::format("cannot read {}: {}", flags.file, std::generic_category().message(errno))});
    }
    std::error_code error;
    size = fs::is_regular_file(flags.file, error) ? fs::file_size(flags.file, error) : 0;  // a pipe has none
  }
  constexpr int kGzip = 0x1f, kZstd = 0x28;  // neither begins a line of JSON
  if (const int first = lines.peek(); first == kGzip || first == kZstd) {
    return console.failure({ErrorCode::malformed, fmt::format("{} is compressed: unpack it first, as in zcat FILE | "
                                                              "parley import - DIR",
                                                              flags.file)});
  }
  auto made = backup::NewData::begin(flags.data, flags.yes);
  if (!made) return console.failure(made.error());
  auto imported = fill(made->part(), lines, size, console);
  if (!imported) {
    made->give_up();
    return console.failure(imported.error());
  }
  if (auto finished = made->finish(); !finished) return console.failure(finished.error());
  tell_imported(console, *imported, flags.data, made->moved_away());
  return kExitOk;
}

}  // namespace

void describe_export(CLI::App& app, OperatorDeed& deed) {
  auto flags = std::make_shared<Flags>();
  app.add_option("DIR", flags->data, "data directory of a server, which may run")->required();
  app.add_flag("--with-credentials", flags->credentials, "also the hashes of the passwords: keep such a file secret");
  app.add_flag("--json", flags->json, "nothing: it is JSON Lines anyway");
  app.callback([flags, &deed] { deed = [flags] { return export_all(*flags); }; });
}

void describe_import(CLI::App& app, OperatorDeed& deed) {
  auto flags = std::make_shared<Flags>();
  app.add_option("FILE", flags->file, "what parley export DIR wrote; - is standard input")->required();
  app.add_option("DIR", flags->data, "the data directory to make: missing, or empty but with --yes")->required();
  app.add_flag("--yes", flags->yes, "put it in the place of what is in DIR, which is kept in DIR/before-restore-DATE");
  app.add_flag("--json", flags->json, "print JSON Lines, the progress too");
  app.callback([flags, &deed] { deed = [flags] { return import_all(*flags); }; });
}

}  // namespace parley
