// parley export DIR, parley import FILE DIR.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
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
  fmt::print(
      stderr, "{} accounts, {} channels, {} events{}\n", count.accounts, count.channels, count.events,
      count.damaged == 0 ? "" : fmt::format("; DAMAGED in {} places, which lines of their own name", count.damaged));
}

int export_all(const Flags& flags) {
  Console console("parley export", false);
  Stores stores = open_stores(flags.data);
  if (!stores.channels) return console.failure(stores.channels.error());
  auto scan = (*stores.channels)->scan();
  if (!scan) return console.failure(scan.error());
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
  if (!exported) return console.failure(exported.error());
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

void tell_imported(Console& console, const exchange::Imported& count, const std::string& data) {
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
  text += fmt::format(
      "\nNext:  parley verify {0}     reads all of it and says whether it is sound\n"
      "       parleyd --data {0}    serves it",
      data);
  console.result(text, boost::json::serialize(boost::json::object{
                           {"imported", boost::json::object{{"accounts", count.accounts},
                                                            {"without_password", count.without_password},
                                                            {"channels", count.channels},
                                                            {"events", count.events},
                                                            {"new_chains", count.new_chains}}}}));
}

int import_all(const Flags& flags) {
  Console console("parley import", flags.json);
  std::ifstream file;
  std::uint64_t size = 0;
  if (flags.file != "-") {
    std::error_code error;
    size = fs::file_size(flags.file, error);
    file.open(flags.file, std::ios::binary);
    if (!file || error) return console.failure({ErrorCode::not_found, fmt::format("cannot read {}", flags.file)});
  }
  auto made = backup::NewData::begin(flags.data, flags.yes);
  if (!made) return console.failure(made.error());
  auto imported = fill(made->part(), flags.file == "-" ? std::cin : file, size, console);
  if (!imported) {
    made->give_up();
    return console.failure(imported.error());
  }
  if (auto finished = made->finish(); !finished) return console.failure(finished.error());
  tell_imported(console, *imported, flags.data);
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
  app.add_option("DIR", flags->data, "the data directory to make: missing, empty, or moved aside with --yes")
      ->required();
  app.add_flag("--yes", flags->yes, "move aside what is in DIR");
  app.add_flag("--json", flags->json, "print JSON Lines, the progress too");
  app.callback([flags, &deed] { deed = [flags] { return import_all(*flags); }; });
}

}  // namespace parley
