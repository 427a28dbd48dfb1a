// What goes into and comes out of the services of people and devices. Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "base/id.hpp"
#include "base/time.hpp"
#include "parley/limits.hpp"
#include "ports/people.hpp"
#include "ports/sign_ins.hpp"

namespace parley {

enum class SignUpMode : std::uint8_t { open, invitation, closed };

struct AccountsConfig {
  SignUpMode sign_up = SignUpMode::open;
  bool open_directory = false;                        // search finds everybody, not only whom one knows
  Duration signing_key_life = std::chrono::days(30);  // then a new one signs
  Duration revocations_interval = std::chrono::minutes(1);
  Limits limits{};
};

/// `address` is the peer's, numeric, without port; empty stands for the operator, who is not slowed.
struct SignUp {
  std::string handle{}, password{}, display_name{};
  std::string invitation{};  // as `create_invitation` gave it; empty: none
  std::string device_name{}, platform{};
  std::string address{};
  bool by_operator = false;  // whatever the mode of sign-up
};
struct SignIn {
  std::string handle{}, password{};
  std::string device_name{}, platform{};
  std::string address{};
};

/// Both tokens are secrets and must never be logged.
struct Tokens {
  AccountId account{};
  DeviceId device{};
  std::string access_token{};
  Time access_expires{};
  std::string refresh_token{};
  Time refresh_expires{};
};

struct ChangePassword {
  std::string old_password{}, new_password{}, address{};
};
struct DeleteAccount {
  std::string password{}, address{};
  bool erase = false;  // also what was written
};

/// Not chat's Invitation, which leads into a group: this one leads into the server.
struct IssuedInvitation {
  std::string text{};  // a secret; shown once
  Time expires{};
};

/// A person as the asker may see them.
struct Profile {
  AccountId id{};
  std::string handle{}, display_name{}, about{}, avatar{};
  bool deleted = false;  // then it is named "deleted account"
  bool is_contact = false;
  bool is_blocked = false;  // by the asker
  Time last_seen{};         // kNever: unknown, or not shown to the asker
};

/// One's own.
struct OwnAccount {
  Profile profile{};
  Privacy privacy{};
  Time created{};
};

}  // namespace parley
