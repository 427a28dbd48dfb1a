// A backup of the running server, into a folder of this machine that the server's user may write to.
#include <filesystem>

#include "app/admin/operations.hpp"
#include "app/backup/folder.hpp"
#include "app/backup/take.hpp"

namespace parley {
namespace {

Result<std::size_t> keep_of(const boost::json::object& body) {
  const auto* keep = body.if_contains("keep");
  if (keep == nullptr) return 0;
  boost::system::error_code error;
  const auto number = keep->to_number<std::size_t>(error);
  if (error || number == 0) return fail(ErrorCode::invalid_argument, "keep: a whole number from 1 on is needed");
  return number;
}

Result<boost::json::value> back_up(AdminCall& call, AdminParts& parts) {
  const auto body = call.body();
  if (!body) return fail(body.error());
  const auto* to = body->if_contains("to");
  if (to == nullptr || !to->is_string() || !to->as_string().starts_with("/")) {
    return fail(ErrorCode::invalid_argument, "to: the absolute path of a folder of backups is needed");
  }
  const auto keep = keep_of(*body);
  if (!keep) return fail(keep.error());
  const std::filesystem::path path(std::string(to->as_string()));
  call.remember("to", path.string());
  if (auto fits = backup::check_place(parts.data, path); !fits) return fail(fits.error());
  const auto folder = backup::Folder::open(path, backup::Folder::Use::write);
  if (!folder) return fail(folder.error());
  auto next = std::chrono::steady_clock::now();
  const backup::OnProgress tell = [&](const backup::Progress& progress) {
    constexpr std::chrono::milliseconds kBetween{200};
    const auto now = std::chrono::steady_clock::now();
    if (now < next) return !call.cancelled();
    next = now + kBetween;
    return call.line({{"progress", boost::json::object{
                                       {"step", progress.step}, {"done", progress.done}, {"total", progress.total}}}});
  };
  const auto taken = backup::take_backup(parts.store, parts.data, *folder, tell);
  if (!taken) return fail(taken.error());
  call.remember("backup", taken->manifest.id);
  const auto pruned = *keep == 0 ? std::vector<std::string>{} : folder->prune(*keep);
  if (!pruned) return fail(pruned.error());
  return boost::json::object{{"backup", backup::to_json(*taken, *pruned)}};
}

}  // namespace

void add_backup_operations(AdminServer& admin, AdminParts& parts) {
  // Its snapshot has one place, so there is one at a time.
  auto busy = std::make_shared<std::atomic<bool>>(false);
  admin.change("POST", "/backups", "back_up", [&parts, busy](AdminCall& call) -> Result<boost::json::value> {
    if (busy->exchange(true)) return fail(ErrorCode::overloaded, "Another backup is being taken: wait for it.");
    auto result = back_up(call, parts);
    *busy = false;
    return result;
  });
}

}  // namespace parley
