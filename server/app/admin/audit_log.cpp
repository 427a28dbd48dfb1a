#include "app/admin/audit_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>

#include "base/log.hpp"

namespace parley {
namespace {

Error cannot(std::string_view what, const std::filesystem::path& path) {
  return {ErrorCode::store_unavailable, fmt::format("The audit log {} cannot be {}: {}. Nothing was changed.",
                                                    path.string(), what, std::generic_category().message(errno))};
}

std::uint64_t entry_of(const boost::json::object& line) {
  const auto* entry = line.if_contains("entry");
  boost::system::error_code error;
  return entry == nullptr ? 0 : entry->to_number<std::uint64_t>(error);
}

/// Calls `each` with every line that is whole; one that a crash tore is passed over.
template <class Each>
bool read_lines(const std::filesystem::path& path, Each each) {
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    boost::system::error_code error;
    auto line = boost::json::parse(text, error);
    if (!error && line.is_object()) each(line.as_object());
  }
  return file.eof();
}

bool ends_a_line(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::ate);
  if (file.tellg() <= 0) return true;
  file.seekg(-1, std::ios::end);
  return file.get() == '\n';
}

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(std::filesystem::path path, const Clock& clock) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(cannot("opened", path));
  auto log = std::unique_ptr<AuditLog>(new AuditLog(std::move(path), clock, descriptor));
  if (!ends_a_line(log->path_) && ::write(descriptor, "\n", 1) != 1) return fail(cannot("written", log->path_));
  if (!read_lines(log->path_, [&](const auto& line) { log->last_ = std::max(log->last_, entry_of(line)); })) {
    return fail(cannot("read", log->path_));
  }
  return log;
}

AuditLog::~AuditLog() {
  ::close(descriptor_);
}

Result<void> AuditLog::append(const boost::json::object& line) {
  const std::string text = boost::json::serialize(line) + "\n";
  const ssize_t written = ::write(descriptor_, text.data(), text.size());
  if (written >= 0 && written != static_cast<ssize_t>(text.size())) errno = ENOSPC;
  if (written != static_cast<ssize_t>(text.size()) || ::fdatasync(descriptor_) != 0) {
    const Error error = cannot("written", path_);
    log::error("audit_not_written", {{"why", error.detail}});
    return fail(error);
  }
  return {};
}

Result<std::uint64_t> AuditLog::begun(uid_t uid, std::string_view action, const AdminCall& call) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t entry = last_ + 1;
  boost::json::object line{{"entry", entry},
                           {"at", to_unix_ms(clock_.now())},
                           {"uid", uid},
                           {"action", action},
                           {"request", fmt::format("{} {}", call.request().method, call.request().path)}};
  if (auto written = append(line); !written) return fail(std::move(written.error()));
  last_ = entry;
  log::info("admin_change", {{"entry", entry}, {"uid", uid}, {"action", action}, {"path", call.request().path}});
  return entry;
}

void AuditLog::ended(std::uint64_t entry, std::string_view error, const AdminCall& call) {
  const std::lock_guard lock(mutex_);
  boost::json::object line{{"entry", entry}, {"at", to_unix_ms(clock_.now())}};
  line["result"] = error.empty() ? "done" : error;
  if (!call.details().empty()) line["details"] = call.details();
  // What was done is done: a log that cannot be written stops the next change, not the answer to this one.
  (void)append(line);
}

Result<boost::json::array> AuditLog::newest(std::size_t count) const {
  std::map<std::uint64_t, boost::json::object> entries;
  const bool read = read_lines(path_, [&](const boost::json::object& line) {
    auto& entry = entries[entry_of(line)];
    const bool is_end = line.contains("result");
    for (const auto& field : line) entry[is_end && field.key() == "at" ? "ended" : field.key()] = field.value();
    if (entries.size() > count) entries.erase(entries.begin());
  });
  if (!read) return fail(ErrorCode::store_unavailable, "The audit log " + path_.string() + " cannot be read.");
  boost::json::array out;
  for (auto& [number, entry] : entries) out.emplace_back(std::move(entry));
  return out;
}

}  // namespace parley
