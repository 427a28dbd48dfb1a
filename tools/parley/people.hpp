// Handles and accounts. What was found once is kept in the profile's file "people": a handle belongs to one account for
// ever, so that a person can be named offline too.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/id.hpp"
#include "parley/failure.hpp"

namespace parley::v1 {
class People;
class Profile;
}  // namespace parley::v1

namespace parley::cli {

class Profile;
class Tokens;

class People {
 public:
  People(const cli::Profile& profile, Tokens& tokens);
  ~People();

  /// The account of a handle, with or without '@' before it. Failures: account_unknown, invalid_handle, offline.
  Outcome<AccountId> account_of(std::string handle);
  /// The handle, "deleted account", or the beginning of the id where nothing can be found out.
  std::string name_of(const AccountId& account);
  /// Finds out the names of all of them in one request. Failing is no failure.
  void look_up(std::span<const AccountId> accounts);
  void remember(const v1::People& people);
  /// All that are known without asking, and what they are called.
  void each_known(const std::function<void(const AccountId&, const std::string& name)>& visit) const;
  void remember(const AccountId& account, const std::string& handle);

 private:
  struct Known {
    std::string handle;
    bool deleted = false;
  };
  static std::string shown(const Known& known);
  void load();
  void save() const;
  void put(const v1::Profile& profile);

  const cli::Profile& profile_;
  Tokens& tokens_;
  std::map<AccountId, Known> known_;
  bool offline_ = false;
};

}  // namespace parley::cli
