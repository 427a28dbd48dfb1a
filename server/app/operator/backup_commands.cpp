// parley backup DIR TO, backup list TO, backup verify TO; parley restore TO DIR.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <utility>

#include "app/backup/folder.hpp"
#include "app/backup/restore.hpp"
#include "app/backup/take.hpp"
#include "app/command_line.hpp"
#include "app/data_dir.hpp"
#include "app/operator/commands.hpp"
#include "app/operator/console.hpp"
#include "base/bytes_text.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;
using backup::Folder;
using backup::Listed;
using backup::Manifest;

constexpr int kMostKept = 1'000'000;

struct Flags {
  std::string from, to, at;
  std::size_t keep = 0;
  bool json = false, yes = false;
};

std::string time_text(Time time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", std::chrono::floor<std::chrono::seconds>(time));
}

boost::json::object to_json(const Listed& listed) {
  boost::json::object out{{"id", listed.id}};
  if (!listed.why.empty()) {
    out[listed.is_newer ? "newer" : "damaged"] = listed.why;
    return out;
  }
  out["time"] = to_unix_ms(listed.manifest.time);
  out["incarnation"] = listed.manifest.incarnation;
  out["version"] = listed.manifest.version;
  out["files"] = listed.manifest.files.size();
  out["bytes"] = listed.manifest.bytes();
  return out;
}

Error no_such_backup(const Folder& folder, const std::string& id) {
  if (id.empty()) return {ErrorCode::not_found, fmt::format("there is no backup in {}", folder.path().string())};
  return {ErrorCode::not_found, fmt::format("there is no backup {} in {}: parley backup list {} shows those there are",
                                            id, folder.path().string(), folder.path().string())};
}

/// What is wrong with a backup, in one line.
std::string trouble(const Listed& listed) {
  return fmt::format("{}: {}", listed.is_newer ? "NEWER" : "DAMAGED", listed.why);
}

/// The one called `id`, or the newest. An older one than the newest is taken by those only who name it: what was said
/// since is lost with it.
Result<Manifest> choose(const Folder& folder, const std::string& id) {
  auto all = folder.list();
  if (!all) return fail(all.error());
  for (auto at = all->rbegin(); at != all->rend(); ++at) {
    if (!id.empty() && at->id != id) continue;
    if (at->why.empty()) return std::move(at->manifest);
    const auto code = at->is_newer ? ErrorCode::store_unavailable : ErrorCode::damaged;
    if (!id.empty()) return fail(code, at->why);
    return fail(code, fmt::format("the newest backup {} cannot be restored: {}. To take an older one, name it with "
                                  "--at ID; parley backup list {} shows them",
                                  at->id, at->why, folder.path().string()));
  }
  return fail(no_such_backup(folder, id));
}

backup::OnProgress shown_by(Console& console) {
  return [&console](const backup::Progress& progress) {
    console.progress(progress);
    return true;
  };
}

void tell_taken(Console& console, const backup::Taken& taken, const std::vector<std::string>& pruned) {
  const Manifest& manifest = taken.manifest;
  std::string text = fmt::format("Backup {}: {} in {} files, of which {} in {} files were new.", manifest.id,
                                 bytes_text(manifest.bytes()), manifest.files.size(), bytes_text(taken.copied_bytes),
                                 taken.copied_files);
  if (taken.mended_files > 0) {
    text += fmt::format("\n{} of them were in the folder already, but damaged; copied anew. Look at its disk.",
                        taken.mended_files);
  }
  for (const std::string& id : pruned) text += fmt::format("\nRemoved the old backup {}.", id);
  for (const std::string& id : taken.unreadable) {
    text +=
        fmt::format("\nThe manifest of {} cannot be read: until that backup is removed, no file of another is.", id);
  }
  console.result(text, boost::json::serialize(boost::json::object{{"backup", backup::to_json(taken, pruned)}}));
}

int take(const Flags& flags) {
  Console console("parley backup", flags.json);
  if (auto there = DataDir::check_directory(DataDir::channels_of(flags.from)); !there) {
    const bool none = there.error().code == ErrorCode::not_found;
    return console.failure(
        none ? Error{ErrorCode::not_found, fmt::format("{} is no data directory of a server", flags.from)}
             : there.error());
  }
  if (auto fits = backup::check_place(flags.from, flags.to); !fits) return console.failure(fits.error());
  if (auto owned = DataDir::check_owner(flags.from); !owned) return console.failure(owned.error());
  auto data = DataDir::lock(flags.from);
  if (!data) {
    return console.failure({data.error().code, data.error().text() + " A server whose admin_socket lies elsewhere is "
                                                                     "asked with parley backup --socket FILE."});
  }
  auto folder = Folder::open(flags.to, Folder::Use::write);
  if (!folder) return console.failure(folder.error());
  RocksOptions options;
  options.path = data->channels();
  options.create_if_missing = false;
  auto store = RocksChannelStore::open(options);
  if (!store) return console.failure(store.error());
  auto taken = backup::take_backup(**store, data->path(), *folder, shown_by(console));
  if (!taken) return console.failure(taken.error());
  auto pruned = flags.keep == 0 ? std::vector<std::string>{} : folder->prune(flags.keep);
  if (!pruned) return console.failure(pruned.error());
  tell_taken(console, *taken, *pruned);
  return kExitOk;
}

