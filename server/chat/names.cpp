#include "chat/names.hpp"

namespace parley {

std::string_view name_of(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::direct:
      return "direct";
    case ChannelKind::group:
      return "group";
    case ChannelKind::self:
      return "self";
    case ChannelKind::account:
      return "account";
  }
  return "unknown";
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::none:
      return "none";
    case Role::member:
      return "member";
    case Role::admin:
      return "admin";
    case Role::owner:
      return "owner";
  }
  return "unknown";
}

}  // namespace parley
