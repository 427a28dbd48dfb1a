#include "chat/command.hpp"

#include <algorithm>

namespace parley {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
}

// Lists over the limit are refused whatever the facts are, so nothing is looked up for them.
struct Targets {
  const ChannelLimits& limits;
  std::vector<Seq> operator()(const command::Post& post) const {
    return post.reply_to == 0 ? std::vector<Seq>{} : std::vector<Seq>{post.reply_to};
  }
  std::vector<Seq> operator()(const command::Edit& edit) const { return {edit.target}; }
  std::vector<Seq> operator()(const command::React& react) const { return {react.target}; }
  std::vector<Seq> operator()(const command::Delete& body) const {
    if (body.targets.size() > limits.targets) return {};
    return body.targets;
  }
  template <class Other>
  std::vector<Seq> operator()(const Other&) const {
    return {};
  }
};

struct Named {
  const Stamp& stamp;
  std::vector<AccountId> operator()(const command::Create& create) const {
    std::vector<AccountId> named{stamp.account};
    if (create.kind == ChannelKind::direct) named.push_back(create.peer);
    if (create.members.size() <= stamp.limits.members) {
      named.insert(named.end(), create.members.begin(), create.members.end());
    }
    return named;
  }
  std::vector<AccountId> operator()(const command::AddMembers& add) const {
    if (add.accounts.size() > stamp.limits.members) return {};
    std::vector<AccountId> named{stamp.account};
    named.insert(named.end(), add.accounts.begin(), add.accounts.end());
    return named;
  }
  std::vector<AccountId> operator()(const command::Join&) const { return {stamp.account}; }
  std::vector<AccountId> operator()(const command::SetBlock& block) const { return {stamp.account, block.peer}; }
  template <class Other>
  std::vector<AccountId> operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::vector<Seq> Command::targets() const {
  std::vector<Seq> seqs = std::visit(Targets{stamp.limits}, body);
  std::erase(seqs, Seq{0});
  sort_unique(seqs);
  return seqs;
}

std::vector<AccountId> Command::named_accounts() const {
  std::vector<AccountId> accounts = std::visit(Named{stamp}, body);
  std::erase(accounts, AccountId{});
  sort_unique(accounts);
  return accounts;
}

const TargetFact* LogFacts::find(Seq seq) const {
  const auto found = std::ranges::find(targets, seq, &TargetFact::seq);
  return found == targets.end() ? nullptr : &*found;
}

}  // namespace parley