int list(const Flags& flags) {
  Console console("parley backup list", flags.json);
  auto folder = Folder::open(flags.to, Folder::Use::look);
  if (!folder) return console.failure(folder.error());
  auto all = folder->list();
  if (!all) return console.failure(all.error());
  boost::json::array json;
  std::string text;
  for (const Listed& one : *all) {
    json.push_back(to_json(one));
    text += one.why.empty() ? fmt::format("{}{}  {}  {}", text.empty() ? "" : "\n", one.id,
                                          time_text(one.manifest.time), bytes_text(one.manifest.bytes()))
                            : fmt::format("{}{}  {}", text.empty() ? "" : "\n", one.id, trouble(one));
  }
  console.result(text.empty() ? "There is no backup yet." : text,
                 boost::json::serialize(boost::json::object{{"backups", std::move(json)}}));
  return kExitOk;
}

int verify(const Flags& flags) {
  Console console("parley backup verify", flags.json);
  auto folder = Folder::open(flags.to, Folder::Use::read);
  if (!folder) return console.failure(folder.error());
  auto all = folder->list();
  if (!all) return console.failure(all.error());
  if (!flags.at.empty()) std::erase_if(*all, [&](const Listed& one) { return one.id != flags.at; });
  if (all->empty()) return console.failure(no_such_backup(*folder, flags.at));
  std::size_t damaged = 0;
  for (Listed& one : *all) {
    if (one.why.empty()) {
      if (auto sound = folder->verify(one.manifest, shown_by(console)); !sound) one.why = sound.error().text();
    }
    damaged += one.why.empty() ? 0 : 1;
    console.result(fmt::format("{}: {}", one.id, one.why.empty() ? "all is well" : trouble(one)),
                   boost::json::serialize(boost::json::object{{"verified", to_json(one)}}));
  }
  return damaged == 0 ? kExitOk : kExitFailure;
}

int restore(const Flags& flags) {
  Console console("parley restore", flags.json);
  auto folder = Folder::open(flags.from, Folder::Use::read);
  if (!folder) return console.failure(folder.error());
  auto manifest = choose(*folder, flags.at);
  if (!manifest) return console.failure(manifest.error());
  auto restored = backup::restore(*folder, *manifest, flags.to, flags.yes, shown_by(console));
  if (!restored) return console.failure(restored.error());
  std::string text =
      fmt::format("Restored the backup {} of {} into {}.\n", manifest->id, time_text(manifest->time), flags.to);
  if (!restored->moved_away.empty()) {
    text += fmt::format("What was there lies in {} now: remove it when it is no longer needed.\n",
                        restored->moved_away.string());
  }
  text += fmt::format(
      "What was said after that moment is gone. All sign-ins have ended: everybody signs in again, and their devices\n"
      "put themselves right and send what still waits in them.\n"
      "Next:  parley verify {0}     reads all of it and says whether it is sound\n"
      "       parleyd --data {0}    serves it",
      flags.to);
  console.result(text, boost::json::serialize(boost::json::object{
                           {"restored", boost::json::object{{"id", manifest->id},
                                                            {"time", to_unix_ms(manifest->time)},
                                                            {"incarnation", restored->incarnation},
                                                            {"was", manifest->incarnation},
                                                            {"moved_away", restored->moved_away.string()}}}}));
  return kExitOk;
}

}  // namespace

void describe_backup(CLI::App& app, OperatorDeed& deed) {
  auto flags = std::make_shared<Flags>();
  auto* from = app.add_option("DIR", flags->from, "data directory of a server");
  auto* to = app.add_option("TO", flags->to, "folder of backups; made where there is none");
  app.add_option("--keep", flags->keep, "afterwards remove all but the newest N backups")
      ->type_name("N")
      ->check(CLI::Range(1, kMostKept));
  app.add_flag("--json", flags->json, "print JSON Lines, the progress too");
  app.callback([&app, flags, from, to, &deed] {
    if (!app.get_subcommands().empty()) return;
    if (from->empty() || to->empty()) throw CLI::RequiredError("DIR and TO");
    deed = [flags] { return take(*flags); };
  });
  auto* listed = app.add_subcommand("list", "Show the backups in a folder");
  listed->add_option("TO", flags->to, "folder of backups")->required();
  listed->callback([flags, &deed] { deed = [flags] { return list(*flags); }; });
  auto* verified = app.add_subcommand("verify", "Read every file of the backups and compare its checksum");
  verified->add_option("TO", flags->to, "folder of backups")->required();
  verified->add_option("--at", flags->at, "this backup only")->type_name("ID");
  verified->callback([flags, &deed] { deed = [flags] { return verify(*flags); }; });
}

void describe_restore(CLI::App& app, OperatorDeed& deed) {
  auto flags = std::make_shared<Flags>();
  app.add_option("BACKUPS", flags->from, "folder of backups")->required();
  app.add_option("DIR", flags->to, "the data directory to make: missing, or empty but with --yes")->required();
  app.add_option("--at", flags->at, "the backup to take; default: the newest")->type_name("ID");
  app.add_flag("--yes", flags->yes, "put it in the place of what is in DIR, which is kept in DIR/before-restore-DATE");
  app.add_flag("--json", flags->json, "print JSON Lines, the progress too");
  app.callback([flags, &deed] { deed = [flags] { return restore(*flags); }; });
}

}  // namespace parley
