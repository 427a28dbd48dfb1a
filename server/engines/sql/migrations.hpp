// The schema of the relational store, as numbered steps. A step that has been released never changes.
#pragma once

#include "base/result.hpp"

namespace soci {
class session;
}

namespace parley::sql {

/// Applies the steps that are missing, all in one transaction. Errors: store_unavailable when the schema is newer than
/// this program. Throws what SOCI throws.
Result<void> migrate(soci::session& session);

/// The version that `migrate` leaves.
int known_schema();

}  // namespace parley::sql
