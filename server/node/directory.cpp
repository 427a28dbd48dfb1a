#include "node/directory.hpp"

#include <algorithm>

namespace parley {

void Directory::add(const AccountId& account, const SessionRef& ref) {
  auto& sessions = sessions_[account];
  sessions.reserve(sessions.size() + 1);
  sessions.push_back(ref);
}

void Directory::remove(const AccountId& account, std::uint64_t session) {
  auto it = sessions_.find(account);
  if (it == sessions_.end()) return;
  std::erase_if(it->second, [&](const SessionRef& ref) { return ref.session == session; });
  if (it->second.empty()) sessions_.erase(it);
}

std::span<const SessionRef> Directory::sessions_of(const AccountId& account) const {
  auto it = sessions_.find(account);
  if (it == sessions_.end()) return {};
  return it->second;
}

}  // namespace parley
