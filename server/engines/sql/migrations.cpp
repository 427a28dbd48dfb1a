#include "engines/sql/migrations.hpp"

#include <fmt/format.h>
#include <soci/soci.h>

#include <array>
#include <string>
#include <string_view>

#include "engines/sql/migrations/0001_people.hpp"

namespace parley::sql {
namespace {

constexpr std::array kSteps = {k0001People};

/// The steps hold no semicolon but the one that ends a statement.
void run_statements(soci::session& session, std::string_view script) {
  for (auto end = script.find(';'); end != std::string_view::npos; end = script.find(';')) {
    session << std::string(script.substr(0, end));
    script.remove_prefix(end + 1);
  }
}

}  // namespace

int known_schema() {
  return static_cast<int>(kSteps.size());
}

Result<void> migrate(soci::session& session) {
  const int known = known_schema();
  soci::transaction transaction(session);
  session << "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)";
  int version = 0;
  session << "SELECT COALESCE(MAX(version), 0) FROM schema_version", soci::into(version);
  if (version > known) {
    return fail(ErrorCode::store_unavailable,
                fmt::format("The database of people has schema {}, and this program knows schemas up to {}: it was "
                            "written by a newer version. Run that version, or restore a backup made by this one.",
                            version, known));
  }
  for (int step = version + 1; step <= known; ++step) {
    run_statements(session, kSteps.at(static_cast<std::size_t>(step - 1)));
    session << "INSERT INTO schema_version (version) VALUES (:version)", soci::use(step);
  }
  transaction.commit();
  return {};
}

}  // namespace parley::sql
