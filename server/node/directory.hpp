// Which sessions an account has on this node, as an owner knows it. Belongs to one executor.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/id.hpp"

namespace parley {

struct SessionRef {
  std::uint32_t io = 0;
  std::uint64_t session = 0;  // unique on the node while it runs
  DeviceId device;
  friend bool operator==(const SessionRef&, const SessionRef&) = default;
};

class Directory {
 public:
  void add(const AccountId& account, const SessionRef& ref);
  /// Does nothing when it is not there.
  void remove(const AccountId& account, std::uint64_t session);
  /// In the order added.
  [[nodiscard]] std::span<const SessionRef> sessions_of(const AccountId& account) const;

 private:
  std::unordered_map<AccountId, std::vector<SessionRef>> sessions_;
};

}  // namespace parley
