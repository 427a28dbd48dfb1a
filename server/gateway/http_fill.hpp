// Answers of the services as messages of the contract.
#pragma once

#include "node/accounts/types.hpp"
#include "node/io.hpp"

namespace parley::v1 {
class Account;
class Device;
class Profile;
}  // namespace parley::v1

namespace parley {

void fill_device(const Device& device, const Caller& caller, v1::Device& out);
void fill_profile(const Profile& profile, v1::Profile& out);
void fill_account(const OwnAccount& account, v1::Account& out);

}  // namespace parley
