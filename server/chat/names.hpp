// The words that people and scripts read for what a channel is made of; the same in every tool.
#pragma once

#include <string_view>

#include "chat/channel.hpp"

namespace parley {

std::string_view name_of(ChannelKind kind);
std::string_view name_of(Role role);

}  // namespace parley
