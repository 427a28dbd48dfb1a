// All that is known of people at one moment, without their devices and the server's keys: for export and import.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "ports/jobs.hpp"
#include "ports/people.hpp"

namespace parley {

struct AccountImage {
  AccountId id{};
  std::string handle{}, display_name{}, about{}, avatar{};
  Time created{};
  Time deleted{};  // kNever: it is not
  bool disabled = false;
  Privacy privacy{};
  Time last_seen{};
  std::string password_hash{};  // empty: a password has to be set
};
/// A contact or a block.
struct RelationImage {
  AccountId account{};
  AccountId peer{};
  Time created{};
};
struct InvitationImage {
  Digest hash{};
  AccountId by{};
  std::uint64_t uses_left = 0;
  Time created{};
  Time expires{};
};

struct PeopleImage {
  std::vector<AccountImage> accounts;  // ascending by id
  std::vector<RelationImage> contacts, blocks;
  std::vector<InvitationImage> invitations;
  std::vector<Job> jobs;
  std::uint64_t last_job = 0;
};

/// Nobody writes to the database while `meanwhile` runs; the image is of that moment. As copy_sqlite otherwise.
Result<PeopleImage> read_people(const std::filesystem::path& file, const std::function<Result<void>()>& meanwhile);

/// Fills the database `file`, which has no account yet. All or nothing. Errors: store_unavailable, damaged when the
/// image contradicts itself (two accounts with one handle, a contact that is no account).
Result<void> write_people(const std::filesystem::path& file, const PeopleImage& image);

}  // namespace parley
