// What administrators did: lines of JSON in a file that is only ever appended to, two for each change: one before
// anything happens, one with the result before it is told. A change without a result was under way when the server
// ended.
//
//   {"entry":7,"at":1790000000000,"uid":1000,"action":"disable_person","request":"POST /people/alice/disable"}
//   {"entry":7,"at":1790000000012,"result":"done","details":{"account":"0199…"}}
#pragma once

#include <boost/json/array.hpp>
#include <filesystem>
#include <mutex>

#include "gateway/admin/admin_server.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Any thread.
class AuditLog final : public AdminAudit {
 public:
  /// Makes the file, readable by its owner alone, where there is none. Errors: store_unavailable, with the reason.
  static Result<std::unique_ptr<AuditLog>> open(std::filesystem::path path, const Clock& clock);
  ~AuditLog() override;

  Result<std::uint64_t> begun(uid_t uid, std::string_view action, const AdminCall& call) override;
  void ended(std::uint64_t entry, std::string_view error, const AdminCall& call) override;

  /// The newest `count` changes, oldest first: both lines of each in one object. Errors: store_unavailable.
  [[nodiscard]] Result<boost::json::array> newest(std::size_t count) const;

 private:
  AuditLog(std::filesystem::path path, const Clock& clock, int descriptor)
      : path_(std::move(path)), clock_(clock), descriptor_(descriptor) {}
  Result<void> append(const boost::json::object& line);

  std::filesystem::path path_;
  const Clock& clock_;
  int descriptor_;
  std::mutex mutex_;
  std::uint64_t last_ = 0;  // entry; under mutex_
};

}  // namespace parley
