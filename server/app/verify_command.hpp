// `parleyd --verify DIR`.
#pragma once

#include <string>

namespace parley {

/// Prints what it finds; 0: all is well, 1: damage, 2: the store cannot be opened.
int verify_command(const std::string& data, bool json);

}  // namespace parley
