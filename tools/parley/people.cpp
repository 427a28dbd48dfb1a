#include "parley/people.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "parley/http.hpp"
#include "parley/journal.hpp"
#include "parley/profile.hpp"
#include "parley/v1/accounts.pb.h"
#include "wire/frames.hpp"

namespace parley::cli {
namespace {

constexpr std::size_t kPerRequest = 200;

}  // namespace

People::People(const cli::Profile& profile, Tokens& tokens) : profile_(profile), tokens_(tokens) {
  load();
}
People::~People() = default;

void People::load() {
  const auto bytes = read_file(profile_.file("people"));
  v1::People people;
  if (!bytes || !wire::parse_message(wire::Encoding::binary, *bytes, people)) return;
  for (const auto& person : people.people()) put(person);
}

void People::save() const {
  v1::People people;
  for (const auto& [account, known] : known_) {
    auto& person = *people.add_people();
    person.set_account(std::string(account.view()));
    person.set_handle(known.handle);
    person.set_deleted(known.deleted);
  }
  // A cache: what cannot be written is asked for again.
  (void)write_file(profile_.file("people"), wire::serialize(wire::Encoding::binary, people));
}

void People::put(const v1::Profile& person) {
  if (const auto id = AccountId::from_bytes(person.account())) known_[*id] = {person.handle(), person.deleted()};
}

void People::remember(const v1::People& people) {
  const auto before = known_.size();
  for (const auto& person : people.people()) put(person);
  if (known_.size() != before) save();
}

void People::remember(const AccountId& account, const std::string& handle) {
  if (!known_.contains(account)) known_[account] = {handle, false};
}

Outcome<AccountId> People::account_of(std::string handle) {
  if (handle.starts_with('@')) handle.erase(0, 1);
  if (!is_valid_handle(handle)) return std::unexpected(failure_of(Error(ErrorCode::invalid_handle)));
  for (const auto& [account, known] : known_) {
    if (known.handle == handle && !known.deleted) return account;
  }
  v1::People found;
  if (auto done = tokens_.call("GET", "/v1/people?handle=" + url_encode(handle), nullptr, &found); !done) {
    return std::unexpected(done.error());
  }
  remember(found);
  if (found.people_size() == 0) return std::unexpected(failure_of(Error(ErrorCode::account_unknown)));
  return AccountId::from_bytes(found.people(0).account()).value_or(AccountId{});
}

void People::look_up(std::span<const AccountId> accounts) {
  std::vector<AccountId> unknown;
  for (const AccountId& account : accounts) {
    if (!account.is_nil() && !known_.contains(account)) unknown.push_back(account);
  }
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  for (std::size_t at = 0; at < unknown.size() && !offline_; at += kPerRequest) {
    v1::LookUpPeople body;
    for (std::size_t i = at; i < std::min(unknown.size(), at + kPerRequest); ++i) {
      body.add_accounts(std::string(unknown[i].view()));
    }
    v1::People found;
    if (tokens_.call("POST", "/v1/people/lookup", &body, &found)) {
      remember(found);
    } else {
      offline_ = true;
    }
  }
}

std::string People::name_of(const AccountId& account) {
  look_up({&account, 1});
  const auto it = known_.find(account);
  if (it == known_.end()) return account.str().substr(0, 8);
  return shown(it->second);
}

void People::each_known(const std::function<void(const AccountId&, const std::string& name)>& visit) const {
  for (const auto& [account, known] : known_) visit(account, shown(known));
}

std::string People::shown(const Known& known) {
  return known.deleted ? "deleted account" : known.handle;
}

}  // namespace parley::cli
