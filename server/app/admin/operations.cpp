#include "app/admin/operations.hpp"

namespace parley {

std::optional<std::filesystem::path> admin_socket_of(const Config& config, const std::filesystem::path& data) {
  if (config.admin_socket == "off" || config.admin_socket.empty()) return std::nullopt;
  return data / config.admin_socket;  // an absolute path replaces what stands before it
}

void add_admin_operations(AdminServer& admin, AdminParts& parts) {
  add_status_operations(admin, parts);
  add_people_operations(admin, parts);
  add_invitation_operations(admin, parts);
  add_channel_operations(admin, parts);
  add_session_operations(admin, parts);
  add_trace_operations(admin, parts);
  add_job_operations(admin, parts);
  add_audit_operations(admin, parts);
  add_backup_operations(admin, parts);
}

}  // namespace parley
