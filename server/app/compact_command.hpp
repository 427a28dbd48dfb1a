// `parleyd --compact DIR`.
#pragma once

#include <string>

namespace parley {

/// Rewrites the channel store of a stopped server into its smallest form and prints what that took; 0: done, 1: it
/// failed, 2: the store cannot be opened.
int compact_command(const std::string& data);

}  // namespace parley
